// A reader's place in the log: at the newest, or somewhere above, where news must not move it.
import { useComputed, useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { extras } from "../room/lazy.ts";

/** How far from the newest, in pixels, a reader still counts as being there. */
const NEAR = 120;

/**
 * For a scroller that the stylesheet lays out from its end: `scrollTop` is 0
 * at the newest, before any script, and negative above. `newest` identifies
 * its last member.
 */
export function useScrollAnchor(newest: string | undefined) {
  const scroller = useRef<HTMLDivElement>(null);
  const above = useSignal(0);
  const height = useRef(0);
  const away = useComputed(() => above.value > NEAR);

  const onScroll = () => {
    above.value = -(scroller.current?.scrollTop ?? 0);
  };

  // It opens at what is new, as far up as the screen has room for it.
  useLayoutEffect(() => {
    let frames = 4;
    const toLine = () => {
      const line = scroller.current?.querySelector("[data-new]");
      line?.scrollIntoView({ block: "start", behavior: "instant" });
      onScroll();
      // What is below was not drawn before: how high it is shows only now.
      if (line && frames--) requestAnimationFrame(toLine);
    };
    toLine();
  }, []);

  const { heightToHold, hold } = extras.value ?? {};
  useLayoutEffect(() => {
    if (away.peek()) hold?.(scroller.current!, height.current);
  }, [newest]);
  useLayoutEffect(() => {
    height.current = heightToHold?.(scroller.current!) ?? 0;
  });

  // At once: what comes in during a smooth scroll would end it on the way.
  const toNewest = () =>
    scroller.current?.scrollTo({ top: 0, behavior: "instant" });
  return { scroller, away: away.value, onScroll, toNewest };
}
