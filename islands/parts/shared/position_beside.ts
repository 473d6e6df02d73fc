// Where a popover goes.

/** Between a popover and the window's edge, in pixels. */
const MARGIN = 6;

/** Positions a popover above an element, or below it where there is no room above; `gap` is between the two, in pixels. */
export function positionBeside(
  popover: HTMLElement,
  beside: HTMLElement,
  gap = MARGIN,
): void {
  const rect = beside.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = popover;
  const above = rect.top - height - gap;
  const top = above > MARGIN ? above : rect.bottom + gap;
  const left = rect.left + rect.width / 2 - width / 2;
  const within = (at: number, size: number, all: number) =>
    Math.max(MARGIN, Math.min(at, all - size - MARGIN));
  popover.style.top = `${within(top, height, innerHeight)}px`;
  popover.style.left = `${within(left, width, innerWidth)}px`;
}
