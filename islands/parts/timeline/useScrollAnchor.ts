// The reader's position in the log: at the newest, or above it, where new messages must not move the text.
import { useComputed, useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";

/** How far from the newest, in pixels, a reader still counts as being there. */
const NEAR = 120;

export type ScrollAnchor = ReturnType<typeof useScrollAnchor>;

/**
 * For a scroller that the stylesheet lays out from its end: `scrollTop` is 0
 * at the newest, before any script, and negative above. `newest` identifies
 * its last member.
 */
export function useScrollAnchor(newest: string | undefined) {
  const scroller = useRef<HTMLDivElement>(null);
  const above = useSignal(0);
  const height = useRef(0);
  const scrolledUp = useComputed(() => above.value > NEAR);

  const onScroll = () => {
    above.value = -(scroller.current?.scrollTop ?? 0);
  };

  // It opens at what is new, as far up as the screen has room for it.
  useLayoutEffect(() => {
    let frames = 4;
    const showNew = () => {
      const line = scroller.current?.querySelector("[data-new]");
      line?.scrollIntoView({ block: "start", behavior: "instant" });
      onScroll();
      // What is below was not drawn before: how high it is shows only now.
      if (line && frames--) requestAnimationFrame(showNew);
    };
    showNew();
  }, []);

  // By hand in Safari, which has no scroll anchoring: what comes in below would
  // push the text up. Elsewhere a long log need not be laid out for its height.
  useLayoutEffect(() => {
    if (!height.current || !scrolledUp.peek()) return;
    const grown = scroller.current!.scrollHeight - height.current;
    scroller.current!.scrollBy({ top: -grown, behavior: "instant" });
  }, [newest]);
  useLayoutEffect(() => {
    if (CSS.supports("overflow-anchor", "auto")) return;
    height.current = scroller.current!.scrollHeight;
  });

  // At once: what comes in during a smooth scroll would end it on the way.
  const toNewest = () =>
    scroller.current?.scrollTo({ top: 0, behavior: "instant" });
  return { scroller, scrolledUp: scrolledUp.value, onScroll, toNewest };
}
