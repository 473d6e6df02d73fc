// Coalesces calls: one run in flight, one queued run shared by later callers.

/**
 * Wraps `run` so that it never runs twice at the same time. A call while it is
 * in flight is answered by one more run that begins after it, however many
 * calls there are. Each call resolves, or rejects, with a run that began after
 * the call.
 */
export function coalesce<T>(run: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined;
  let queued: Promise<T> | undefined;

  function start(): Promise<T> {
    queued = undefined;
    const current = Promise.try(run).finally(() => {
      if (running === current) running = undefined;
    });
    running = current;
    return current;
  }

  return () => {
    // First: between the end of a run and the beginning of the queued one
    // nothing is running, and a call must not begin another beside it.
    if (queued) return queued;
    if (!running) return start();
    // Whether the run before it failed is for its own callers to hear.
    return queued = running.then(start, start);
  };
}
