// A database of Replicache's as it is at one moment: what is written to it from then on is in memory alone.
import type { KVStore, KVWrite, ReadonlyJSONValue } from "replicache";
import { resultOf } from "./idb.ts";

/** Where Replicache keeps all in a database. */
const STORE = "chunks";

/** For who only looks, and whose traces would otherwise stay on the disk for a day. */
export class SnapshotStore implements KVStore {
  closed = false;
  readonly #entries: Promise<Map<string, ReadonlyJSONValue>>;

  constructor(name: string) {
    this.#entries = entriesOf(name);
  }

  read(): Promise<KVWrite> {
    return this.write();
  }

  /** Nobody else is here whom a change that is under way could confuse. */
  async write(): Promise<KVWrite> {
    const entries = await this.#entries;
    return {
      closed: false,
      release() {},
      has: (key) => Promise.resolve(entries.has(key)),
      get: (key) => Promise.resolve(entries.get(key)),
      put: (key, value) => Promise.resolve(void entries.set(key, value)),
      del: (key) => Promise.resolve(void entries.delete(key)),
      commit: () => Promise.resolve(),
    };
  }

  close(): Promise<void> {
    this.closed = true;
    return Promise.resolve();
  }
}

/** Of a database that is not there, nothing; and it is not made. */
async function entriesOf(
  name: string,
): Promise<Map<string, ReadonlyJSONValue>> {
  const request = indexedDB.open(name);
  request.onupgradeneeded = () => request.transaction!.abort();
  const db = await resultOf(request).catch(() => undefined);
  if (!db) return new Map();
  try {
    const store = db.transaction(STORE).objectStore(STORE);
    const [keys, values] = await Promise.all([
      resultOf(store.getAllKeys()),
      resultOf(store.getAll()),
    ]);
    return new Map(keys.map((key, i) => [key as string, frozen(values[i])]));
  } finally {
    db.close();
  }
}

/** Replicache wants it so, and says so in development. */
function frozen(value: ReadonlyJSONValue): ReadonlyJSONValue {
  if (typeof value !== "object" || value === null) return value;
  for (const each of Object.values(value)) frozen(each!);
  return Object.freeze(value);
}
