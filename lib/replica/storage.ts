// The outbox's own database in this browser, shared by all tabs, replicas and generations.
import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import type { ReadonlyJSONValue } from "replicache";

/** A mutation that the server has not confirmed. */
export type Unsent = {
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
  /** The server has forgotten it: what is left of it is to be run again elsewhere. */
  lost: boolean;
};

/** How often a replica has begun anew, and below which generation its old copies are gone. */
export type Generations = { current: number; dropped: number };

export interface Stores extends DBSchema {
  unsent: {
    key: number;
    value: Unsent;
    indexes: {
      replica: string;
      mutation: [clientID: string, mutationID: number];
    };
  };
  groups: { key: string; value: Group };
  generations: { key: string; value: Generations };
}

/** The database; opened again on use after the browser has closed it. */
export class Storage {
  #opening: Promise<IDBPDatabase<Stores>> | undefined;

  open(): Promise<IDBPDatabase<Stores>> {
    return this.#opening ??= openDB<Stores>("outbox", 1, {
      upgrade(db) {
        const unsent = db.createObjectStore("unsent", {
          keyPath: "n",
          autoIncrement: true,
        });
        unsent.createIndex("replica", "replica");
        const id = ["clientID", "mutationID"];
        unsent.createIndex("mutation", id, { unique: true });
        db.createObjectStore("groups", { keyPath: "groupID" });
        db.createObjectStore("generations");
      },
      // A newer version of this app wants it, or site data is being cleared.
      blocking: () => void this.close(),
      terminated: () => this.#opening = undefined,
    }).catch((error) => {
      this.#opening = undefined;
      throw error;
    });
  }

  async close(): Promise<void> {
    const opening = this.#opening;
    this.#opening = undefined;
    (await opening)?.close();
  }
}
