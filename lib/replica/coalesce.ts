// Many wishes for the same thing: it runs once at a time, and once more for all that came meanwhile.

/** The longest rest, in milliseconds: a run that waited for a person or a network took no time from anybody. */
const LONGEST = 1_000;

/**
 * Each call is followed by a whole run of `body` that starts after it; resolves
 * at its end. Between two runs it rests for as long as the last one took, a
 * second at most, so that work never takes more than half of the time from what
 * else there is to do.
 */
export function coalesce(body: () => Promise<void>): () => Promise<void> {
  let rested: Promise<unknown> = Promise.resolve();
  let next: Promise<void> | undefined;
  return () =>
    next ??= rested.then(() => {
      next = undefined;
      const began = performance.now();
      const run = body();
      const rest = () =>
        new Promise((resolve) => {
          setTimeout(resolve, Math.min(performance.now() - began, LONGEST));
        });
      rested = run.then(rest, rest); // who called hears of a failure
      return run;
    });
}
