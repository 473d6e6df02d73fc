// A reader's place in the log: at the newest, or somewhere above, where news must not move it.
import { useComputed, useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";

/** How far from the newest, in pixels, a reader still counts as being there. */
const NEAR = 120;

/**
 * For a scroller that the stylesheet lays out from its end: `scrollTop` is 0
 * at the newest, before any script, and negative above. `newest` identifies
 * its last member.
 */
export function usePlace(newest: string | undefined) {
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

  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element || height.current === 0 || !away.peek()) return;
    const grown = element.scrollHeight - height.current;
    element.scrollBy({ top: -grown, behavior: "instant" });
  }, [newest]);
  useLayoutEffect(() => {
    // Safari alone does not anchor: what comes in below would push the text up.
    // Elsewhere nobody need lay out a long log to know.
    if (!anchors()) height.current = scroller.current?.scrollHeight ?? 0;
  });

  const toNewest = (behavior: ScrollBehavior = "auto") =>
    scroller.current?.scrollTo({ top: 0, behavior });
  return { scroller, away: away.value, onScroll, toNewest };
}

/** The ID of the last message that is wholly or partly in view. */
export function messageAtEnd(scroller: HTMLElement | null): string | undefined {
  if (!scroller) return;
  const { left, width, bottom } = scroller.getBoundingClientRect();
  // Between two messages is a gap; one is not far above it.
  for (const above of [4, 24, 48, 72]) {
    const found = document.elementFromPoint(left + width / 2, bottom - above)
      ?.closest("article")?.dataset.messageId;
    if (found) return found;
  }
}

const anchors = () => CSS.supports("overflow-anchor", "auto");
