// Widens the window of a replica.
import type { PullWindow } from "./pull_window.ts";

/**
 * Pulls until an answer has brought at least `size`. `pull` does not say
 * whether there was one: when none has, this rejects, and asks for no more
 * than before.
 */
export async function widenWindow(
  window: PullWindow,
  size: number,
  pull: () => Promise<void>,
): Promise<void> {
  const before = window.size;
  const wanted = window.size = Math.max(size, before ?? 0);
  // The first pull to end may be one that was under way: it asked for less.
  for (let i = 0; i < 3 && window.pulled < size; i++) await pull();
  if (window.pulled >= size) return;
  if (window.size === wanted) window.size = before;
  throw new Error("No answer");
}
