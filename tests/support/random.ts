// Random numbers that a seed repeats.

/** A source of random choices. */
export type Random = ReturnType<typeof randomFrom>;

/** Choices that follow from a seed alone (Mulberry32: Tommy Ettinger's, public domain). */
export function randomFrom(seed: number) {
  let state = seed >>> 0;
  /** From 0 to below 1. */
  const real = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  /** A whole number from 0 to below `end`. */
  const below = (end: number) => Math.floor(real() * end);
  return {
    real,
    below,
    chance: (probability: number) => real() < probability,
    pick: <T>(from: readonly T[]): T => from[below(from.length)],
  };
}
