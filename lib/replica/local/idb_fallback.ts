// IndexedDB in the page's memory, for browsers that refuse the real one: all works, and nothing survives the page.
import { IDBFactory, IDBKeyRange } from "fake-indexeddb";

/** Takes the place of the browser's own, for all of the page. */
export function useMemoryFallback(): void {
  for (
    const [name, value] of [
      ["indexedDB", new IDBFactory()],
      ["IDBKeyRange", IDBKeyRange],
    ] as const
  ) {
    Object.defineProperty(globalThis, name, { value, configurable: true });
  }
}

/** Whether an error says that there is no IndexedDB to be had, as opposed to one that is full or broken. */
export const isStorageDenied = (error: unknown): boolean =>
  !globalThis.indexedDB ||
  ["SecurityError", "InvalidStateError"].includes((error as Error).name);
