// What the server has not confirmed yet, on this browser's disk: every tab's mutations, also of tabs that are closed.
import type { IDBPTransaction, StoreNames } from "idb";
import {
  type Generations,
  type Group,
  type LastMutationIDs,
  Storage,
  type Stores,
  type Unsent,
} from "./storage.ts";

export type { LastMutationIDs, Unsent } from "./storage.ts";

/** A mutation that was just made, or is known from elsewhere. */
export type Made = Omit<Unsent, "n" | "replica">;

// What is committed survives the death of the page and of the browser, as the
// system has it; only the loss of power within seconds undoes it.
const RELAXED = { durability: "relaxed" } as const;
/** Every visit is a client: how many of a group are remembered. */
const MOST_CLIENTS = 200;
const FIRST: Generations = { current: 0, dropped: 0 };

/**
 * The unsent mutations of one replica. Every change is one transaction, as
 * other tabs may be doing the same.
 */
export class Outbox {
  readonly #storage = new Storage();
  readonly #news = new BroadcastChannel("outbox");

  /** `onNews` is called after any tab, this one too, has changed something. */
  constructor(
    private readonly replica: string,
    private readonly onNews: () => void,
  ) {
    this.#news.onmessage = ({ data }) => data === replica && onNews();
  }

  async close(): Promise<void> {
    this.#news.close();
    await this.#storage.close();
  }

  /**
   * Puts a mutation in and, in the same instant, takes out the one that it is
   * made of, if any; false, and nothing done, when another tab has taken that
   * out already. One with the same ID was never committed, and is replaced.
   */
  write(mutation: Made, from?: Unsent): Promise<boolean> {
    return this.#change(["unsent"], async (tx) => {
      const unsent = tx.objectStore("unsent");
      if (from) {
        if (await unsent.count(from.n) === 0) return false;
        await unsent.delete(from.n);
      }
      await remove(tx, mutation.clientID, mutation.mutationID);
      await this.#add(tx, mutation);
      return true;
    });
  }

  /** Undoes a `write`. */
  unwrite({ clientID, mutationID }: Made, from?: Unsent): Promise<void> {
    return this.#change(["unsent"], async (tx) => {
      await remove(tx, clientID, mutationID);
      if (from) await tx.objectStore("unsent").put(from);
    });
  }

  /** Puts in what is missing of what only this page's memory knows. */
  keep(mutations: Made[]): Promise<void> {
    return this.#change(["unsent", "groups"], async (tx) => {
      const unsent = tx.objectStore("unsent");
      for (const each of mutations) {
        const { groupID, clientID, mutationID } = each;
        const group = await tx.objectStore("groups").get(groupID);
        // Of a lost group, what is not here has been run again.
        if (group?.lost) continue;
        if (mutationID <= (group?.lastMutationIDs[clientID] ?? 0)) continue;
        const id: [string, number] = [clientID, mutationID];
        if (await unsent.index("mutation").count(id) > 0) continue;
        await this.#add(tx, each);
      }
    });
  }

  /** Everything unsent, oldest first. */
  async all(): Promise<Unsent[]> {
    const db = await this.#storage.open();
    return await db.getAllFromIndex("unsent", "replica", this.replica);
  }

  /** How many are unsent, and the generation that is current. */
  async state(): Promise<{ unsent: number; current: number }> {
    const db = await this.#storage.open();
    const tx = db.transaction(["unsent", "generations"]);
    const [unsent, generations = FIRST] = await Promise.all([
      tx.objectStore("unsent").index("replica").count(this.replica),
      tx.objectStore("generations").get(this.replica),
    ]);
    return { unsent, current: generations.current };
  }

  /** What is unsent of groups that the server has forgotten, oldest first. */
  async lost(): Promise<Unsent[]> {
    const db = await this.#storage.open();
    const tx = db.transaction(["unsent", "groups"]);
    const unsent = await tx.objectStore("unsent").index("replica")
      .getAll(this.replica);
    const groups = new Map<string, boolean>();
    for (const { groupID } of unsent) {
      if (groups.has(groupID)) continue;
      const group = await tx.objectStore("groups").get(groupID);
      groups.set(groupID, group?.lost ?? false);
    }
    return unsent.filter(({ groupID }) => groups.get(groupID));
  }

  /** What the server has ever said of a group; undefined when nothing. */
  async group(groupID: string): Promise<Group | undefined> {
    return await (await this.#storage.open()).get("groups", groupID);
  }

  async generations(): Promise<Generations> {
    const db = await this.#storage.open();
    return await db.get("generations", this.replica) ?? FIRST;
  }

  /** Takes out what the server has confirmed of a group. */
  confirm(groupID: string, confirmed: LastMutationIDs): Promise<void> {
    return this.#change(["unsent", "groups"], async (tx) => {
      const group = await settle(tx, groupID, confirmed);
      await tx.objectStore("groups").put(group);
    });
  }

  /** Takes out single mutations that the server has. */
  sent(mutations: Unsent[]): Promise<void> {
    return this.#change(["unsent"], async (tx) => {
      for (const { n } of mutations) await tx.objectStore("unsent").delete(n);
    });
  }

  /**
   * The server has forgotten a group. What it has of it all the same is taken
   * out, the rest is to be run again. If the group is the one of a tab in
   * generation `ended`, the next one begins: once, whichever tab is first.
   */
  lose(
    groupID: string,
    confirmed: LastMutationIDs,
    ended?: number,
  ): Promise<void> {
    const stores = ["unsent", "groups", "generations"] as const;
    return this.#change([...stores], async (tx) => {
      const group = await settle(tx, groupID, confirmed);
      await tx.objectStore("groups").put({ ...group, lost: true });
      if (ended !== undefined) await this.#begin(tx, ended);
    });
  }

  /** Throws everything unsent away, and begins the next generation. */
  discard(): Promise<void> {
    return this.#change(["unsent", "generations"], async (tx) => {
      const unsent = tx.objectStore("unsent");
      const keys = await unsent.index("replica").getAllKeys(this.replica);
      for (const key of keys) await unsent.delete(key);
      await this.#begin(tx);
    });
  }

  /** Begins the next generation, unless anything is unsent. */
  forsake(): Promise<void> {
    return this.#change(["unsent", "generations"], async (tx) => {
      const unsent = tx.objectStore("unsent").index("replica");
      if (await unsent.count(this.replica) === 0) await this.#begin(tx);
    });
  }

  /** Notes that the copies of the generations below this one are gone. */
  dropped(below: number): Promise<void> {
    return this.#change(["generations"], async (tx) => {
      const generations = tx.objectStore("generations");
      const known = await generations.get(this.replica) ?? FIRST;
      await generations.put({ ...known, dropped: below }, this.replica);
    });
  }

  /** Begins the next generation, if `ended` is still the current one. */
  async #begin(tx: Change, ended?: number): Promise<void> {
    const generations = tx.objectStore("generations");
    const known = await generations.get(this.replica) ?? FIRST;
    if (ended !== undefined && ended !== known.current) return;
    const next = { ...known, current: known.current + 1 };
    await generations.put(next, this.replica);
  }

  #add(tx: Change, mutation: Made): Promise<number> {
    // The store itself makes `n`.
    const unsent = { ...mutation, replica: this.replica } as Unsent;
    return tx.objectStore("unsent").add(unsent);
  }

  async #change<T>(
    stores: StoreNames<Stores>[],
    body: (tx: Change) => Promise<T>,
  ): Promise<T> {
    const db = await this.#storage.open();
    const tx = db.transaction(stores, "readwrite", RELAXED);
    const [result] = await Promise.all([body(tx), tx.done]);
    this.#news.postMessage(this.replica);
    this.onNews();
    return result;
  }
}

