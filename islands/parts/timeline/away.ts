// For a reader who is above the newest, which takes a touch: what is before them, and that it stays there.

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

/**
 * The height that `hold` is told later; 0 where the browser holds the place
 * itself. Safari alone does not: what comes in below would push the text up.
 * Elsewhere nobody need lay out a long log to know.
 */
export const heightToHold = (scroller: HTMLElement): number =>
  CSS.supports("overflow-anchor", "auto") ? 0 : scroller.scrollHeight;

/** Keeps a reader's place in a log that was `height` high before there was news in it. */
export function hold(scroller: HTMLElement, height: number): void {
  const grown = height === 0 ? 0 : scroller.scrollHeight - height;
  if (grown !== 0) scroller.scrollBy({ top: -grown, behavior: "instant" });
}
