// Reports what goes wrong where nobody waits for it, unless it does not matter any more.

/**
 * What is said by one that has been left is of no interest; nor is that the
 * browser's data has been cleared, as whoever did that knows.
 */
export const unlessClosed = (it: { closed: boolean }) => (error: unknown) => {
  const { name } = error as Error;
  if (!it.closed && name !== "AbortError") reportError(error);
};