type Change = IDBPTransaction<Stores, StoreNames<Stores>[], "readwrite">;

async function remove(tx: Change, clientID: string, mutationID: number) {
  const unsent = tx.objectStore("unsent");
  const n = await unsent.index("mutation").getKey([clientID, mutationID]);
  if (n !== undefined) await unsent.delete(n);
}

/** Takes out what is confirmed; gives back the group as it is to be remembered. */
async function settle(
  tx: Change,
  groupID: string,
  confirmed: LastMutationIDs,
): Promise<Group> {
  const unsent = tx.objectStore("unsent");
  const group = await tx.objectStore("groups").get(groupID) ??
    { groupID, lastMutationIDs: {}, lost: false };
  const lastMutationIDs = { ...group.lastMutationIDs };
  for (const [clientID, id] of Object.entries(confirmed)) {
    const range = IDBKeyRange.bound([clientID, 0], [clientID, id]);
    const keys = await unsent.index("mutation").getAllKeys(range);
    for (const n of keys) await unsent.delete(n);
    const known = lastMutationIDs[clientID] ?? 0;
    delete lastMutationIDs[clientID]; // to the young end
    lastMutationIDs[clientID] = Math.max(id, known);
  }
  const young = Object.entries(lastMutationIDs).slice(-MOST_CLIENTS);
  return { ...group, lastMutationIDs: Object.fromEntries(young) };
}
