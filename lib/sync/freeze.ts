// Freezes JSON values: mutators are handed what the process remembers.

/** Freezes a value and all in it; gives it back. */
export function deepFreeze<T>(value: T): T {
  if (value === null || typeof value !== "object" || Object.isFrozen(value)) {
    return value;
  }
  for (const part of Object.values(value)) deepFreeze(part);
  return Object.freeze(value);
}
