// Collects what is reported to `console.error` for faults that a test makes on purpose.

/** Collects what `console.error` is told, until it is disposed of. */
export function quiet(): Disposable & { told: unknown[][] } {
  const error = console.error;
  const told: unknown[][] = [];
  console.error = (...args) => void told.push(args);
  return {
    told,
    [Symbol.dispose]() {
      console.error = error;
    },
  };
}
