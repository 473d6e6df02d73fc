// The outbox's own database in this browser, shared by all tabs, replicas and generations.
import type { ReadonlyJSONValue } from "replicache";
import { committed, resultOf } from "../local/idb.ts";

/** A mutation that the server has not confirmed, as it is stored: releases before and after read it, too. */
export type UnsentMutation = {
  /** Grows with each one written in this browser: the order in which they were made. */
  n: number;
  /** Whose and of what: `<userID>/<space>`. */
  replica: string;
  generation: number;
  groupID: string;
  clientID: string;
  mutationID: number;
  name: string;
  args: ReadonlyJSONValue;
  /** Milliseconds since 1970. */
  timestamp: number;
};

/** A mutation that is not in the outbox yet. */
export type NewMutation = Omit<UnsentMutation, "n" | "replica">;

/** By clientID, as Replicache's answers have it. */
export type LastMutationIDs = Record<string, number>;

export type Group = {
  groupID: string;
  /** The highest that the server has ever said of each client. */
  lastMutationIDs: LastMutationIDs;
  /** The server has forgotten it: what is unsent of it is to be run again by another. */
  lost: boolean;
};

/** How often a replica has begun anew, and below which generation its old copies are gone. */
export type Generations = { current: number; dropped: number };

/** `unsent` by `n`, `groups` by groupID, `generations` by replica. */
export type StoreName = "unsent" | "groups" | "generations";

/** Every visit is a client: of how many of a group the lastMutationID is remembered. */
const MAX_CLIENTS_PER_GROUP = 200;

// What is committed survives the death of the page and of the browser, as the
// system has it; only the loss of power within seconds undoes it.
const RELAXED = { durability: "relaxed" } as const;

/**
 * The database; opened again on use after the browser has closed it, as some do
 * while they sleep, with or without telling. One that was deleted meanwhile, as
 * site data was cleared or someone signed out, is not made again: every
 * transaction rejects with an `AbortError` from then on.
 */
export class OutboxDatabase {
  /** It was deleted meanwhile. */
  isDeleted = false;
  // Those that it began with: later ones in the page may be in its memory.
  readonly #indexedDB = indexedDB;
  readonly #KeyRange = IDBKeyRange;
  #opening: Promise<IDBDatabase> | undefined;

  /** `exists`: it has been seen, so that it is not made if it is not there. */
  constructor(private exists = false) {}

  /** A transaction that reads these stores. */
  read(...stores: StoreName[]): Promise<IDBTransaction> {
    return this.#begin(stores, "readonly");
  }

  /**
   * Changes these stores in one transaction: all that `body` asks of it is
   * done, also what it does not wait for; or nothing is, and this rejects.
   */
  async change<T>(
    stores: StoreName[],
    body: (tx: IDBTransaction) => T | Promise<T>,
  ): Promise<T> {
    const tx = await this.#begin(stores, "readwrite");
    const [result] = await Promise.all([body(tx), committed(tx)]);
    return result;
  }

