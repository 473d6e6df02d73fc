// What of the windowed collections is in a view: the newest of each, and the ranges below. Pure.
import type { Cookie } from "./protocol.ts";

/** Where a view ends: the window's bound of each collection, and the ranges below it. */
export type ViewBounds = Readonly<Pick<Cookie, "from" | "ranges">>;

/** An order in a windowed collection, next to which a view is to have entries. */
export type Centre = { prefix: string; order: number };

/** The lowest order in the window of a collection; null when all of it is in the view. */
export const boundOf = (
  { from }: ViewBounds,
  prefix: string,
): number | null => Object.hasOwn(from, prefix) ? from[prefix] : null;

/** The stretches of a collection that are in a view, both ends included. They may overlap. */
function stretchesOf(
  bounds: ViewBounds,
  prefix: string,
): { from: number; to: number }[] {
  const ranges = (bounds.ranges ?? []).filter((each) => each.prefix === prefix);
  return [{ from: boundOf(bounds, prefix), to: Infinity }, ...ranges]
    .map(({ from, to }) => ({ from: from ?? -Infinity, to }));
}

/** Whether an entry of an order is in the view. */
export function isInside(
  bounds: ViewBounds,
  { prefix, order }: Centre,
): boolean {
  const bound = boundOf(bounds, prefix);
  if (bound === null || order >= bound) return true;
  return bounds.ranges?.some((range) =>
    range.prefix === prefix && (range.from ?? -Infinity) <= order &&
    order <= range.to
  ) ?? false;
}

/**
 * Where the view goes on next to an order, on each side on which it does not do
 * so at once: below at `from`, which is -Infinity when it does not go on at all,
 * above at `to`. Null when it has what is next to the order on both sides.
 */
export function gapAt(
  bounds: ViewBounds,
  { prefix, order }: Centre,
): { from?: number; to?: number } | null {
  const all = stretchesOf(bounds, prefix);
  const gap: { from?: number; to?: number } = {};
  if (!all.some(({ from, to }) => from < order && order <= to)) {
    const below = all.filter(({ to }) => to < order).map(({ to }) => to);
    gap.from = Math.max(-Infinity, ...below);
  }
  if (!all.some(({ from, to }) => from <= order && order < to)) {
    // The window is above all that is not in it.
    const above = all.filter(({ from }) => from > order);
    gap.to = Math.min(...above.map(({ from }) => from));
  }
  return gap.from === undefined && gap.to === undefined ? null : gap;
}
