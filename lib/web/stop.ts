// Ends several things at a stop.

/** Waits until all have ended, also where one fails to: that is logged, and keeps the others from nothing. */
export async function allEnded(...ends: Promise<void>[]): Promise<void> {
  for (const end of await Promise.allSettled(ends)) {
    if (end.status === "rejected") console.error("It can't end", end.reason);
  }
}
