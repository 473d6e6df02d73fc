// Many wishes for the same thing: it runs once at a time, and once more for all that came meanwhile.

/** Each call is followed by a whole run of `body` that starts after it; resolves at its end. */
export function coalesced(body: () => Promise<void>): () => Promise<void> {
  let running: Promise<unknown> = Promise.resolve();
  let next: Promise<void> | undefined;
  return () =>
    next ??= running.then(() => {
      next = undefined;
      const run = body();
      running = run.catch(() => {}); // for the one behind it; who called hears of it
      return run;
    });
}
