// Watches keys of KV, and goes on after a watch has failed.

/** After a watch has failed, in milliseconds. */
const REOPEN_AFTER_MS = 1_000;

/**
 * Calls `onChange` each time that one of the keys (at most ten) may have
 * changed: once soon after the beginning, and then as KV says. It is a hint to
 * look: the first item after a burst can be stale, and on one SQLite file a
 * watch sees no other process's writes. The next hint waits until `onChange`
 * has resolved. A watch that fails is told to `onError` and opened anew.
 * Returns the end of it.
 */
export function watchKeys(
  kv: Deno.Kv,
  keys: readonly Deno.KvKey[],
  onChange: () => Promise<void>,
  onError: (error: unknown) => void,
): () => void {
  let items: ReadableStreamDefaultReader<unknown> | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let ended = false;

  async function follow(): Promise<void> {
    const cancel = () => items?.cancel().catch(() => {}); // a failed one rejects
    try {
      items = kv.watch([...keys]).getReader();
      while (!(await items.read()).done) await onChange();
    } catch (error) {
      if (!ended) onError(error);
    } finally {
      cancel(); // it goes on when it was `onChange` that failed
    }
    if (!ended) timer = setTimeout(follow, REOPEN_AFTER_MS);
  }

  follow();
  return () => {
    ended = true;
    clearTimeout(timer);
    items?.cancel().catch(() => {});
  };
}
