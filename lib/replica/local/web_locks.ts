// Locks that all tabs of a browser share (Web Locks): to hold one, to see which are held, and to elect one tab.
import { loadScript } from "../load_script.ts";

// Only on https and localhost; elsewhere IndexedDB does for them, where nobody
// knows which are held. Where a browser refuses both, each tab acts as if it had
// every lock.
const manager = async (): Promise<Pick<LockManager, "request" | "query">> =>
  navigator.locks ?? (await idbLocks()).locks;

/** Where its script does not come, as there is no network just now, the next use asks for it again. */
const idbLocks = () =>
  loadScript(() => import("./idb_locks.ts")).catch((error) => {
    console.warn(error);
    throw error;
  });

/**
 * Makes this tab a candidate. Once it has the lock, `lead` is called, and may
 * give back what ends its lead: called when the tab resigns, by the function
 * that is returned here, or when another one has stolen the lock, after which
 * this one is a candidate again. `steal` takes it from the tab that has it.
 */
export function elect(
  name: string,
  lead: () => void | (() => void),
  steal = false,
): () => void {
  const candidacy = new AbortController();
  const { signal } = candidacy;
  let end = () => {};
  const onElected = () =>
    new Promise<void>((release) => {
      // It may have resigned while the lock was on its way.
      if (signal.aborted) return release();
      signal.onabort = () => release();
      end = lead() ?? end;
    });
  const options = steal ? { steal } : { signal };
  manager().then((locks) => locks.request(name, options, onElected))
    .catch((error) => {
      if (signal.aborted) return;
      end();
      // Stolen from this one, which must have slept; else refused.
      if (error.name === "AbortError") end = elect(name, lead);
      else onElected();
    });
  return () => {
    candidacy.abort();
    end();
  };
}

/** Resolves once this page has a lock, with the function that releases it; a page that goes releases it, too. */
export const hold = (name: string): Promise<() => void> =>
  new Promise((resolve) => {
    const release = elect(name, () => resolve(() => release()));
  });

/** The names of all locks that are held in this browser and begin like this. */
export async function heldNames(prefix: string): Promise<string[]> {
  const { held = [] } = await manager().then((locks) => locks.query())
    .catch(() => ({ held: [] }));
  return held.map(({ name }) => name!)
    .filter((name) => name.startsWith(prefix));
}

export const isHeld = async (name: string): Promise<boolean> =>
  (await heldNames(name)).includes(name);
