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

// What is committed survives the death of the page and of the browser, as the
// system has it; only the loss of power within seconds undoes it.
const RELAXED = { durability: "relaxed" } as const;

/**
 * The database; opened again on use after the browser has closed it, as some do
 * while they sleep. One that was deleted meanwhile, as site data was cleared or
 * someone signed out, is not made again: every transaction rejects with an
 * `AbortError` from then on.
 */
export class OutboxDatabase {
  #opening: Promise<IDBDatabase> | undefined;

  /** `exists`: it has been seen, so that it is not made if it is not there. */
  constructor(private exists = false) {}

  /** A transaction that reads these stores. */
  async read(...stores: StoreName[]): Promise<IDBTransaction> {
    return (await this.#opened()).transaction(stores);
  }

  /**
   * Changes these stores in one transaction: all that `body` asks of it is
   * done, also what it does not wait for; or nothing is, and this rejects.
   */
  async change<T>(
    stores: StoreName[],
    body: (tx: IDBTransaction) => T | Promise<T>,
  ): Promise<T> {
    const db = await this.#opened();
    const tx = db.transaction(stores, "readwrite", RELAXED);
    const [result] = await Promise.all([body(tx), committed(tx)]);
    return result;
  }

  #opened(): Promise<IDBDatabase> {
    return this.#opening ??= this.#open().catch((error) => {
      this.#opening = undefined;
      throw error;
    });
  }

  async #open(): Promise<IDBDatabase> {
    const request = indexedDB.open("outbox", 1);
    request.onupgradeneeded = () => {
      if (this.exists) return request.transaction!.abort();
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
    const db = await resultOf(request);
    this.exists = true;
    // A newer version of this app wants it, or site data is being cleared.
    db.onversionchange = () => this.close();
    db.onclose = () => this.#opening = undefined;
    return db;
  }

  async close(): Promise<void> {
    const opening = this.#opening;
    this.#opening = undefined;
    (await opening)?.close();
  }
}
