// The retry loop under every commit: attempts, pauses, fresh reads, a deadline.
import { unavailable } from "./protocol.ts";
import type { Space } from "./space.ts";

/** How long a commit is tried, in milliseconds, before its callers are told `unavailable`. */
export const COMMIT_DEADLINE_MS = 8_000;

const FIRST_BACKOFF_MS = 2;
const MAX_BACKOFF_MS = 200;

/**
 * Waits before try number `attempt` (0 is the first: no wait), so that two
 * processes that collided do not collide again: exponential with full jitter
 * (Brooker, "Exponential Backoff And Jitter", AWS 2015), at most 200 ms.
 * `Math.pow` on purpose: `1 << attempt` goes negative at 31.
 */
async function backoff(attempt: number): Promise<void> {
  if (attempt === 0) return;
  const longest = Math.min(
    MAX_BACKOFF_MS,
    FIRST_BACKOFF_MS * Math.pow(2, attempt),
  );
  const { promise, resolve } = Promise.withResolvers<void>();
  setTimeout(resolve, Math.random() * longest);
  await promise;
}

/** What is remembered contradicts the request, or cannot settle it: KV has to be read. */
export class Stale extends Error {}

/** Carries an error that is no failure of storage: it is thrown on at once. */
export class Final extends Error {
  constructor(override readonly cause: unknown) {
    super("The attempt is not to be made again");
  }
}

/** What an attempt came to: a value, or null when another writer was faster. */
export type Attempt<T> = { value: T } | null;

/**
 * Makes attempts at a commit to some spaces until one has a value, and gives
 * that back.
 *
 * The first attempt builds on what this process remembers. Before each further
 * one, which is `fresh`, there is a pause, and the spaces are read from KV. An
 * attempt throws `Stale` for what only a fresh one can settle, and lets through
 * what storage throws: then its commit may have happened all the same, and the
 * next attempt has to find that out, by a rule of the caller's.
 *
 * Throws the cause of a `Final`. Throws an `unavailable` error after 8 s, and
 * at once after an error that `mayRetry` says no to.
 */
export async function retryCommit<T>(
  spaces: readonly Space[],
  attempt: (fresh: boolean) => Promise<Attempt<T>>,
  mayRetry: (error: unknown) => boolean = () => true,
): Promise<T> {
  const deadline = Date.now() + COMMIT_DEADLINE_MS;
  let cause: unknown;
  for (let tries = 0; tries === 0 || Date.now() < deadline; tries++) {
    await backoff(tries);
    const fresh = tries > 0;
    try {
      for (const space of spaces) {
        if (fresh) await space.refresh();
        else await space.ready();
      }
      const done = await attempt(fresh);
      if (done) return done.value;
    } catch (error) {
      if (error instanceof Final) throw error.cause;
      if (error instanceof Stale) continue;
      cause = error;
      if (!mayRetry(error)) break;
    }
  }
  console.error("No commit to", spaces.map(({ name }) => name), cause);
  throw unavailable(cause);
}

/**
 * Commits what comes to the same when it is committed twice, so that it needs
 * no rule for an unknown outcome: on one SQLite file a commit of another
 * process makes ours throw at once. False when a check failed. Throws an
 * `unavailable` error when storage is away.
 */
export const commitRepeatable = (
  atomic: Deno.AtomicOperation,
): Promise<boolean> =>
  retryCommit([], async () => ({ value: (await atomic.commit()).ok }));
