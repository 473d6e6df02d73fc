// Waiting before another try, so that two processes that collided do not collide again.

const FIRST = 2;
const LONGEST = 200;

/** How long a commit is tried, in milliseconds, before its pushes are answered 503. */
export const PATIENCE = 8_000;

/**
 * Waits before try number `attempt` (0 is the first: no wait): exponential with
 * full jitter (Brooker, "Exponential Backoff And Jitter", AWS 2015), at most
 * 200 ms. `Math.pow` on purpose: `1 << attempt` goes negative at 31.
 */
export async function backoff(attempt: number): Promise<void> {
  if (attempt === 0) return;
  const longest = Math.min(LONGEST, FIRST * Math.pow(2, attempt));
  const { promise, resolve } = Promise.withResolvers<void>();
  setTimeout(resolve, Math.random() * longest);
  await promise;
}

const TRIES = 10; // about a second

/**
 * Commits what comes to the same when it is committed twice, and tries again for
 * a moment when that throws: on one SQLite file a commit of another process
 * makes ours throw at once. False when a check failed.
 */
export async function commitPatiently(
  atomic: Deno.AtomicOperation,
): Promise<boolean> {
  for (let attempt = 0;; attempt++) {
    await backoff(attempt);
    try {
      return (await atomic.commit()).ok;
    } catch (error) {
      if (attempt >= TRIES) throw error;
    }
  }
}
