// IndexedDB in the page's memory, for browsers that refuse the real one, or whose disk fails: all works, and nothing survives the page.
import { IDBFactory, IDBKeyRange } from "fake-indexeddb";

/** The browser's own, if it has one. */
const disk = globalThis.indexedDB as typeof indexedDB | undefined;

/** What the disk holds already is still seen and deleted by whoever signs out. */
class MemoryFactory extends IDBFactory {
  override async databases(): Promise<IDBDatabaseInfo[]> {
    const stored = await disk?.databases?.().catch(console.warn);
    return [...await super.databases(), ...stored ?? []];
  }

  override deleteDatabase(name: string) {
    try {
      disk?.deleteDatabase(name);
    } catch (error) {
      console.warn(error); // refused: then nothing is on the disk
    }
    return super.deleteDatabase(name);
  }
}

/** Takes the place of the browser's own, for all of the page that begins from now on. */
export function useMemoryFallback(): void {
  for (
    const [name, value] of [
      ["indexedDB", new MemoryFactory()],
      ["IDBKeyRange", IDBKeyRange],
    ] as const
  ) {
    Object.defineProperty(globalThis, name, { value, configurable: true });
  }
}
