// Object stores of an IndexedDB database of its own, shared by all tabs.
import { committed, inTime, resultOf } from "../../../lib/replica/local/idb.ts";

/** All that `body` asks of the stores is done, or nothing. */
type Use = <T>(
  mode: IDBTransactionMode,
  body: (...stores: IDBObjectStore[]) => Promise<T>,
) => Promise<T>;

/**
 * The use of a database's stores, whose entries have an `id`. It is opened for
 * each use: so none is open while somebody signs out, and one that dies is no
 * matter. Rejects when the disk refuses, or is full.
 */
export const storesIn =
  (database: string, names: readonly string[]): Use => async (mode, body) => {
    const request = indexedDB.open(database, 1);
    request.onupgradeneeded = () => {
      for (const name of names) {
        request.result.createObjectStore(name, { keyPath: "id" });
      }
    };
    const db = await inTime(resultOf(request));
    try {
      const tx = db.transaction([...names], mode);
      const [result] = await Promise.all([
        body(...names.map((name) => tx.objectStore(name))),
        committed(tx),
      ]);
      return result;
    } finally {
      db.close();
    }
  };

/** Whether there may be a database of that name; where a browser can't say, there may. */
export async function mayBeThere(database: string): Promise<boolean> {
  const known = await indexedDB.databases?.();
  return !known || known.some(({ name }) => name === database);
}
