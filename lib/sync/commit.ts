// The retry loop under every commit: attempts, pauses, fresh reads, a deadline.
import { logFailure } from "./log_failure.ts";
import { unavailable } from "./protocol.ts";
import type { Space } from "./space.ts";

/** How long a commit is tried, in milliseconds, before its callers are told `unavailable`. */
export const COMMIT_DEADLINE_MS = 8_000;

const FIRST_BACKOFF_MS = 2;
const MAX_BACKOFF_MS = 200;
/** The longest wait of one that was outrun, as that of a try of this number: turns do the rest. */
const OUTRUN_BACKOFF = 2;
/** So often in a row one may be outrun before it asks for a turn. */
const OUTRUN_BEFORE_TURN = 2;

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

/**
 * Wraps an error that no retry can change, such as one of the caller's own
 * function: its cause is thrown at once.
 */
export class Final extends Error {
  constructor(override readonly cause: unknown) {
    super("The attempt is not to be made again");
  }
}

/** What an attempt came to: a value, or null when another writer was faster. */
export type Attempt<T> = { value: T } | null;

/**
 * What an attempt builds on: what is `remembered`, which may be stale; what is
 * remembered, `caught up` with KV after another writer was faster; or, after
 * anything else has gone wrong, only what is read `fresh`.
 */
export type Basis = "remembered" | "caught up" | "fresh";

/** A part of what a process remembers. */
type Memory = {
  /** Makes sure that something is known. */
  ready(): Promise<void>;
  /** Catches up with KV. */
  refresh(): Promise<void>;
};

type Options = {
  /** What else an attempt builds on, beside the spaces. */
  memories?: readonly Memory[];
  mayRetry?: (error: unknown) => boolean;
};

/** The time is up, or the error is one that may not be tried again. */
class GaveUp extends Error {
  constructor(override readonly cause: unknown) {
    super("No more attempts");
  }
}

/** The loop under all commits. Throws the cause of a `Final`, and else `GaveUp` with the last error. */
async function retry<T>(
  attempt: (basis: Basis) => Promise<Attempt<T>>,
  limitMs: number,
  mayRetry: (error: unknown) => boolean = () => true,
): Promise<T> {
  const deadline = Date.now() + limitMs;
  let basis: Basis = "remembered";
  let cause: unknown;
  for (let tries = 0; tries === 0 || Date.now() < deadline; tries++) {
    await backoff(
      basis === "caught up" ? Math.min(tries, OUTRUN_BACKOFF) : tries,
    );
    try {
      const done = await attempt(basis);
      if (done) return done.value;
      basis = "caught up";
    } catch (error) {
      basis = "fresh";
      if (error instanceof Final) throw error.cause;
      if (error instanceof Stale) continue;
      cause = error;
      if (!mayRetry(error)) break;
    }
  }
  throw new GaveUp(cause);
}

/**
 * Makes attempts at a commit to some spaces until one has a value, and gives
 * that back.
 *
 * The first attempt builds on what this process remembers. Before each further
 * one there is a pause, and the spaces and `memories` are read from KV, all at
 * the same time. An attempt throws `Stale` for what only a fresh one can settle.
 * A storage error leaves open whether the commit happened: the next attempt must
 * find out (push by lastMutationIDs, write by the mark in the log).
 *
 * Throws the cause of a `Final`. Throws an `unavailable` error after 8 s, and
 * at once after an error that `mayRetry` says no to.
 */
export async function retryCommit<T>(
  spaces: readonly Space[],
  attempt: (basis: Basis) => Promise<Attempt<T>>,
  { memories = [], mayRetry }: Options = {},
): Promise<T> {
  const turns = spaces.map((space) => space.turns);
  let outrun = 0;
  try {
    return await retry(
      async (basis) => {
        const all: Memory[] = [...spaces, ...turns, ...memories];
        const look = basis === "remembered" ? "ready" : "refresh";
        await Promise.all(all.map((each) => each[look]()));
        if (outrun >= OUTRUN_BEFORE_TURN) {
          await Promise.all(turns.map((each) => each.ask()));
        }
        await Promise.all(turns.map((each) => each.wait()));
        const done = await attempt(basis);
        if (!done) outrun++;
        return done;
      },
      COMMIT_DEADLINE_MS,
      mayRetry,
    );
  } catch (error) {
    if (!(error instanceof GaveUp)) throw error;
    const names = spaces.map(({ name }) => name).join(", ");
    logFailure(`No commit to ${names}`, error.cause);
    throw unavailable(error.cause);
  }
}

/** For work in the background, which has another time. */
const REPEATABLE_DEADLINE_MS = 1_000;

const commitUntil = (atomic: Deno.AtomicOperation, limitMs: number) =>
  retry(async () => ({ value: (await atomic.commit()).ok }), limitMs);

/**
 * Commits an idempotent operation, with retries: on one SQLite file a commit of
 * another process makes ours throw at once. False when a check failed, which it
 * does, too, when storage had not said that the commit happened. Throws what
 * storage threw last.
 */
export async function commitRepeatable(
  atomic: Deno.AtomicOperation,
): Promise<boolean> {
  try {
    return await commitUntil(atomic, REPEATABLE_DEADLINE_MS);
  } catch (error) {
    throw error instanceof GaveUp ? error.cause : error;
  }
}

/**
 * The same for what a request waits for, in keys of the app's own beside its
 * spaces: tried for 8 s, then it throws an `unavailable` error.
 */
export async function commitOrUnavailable(
  atomic: Deno.AtomicOperation,
): Promise<boolean> {
  try {
    return await commitUntil(atomic, COMMIT_DEADLINE_MS);
  } catch (error) {
    throw error instanceof GaveUp ? unavailable(error.cause) : error;
  }
}
