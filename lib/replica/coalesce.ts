// Coalesces calls: one run in flight, and one queued run that all later callers share.

/** A run may have waited for a network or a person: the pause after it is no longer than this, in milliseconds. */
const MAX_PAUSE = 1_000;

/**
 * Each call is followed by a whole run of `body` that starts after it; resolves
 * at its end. Between two runs it pauses for as long as the last one took, a
 * second at most, so that other work always gets half of the time; and for
 * `minPause` milliseconds at least.
 */
export function coalesce(
  body: () => void | Promise<void>,
  minPause = 0,
): () => Promise<void> {
  let ready: Promise<unknown> = Promise.resolve();
  let queued: Promise<void> | undefined;
  return () =>
    queued ??= ready.then(() => {
      queued = undefined;
      const began = performance.now();
      const run = Promise.resolve(body());
      const pause = () =>
        new Promise((resolve) => {
          const took = Math.min(performance.now() - began, MAX_PAUSE);
          setTimeout(resolve, Math.max(took, minPause));
        });
      ready = run.then(pause, pause); // the callers are told of a failure
      return run;
    });
}
