// Where a popover goes.

/** Positions a popover above an element, or below it where there is no room above; `gap` in pixels. */
export function positionBeside(
  popover: HTMLElement,
  beside: HTMLElement,
  gap = 6,
): void {
  const rect = beside.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = popover;
  const above = rect.top - height - gap;
  const top = above > gap ? above : rect.bottom + gap;
  const left = rect.left + rect.width / 2 - width / 2;
  const within = (at: number, size: number, all: number) =>
    Math.max(gap, Math.min(at, all - size - gap));
  popover.style.top = `${within(top, height, innerHeight)}px`;
  popover.style.left = `${within(left, width, innerWidth)}px`;
}
