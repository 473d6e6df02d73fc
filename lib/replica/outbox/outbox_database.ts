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
      await resultOf(indexedDB.deleteDatabase("outbox"));
      db = await this.#connect();
    }
    this.exists = true;
    // A newer version of this app wants it, or site data is being cleared.
    db.onversionchange = () => this.close();
    db.onclose = () => this.#opening = undefined;
    return db;
  }

  #connect(): Promise<IDBDatabase> {
    const request = indexedDB.open("outbox", 1);
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

/** What the server has ever said of a group. */
export const groupIn = (
  tx: IDBTransaction,
  groupID: string,
): Promise<Group | undefined> =>
  resultOf(tx.objectStore("groups").get(groupID));

/** Removes what is confirmed; gives back the group as it is to be remembered. */
export async function settleIn(
  tx: IDBTransaction,
  groupID: string,
  confirmed: LastMutationIDs,
): Promise<Group> {
  const unsent = tx.objectStore("unsent");
  const group = await groupIn(tx, groupID) ??
    { groupID, lastMutationIDs: {}, lost: false };
  const lastMutationIDs = { ...group.lastMutationIDs };
  for (const [clientID, id] of Object.entries(confirmed)) {
    const range = IDBKeyRange.bound([clientID, 0], [clientID, id]);
    const keys = await resultOf(unsent.index("mutation").getAllKeys(range));
    for (const n of keys) unsent.delete(n);
    const known = lastMutationIDs[clientID] ?? 0;
    delete lastMutationIDs[clientID]; // to the newest end
    lastMutationIDs[clientID] = Math.max(id, known);
  }
  const newest = Object.entries(lastMutationIDs).slice(-MAX_CLIENTS_PER_GROUP);
  return { ...group, lastMutationIDs: Object.fromEntries(newest) };
}
