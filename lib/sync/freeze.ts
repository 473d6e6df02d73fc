// Freezes JSON values: mutators are handed what the process remembers.

import { setImmediate } from "node:timers/promises";

/** Freezes a value and all in it; gives it back. */
export function deepFreeze<T>(value: T): T {
  if (value === null || typeof value !== "object" || Object.isFrozen(value)) {
    return value;
  }
  for (const part of Object.values(value)) deepFreeze(part);
  return Object.freeze(value);
}

const TURN_MS = 5;

/** Freezes many values, in turns: to freeze 400,000 fields takes a second. */
export async function freezeInTurns(values: readonly unknown[]): Promise<void> {
  let begun = performance.now();
  for (const value of values) {
    deepFreeze(value);
    if (performance.now() - begun < TURN_MS) continue;
    await setImmediate();
    begun = performance.now();
  }
}
