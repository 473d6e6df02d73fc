// A snapshot of a Replicache database: what is written to it afterwards is in memory alone.
import type { KVStore, KVWrite, ReadonlyJSONValue } from "replicache";
import { resultOf } from "./idb.ts";

/** Where Replicache keeps all in a database. */
const STORE = "chunks";

/** For reads alone: a client on the database itself would leave its traces on the disk for a day. */
export class SnapshotStore implements KVStore {
  closed = false;
  readonly #entries: Promise<Map<string, ReadonlyJSONValue>>;

  constructor(name: string) {
    this.#entries = entriesOf(name);
  }

  read(): Promise<KVWrite> {
    return this.write();
  }

  /** Without isolation: there is one user, and one write at a time. */
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

/** Nothing of a database that does not exist; and it is not made. */
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
