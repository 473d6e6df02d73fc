// The reader's position in the log: at the newest, or above it, where new messages must not move the text.
import { useComputed, useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

/** How far from the newest, in pixels, a reader still counts as being there. */
const NEAR = 120;

/** Whether the reader of a log that is laid out from its end is above the newest. */
export const isScrolledUp = (log: HTMLElement | null): boolean =>
  -(log?.scrollTop ?? 0) > NEAR;

export type ScrollAnchor = ReturnType<typeof useScrollAnchor>;

/** Where in the log its reader was: how far a message's top was below the log's own, in pixels. */
export type Place = { messageID: string; top: number };

/**
 * For a scroller that the stylesheet lays out from its end: `scrollTop` is 0
 * at the newest, before any script, and negative above. `below` changes with
 * what comes in below its reader. `kept.place` is where it opens, and where its reader was
 * when they left; undefined for at the newest.
 */
export function useScrollAnchor(
  below: string,
  kept: { place?: Place },
) {
  const scroller = useRef<HTMLDivElement>(null);
  const above = useSignal(0);
  const height = useRef(0);
  const scrolledUp = useComputed(() => above.value > NEAR);

  const onScroll = () => {
    above.value = -(scroller.current?.scrollTop ?? 0);
  };

  // It opens where its reader was, else at what is new, as far up as the screen
  // has room for it.
  useLayoutEffect(() => {
    const { place } = kept;
    let frames = 4;
    const show = () => {
      if (!scroller.current) return;
      const goal = place
        ? articles(scroller.current).find((it) => idOf(it) === place.messageID)
        : scroller.current.querySelector("[data-new]");
      goal?.scrollIntoView({ block: "start", behavior: "instant" });
      if (goal && place) {
        const by = topIn(scroller.current, goal) - place.top;
        scroller.current.scrollBy({ top: by, behavior: "instant" });
      }
      onScroll();
      // What is below was not drawn before: how high it is shows only now.
      if (goal && frames--) requestAnimationFrame(show);
    };
    show();
    return () => kept.place = scrolledUp.peek() ? placeIn(scroller) : undefined;
  }, []);

  // By hand in Safari, which has no scroll anchoring: what comes in below would
  // push the text up. Elsewhere a long log need not be laid out for its height.
  useLayoutEffect(() => {
    if (!height.current || !scrolledUp.peek()) return;
    const grown = scroller.current!.scrollHeight - height.current;
    scroller.current!.scrollBy({ top: -grown, behavior: "instant" });
  }, [below]);
  useLayoutEffect(() => {
    if (CSS.supports("overflow-anchor", "auto")) return;
    height.current = scroller.current!.scrollHeight;
  });

  // At once: what comes in during a smooth scroll would end it on the way.
  const toNewest = () =>
    scroller.current?.scrollTo({ top: 0, behavior: "instant" });
  return { scroller, scrolledUp: scrolledUp.value, onScroll, toNewest };
}

const articles = (log: Element) => [
  ...log.querySelectorAll<HTMLElement>("article"),
];
const idOf = (article: HTMLElement) => article.dataset.messageId!;
const topIn = (log: Element, it: Element) =>
  it.getBoundingClientRect().top - log.getBoundingClientRect().top;

/** That of the first message that is wholly in view, or of the last one above. */
function placeIn({ current: log }: RefObject<HTMLElement>): Place | undefined {
  if (!log) return;
  const all = articles(log);
  const seen = all.find((it) => topIn(log, it) >= 0) ?? all.at(-1);
  return seen && { messageID: idOf(seen), top: topIn(log, seen) };
}