  async #begin(
    stores: StoreName[],
    mode: IDBTransactionMode,
  ): Promise<IDBTransaction> {
    const opening = this.#opened();
    const db = await opening;
    try {
      return db.transaction(stores, mode, RELAXED);
    } catch (error) {
      // Dead, though no `close` has come, as on iOS after it slept. Nothing was
      // begun on it, so that nothing is done twice.
      if ((error as Error).name !== "InvalidStateError") throw error;
      db.close();
      if (this.#opening === opening) this.#opening = undefined;
      return (await this.#opened()).transaction(stores, mode, RELAXED);
    }
  }

  /** Removes what is confirmed; gives back the group as it is to be remembered. */
  async settleIn(
    tx: IDBTransaction,
    groupID: string,
    confirmed: LastMutationIDs,
  ): Promise<Group> {
    const unsent = tx.objectStore("unsent");
    const group = await groupIn(tx, groupID) ??
      { groupID, lastMutationIDs: {}, lost: false };
    const lastMutationIDs = new Map(Object.entries(group.lastMutationIDs));
    for (const [clientID, id] of Object.entries(confirmed)) {
      const range = this.#KeyRange.bound([clientID, 0], [clientID, id]);
      const keys = await resultOf(unsent.index("mutation").getAllKeys(range));
      for (const n of keys) unsent.delete(n);
      const known = lastMutationIDs.get(clientID) ?? 0;
      lastMutationIDs.delete(clientID); // to the newest end
      lastMutationIDs.set(clientID, Math.max(id, known));
    }
    const newest = [...lastMutationIDs].slice(-MAX_CLIENTS_PER_GROUP);
    return { ...group, lastMutationIDs: Object.fromEntries(newest) };
  }

  #opened(): Promise<IDBDatabase> {
    return this.#opening ??= this.#open().catch((error) => {
      this.#opening = undefined;
      throw error;
    });
  }

  async #open(): Promise<IDBDatabase> {
    let db = await this.#connect();
    if (db.objectStoreNames.length === 0) {
      // Someone else's page or tool has made it; nothing is in it.
      db.close();
      await resultOf(this.#indexedDB.deleteDatabase("outbox"));
      db = await this.#connect();
    }
    this.exists = true;
    // A newer version of this app wants it, or site data is being cleared.
    db.onversionchange = () => this.close();
    db.onclose = () => this.#opening = undefined;
    return db;
  }

  async #connect(): Promise<IDBDatabase> {
    try {
      return await this.#request(1);
    } catch (error) {
      if ((error as Error).name !== "VersionError") throw error;
      // A newer release has made it, and somebody went back to this one. It is
      // used if it has what is needed; nothing of it is deleted.
      const db = await this.#request();
      if (isOutbox(db)) return db;
      db.close();
      throw error;
    }
  }

  #request(version?: number): Promise<IDBDatabase> {
    const request = this.#indexedDB.open("outbox", version);
    request.onupgradeneeded = () => {
      if (this.exists) {
        this.isDeleted = true;
        return request.transaction!.abort();
      }
      const db = request.result;
      const unsent = db.createObjectStore("unsent", {
        keyPath: "n",
        autoIncrement: true,
      });
      unsent.createIndex("replica", "replica");
      const id = ["clientID", "mutationID"];
      unsent.createIndex("mutation", id, { unique: true });
      db.createObjectStore("groups", { keyPath: "groupID" });
      db.createObjectStore("generations");
    };
    return resultOf(request);
  }

  async close(): Promise<void> {
    const opening = this.#opening;
    this.#opening = undefined;
    (await opening)?.close();
  }
}

/** Whether it has the stores and indexes that are used here. */
function isOutbox(db: IDBDatabase): boolean {
  const stores = ["unsent", "groups", "generations"];
  if (!stores.every((name) => db.objectStoreNames.contains(name))) return false;
  const { indexNames } = db.transaction("unsent").objectStore("unsent");
  return indexNames.contains("replica") && indexNames.contains("mutation");
}

/**
 * What is unsent of a replica, or of all, in the order in which it was made. A
 * record that is no mutation, whoever wrote it, is left where it is; it counts
 * for nothing and stops none of the others.
 */
export async function unsentIn(
  tx: IDBTransaction,
  replica?: string,
): Promise<UnsentMutation[]> {
  const all: unknown[] = await resultOf(
    tx.objectStore("unsent").index("replica").getAll(replica),
  );
  const readable = all.filter(isUnsentMutation).sort((a, b) => a.n - b.n);
  const unreadable = all.filter((each) => !isUnsentMutation(each))
    .map((each) => (each as UnsentMutation).n)
    .filter((n) => !told.has(n));
  if (unreadable.length > 0) {
    console.warn(`${unreadable.length} records of the outbox cannot be read`);
    for (const n of unreadable) told.add(n);
  }
  return readable;
}

/** The unreadable records that this page has told of, by `n`: each look finds them again. */
const told = new Set<number>();

function isUnsentMutation(record: unknown): record is UnsentMutation {
  const it = record as UnsentMutation;
  return [it.n, it.generation, it.mutationID, it.timestamp].every(
    Number.isFinite,
  ) &&
    [it.replica, it.groupID, it.clientID, it.name].every((each) =>
      typeof each === "string"
    ) && it.args !== undefined;
}

/** What the server has ever said of a group; undefined when nothing, or nothing that can be read. */
export async function groupIn(
  tx: IDBTransaction,
  groupID: string,
): Promise<Group | undefined> {
  const group = await resultOf(tx.objectStore("groups").get(groupID));
  const ids = Object.values(group?.lastMutationIDs ?? { none: "" });
  return ids.every(Number.isFinite) ? group : undefined;
}
