// What the server has not confirmed yet, on this browser's disk: every tab's mutations, also of tabs that are closed.
import { resultOf } from "../local/idb.ts";
import {
  type Generations,
  type Group,
  type LastMutationIDs,
  OutboxDatabase,
  type StoreName,
  type Unsent,
} from "./outbox_database.ts";

export type { LastMutationIDs, Unsent } from "./outbox_database.ts";

/** A mutation that was just made, or is known from elsewhere. */
export type Made = Omit<Unsent, "n" | "replica">;

/** Every visit is a client: how many of a group are remembered. */
const MOST_CLIENTS = 200;
const FIRST: Generations = { current: 0, dropped: 0 };

/**
 * The unsent mutations of one replica. Every change is one transaction, as
 * other tabs may be doing the same.
 */
export class Outbox {
  readonly #storage = new OutboxDatabase();
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
        if (await resultOf(unsent.count(from.n)) === 0) return false;
        unsent.delete(from.n);
      }
      await remove(tx, mutation.clientID, mutation.mutationID);
      this.#add(tx, mutation);
      return true;
    });
  }

  /** Undoes a `write`. */
  unwrite({ clientID, mutationID }: Made, from?: Unsent): Promise<void> {
    return this.#change(["unsent"], async (tx) => {
      await remove(tx, clientID, mutationID);
      if (from) tx.objectStore("unsent").put(from);
    });
  }

  /** Puts in what is missing of what only this page's memory knows. */
  keep(mutations: Made[]): Promise<void> {
    return this.#change(["unsent", "groups"], async (tx) => {
      const unsent = tx.objectStore("unsent");
      for (const each of mutations) {
        const { groupID, clientID, mutationID } = each;
        const group = await groupIn(tx, groupID);
        // Of a lost group, what is not here has been run again.
        if (group?.lost) continue;
        if (mutationID <= (group?.lastMutationIDs[clientID] ?? 0)) continue;
        const id: [string, number] = [clientID, mutationID];
        if (await resultOf(unsent.index("mutation").count(id)) > 0) continue;
        this.#add(tx, each);
      }
    });
  }

  /** Everything unsent, oldest first. */
  async all(): Promise<Unsent[]> {
    return await this.#allIn(await this.#storage.read("unsent"));
  }

  /** How many are unsent, and the generation that is current. */
  async state(): Promise<{ unsent: number; current: number }> {
    const tx = await this.#storage.read("unsent", "generations");
    const [unsent, { current }] = await Promise.all([
      resultOf(tx.objectStore("unsent").index("replica").count(this.replica)),
      this.#generationsIn(tx),
    ]);
    return { unsent, current };
  }

  /** What is unsent of groups that the server has forgotten, oldest first. */
  async lost(): Promise<Unsent[]> {
    const tx = await this.#storage.read("unsent", "groups");
    const unsent = await this.#allIn(tx);
    const groups = new Map<string, boolean>();
    for (const { groupID } of unsent) {
      if (groups.has(groupID)) continue;
      const group = await groupIn(tx, groupID);
      groups.set(groupID, group?.lost ?? false);
    }
    return unsent.filter(({ groupID }) => groups.get(groupID));
  }

  /** What the server has ever said of a group; undefined when nothing. */
  async group(groupID: string): Promise<Group | undefined> {
    return await groupIn(await this.#storage.read("groups"), groupID);
  }

  async generations(): Promise<Generations> {
    return await this.#generationsIn(await this.#storage.read("generations"));
  }

  /** Takes out what the server has confirmed of a group. */
  confirm(groupID: string, confirmed: LastMutationIDs): Promise<void> {
    return this.#change(["unsent", "groups"], async (tx) => {
      const group = await settle(tx, groupID, confirmed);
      tx.objectStore("groups").put(group);
    });
  }

  /** Takes out single mutations that the server has. */
  sent(mutations: Unsent[]): Promise<void> {
    return this.#change(["unsent"], (tx) => {
      for (const { n } of mutations) tx.objectStore("unsent").delete(n);
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
    return this.#change(["unsent", "groups", "generations"], async (tx) => {
      const group = await settle(tx, groupID, confirmed);
      tx.objectStore("groups").put({ ...group, lost: true });
      if (ended !== undefined) await this.#begin(tx, ended);
    });
  }

  /** Throws everything unsent away, and begins the next generation. */
  discard(): Promise<void> {
    return this.#change(["unsent", "generations"], async (tx) => {
      const unsent = tx.objectStore("unsent");
      const all = unsent.index("replica").getAllKeys(this.replica);
      for (const key of await resultOf(all)) unsent.delete(key);
      await this.#begin(tx);
    });
  }

  /** Begins the next generation, unless anything is unsent. */
  forsake(): Promise<void> {
    return this.#change(["unsent", "generations"], async (tx) => {
      const unsent = tx.objectStore("unsent").index("replica");
      if (await resultOf(unsent.count(this.replica)) === 0) {
        await this.#begin(tx);
      }
    });
  }

  /** Notes that the copies of the generations below this one are gone. */
  dropped(below: number): Promise<void> {
    return this.#change(["generations"], async (tx) => {
      const known = await this.#generationsIn(tx);
      this.#setGenerations(tx, { ...known, dropped: below });
    });
  }

  /** Begins the next generation, if `ended` is still the current one. */
  async #begin(tx: IDBTransaction, ended?: number): Promise<void> {
    const known = await this.#generationsIn(tx);
    if (ended !== undefined && ended !== known.current) return;
    this.#setGenerations(tx, { ...known, current: known.current + 1 });
  }

  #allIn(tx: IDBTransaction): Promise<Unsent[]> {
    const unsent = tx.objectStore("unsent").index("replica");
    return resultOf(unsent.getAll(this.replica));
  }

  #add(tx: IDBTransaction, mutation: Made): void {
    // The store itself makes `n`.
    tx.objectStore("unsent").add({ ...mutation, replica: this.replica });
  }

  async #generationsIn(tx: IDBTransaction): Promise<Generations> {
    const generations = tx.objectStore("generations");
    return await resultOf(generations.get(this.replica)) ?? FIRST;
  }

  #setGenerations(tx: IDBTransaction, generations: Generations): void {
    tx.objectStore("generations").put(generations, this.replica);
  }

  async #change<T>(
    stores: StoreName[],
    body: (tx: IDBTransaction) => T | Promise<T>,
  ): Promise<T> {
    const result = await this.#storage.change(stores, body);
    this.#news.postMessage(this.replica);
    this.onNews();
    return result;
  }
}

const groupIn = (
  tx: IDBTransaction,
  groupID: string,
): Promise<Group | undefined> =>
  resultOf(tx.objectStore("groups").get(groupID));

async function remove(tx: IDBTransaction, ...id: [string, number]) {
  const unsent = tx.objectStore("unsent");
  const n = await resultOf(unsent.index("mutation").getKey(id));
  if (n !== undefined) unsent.delete(n);
}

/** Takes out what is confirmed; gives back the group as it is to be remembered. */
async function settle(
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
    delete lastMutationIDs[clientID]; // to the young end
    lastMutationIDs[clientID] = Math.max(id, known);
  }
  const young = Object.entries(lastMutationIDs).slice(-MOST_CLIENTS);
  return { ...group, lastMutationIDs: Object.fromEntries(young) };
}
