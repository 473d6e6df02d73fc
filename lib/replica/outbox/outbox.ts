// The outbox: what the server has not confirmed yet, on this browser's disk; the mutations of every tab, also of tabs that are closed.
import { resultOf } from "../local/idb.ts";
import {
  type Generations,
  type Group,
  type LastMutationIDs,
  OutboxDatabase,
  type StoreName,
  type UnsentMutation,
} from "./outbox_database.ts";

export type { LastMutationIDs, UnsentMutation } from "./outbox_database.ts";

/** A mutation that is not in the outbox yet. */
export type NewMutation = Omit<UnsentMutation, "n" | "replica">;

/** Every visit is a client: of how many of a group the lastMutationID is remembered. */
const MAX_CLIENTS_PER_GROUP = 200;
const FIRST: Generations = { current: 0, dropped: 0 };

/**
 * The unsent mutations of one replica. Every change is one transaction, as
 * other tabs may be doing the same.
 */
export class Outbox {
  readonly #database = new OutboxDatabase();
  readonly #channel = new BroadcastChannel("outbox");

  /** `onChange` is called after any tab, this one too, has changed something. */
  constructor(
    private readonly replica: string,
    private readonly onChange: () => void,
  ) {
    this.#channel.onmessage = ({ data }) => data === replica && onChange();
  }

  async close(): Promise<void> {
    this.#channel.close();
    await this.#database.close();
  }

  /**
   * Adds a mutation and, in the same transaction, removes the one that it
   * replaces, if any; false, and nothing done, when another tab has removed
   * that already. One with the same ID was never committed, and is replaced.
   */
  add(mutation: NewMutation, replaced?: UnsentMutation): Promise<boolean> {
    return this.#change(["unsent"], async (tx) => {
      const unsent = tx.objectStore("unsent");
      if (replaced) {
        if (await resultOf(unsent.count(replaced.n)) === 0) return false;
        unsent.delete(replaced.n);
      }
      await removeIn(tx, mutation.clientID, mutation.mutationID);
      this.#addIn(tx, mutation);
      return true;
    });
  }

  /** Undoes an `add`. */
  undoAdd(
    { clientID, mutationID }: NewMutation,
    replaced?: UnsentMutation,
  ): Promise<void> {
    return this.#change(["unsent"], async (tx) => {
      await removeIn(tx, clientID, mutationID);
      if (replaced) tx.objectStore("unsent").put(replaced);
    });
  }

  /** Adds those of the mutations that are neither there nor confirmed. */
  addMissing(mutations: NewMutation[]): Promise<void> {
    return this.#change(["unsent", "groups"], async (tx) => {
      const unsent = tx.objectStore("unsent");
      for (const each of mutations) {
        const { groupID, clientID, mutationID } = each;
        const group = await groupIn(tx, groupID);
        // Of a lost group, what is not there has been run again.
        if (group?.lost) continue;
        if (mutationID <= (group?.lastMutationIDs[clientID] ?? 0)) continue;
        const id: [string, number] = [clientID, mutationID];
        if (await resultOf(unsent.index("mutation").count(id)) > 0) continue;
        this.#addIn(tx, each);
      }
    });
  }

  /** Everything unsent, oldest first. */
  async all(): Promise<UnsentMutation[]> {
    return await this.#allIn(await this.#database.read("unsent"));
  }

  /** How many are unsent, and the generation that is current. */
  async state(): Promise<{ unsent: number; current: number }> {
    const tx = await this.#database.read("unsent", "generations");
    const [unsent, { current }] = await Promise.all([
      resultOf(tx.objectStore("unsent").index("replica").count(this.replica)),
      this.#generationsIn(tx),
    ]);
    return { unsent, current };
  }

  /** What is unsent of groups that the server has forgotten, oldest first. */
  async lost(): Promise<UnsentMutation[]> {
    const tx = await this.#database.read("unsent", "groups");
    const unsent = await this.#allIn(tx);
    const isLost = new Map<string, boolean>();
    for (const { groupID } of unsent) {
      if (isLost.has(groupID)) continue;
      const group = await groupIn(tx, groupID);
      isLost.set(groupID, group?.lost ?? false);
    }
    return unsent.filter(({ groupID }) => isLost.get(groupID));
  }

  /** What the server has ever said of a group; undefined when nothing. */
  async group(groupID: string): Promise<Group | undefined> {
    return await groupIn(await this.#database.read("groups"), groupID);
  }

  async generations(): Promise<Generations> {
    return await this.#generationsIn(await this.#database.read("generations"));
  }

  /** Removes what the server has confirmed of a group. */
  confirm(groupID: string, confirmed: LastMutationIDs): Promise<void> {
    return this.#change(["unsent", "groups"], async (tx) => {
      const group = await settleIn(tx, groupID, confirmed);
      tx.objectStore("groups").put(group);
    });
  }

  /** Removes single mutations that the server has. */
  remove(mutations: UnsentMutation[]): Promise<void> {
    return this.#change(["unsent"], (tx) => {
      for (const { n } of mutations) tx.objectStore("unsent").delete(n);
    });
  }

  /**
   * Notes that the server has forgotten a group: what it has of it all the same
   * is removed, the rest is to be run again. If the group is the one of a tab
   * in generation `ended`, the next one begins: once, whichever tab is first.
   */
  recordLost(
    groupID: string,
    confirmed: LastMutationIDs,
    ended?: number,
  ): Promise<void> {
    return this.#change(["unsent", "groups", "generations"], async (tx) => {
      const group = await settleIn(tx, groupID, confirmed);
      tx.objectStore("groups").put({ ...group, lost: true });
      if (ended !== undefined) await this.#beginNextIn(tx, ended);
    });
  }

  /** Throws everything unsent away, and begins the next generation. */
  discard(): Promise<void> {
    return this.#change(["unsent", "generations"], async (tx) => {
      const unsent = tx.objectStore("unsent");
      const all = unsent.index("replica").getAllKeys(this.replica);
      for (const key of await resultOf(all)) unsent.delete(key);
      await this.#beginNextIn(tx);
    });
  }

  /** Begins the next generation, unless anything is unsent. */
  beginNextIfEmpty(): Promise<void> {
    return this.#change(["unsent", "generations"], async (tx) => {
      const unsent = tx.objectStore("unsent").index("replica");
      if (await resultOf(unsent.count(this.replica)) === 0) {
        await this.#beginNextIn(tx);
      }
    });
  }

  /** Notes that the copies of the generations below this one are gone. */
  setDropped(dropped: number): Promise<void> {
    return this.#change(["generations"], async (tx) => {
      const known = await this.#generationsIn(tx);
      this.#setGenerationsIn(tx, { ...known, dropped });
    });
  }

  /** Begins the next generation, if `ended` is still the current one. */
  async #beginNextIn(tx: IDBTransaction, ended?: number): Promise<void> {
    const known = await this.#generationsIn(tx);
    if (ended !== undefined && ended !== known.current) return;
    this.#setGenerationsIn(tx, { ...known, current: known.current + 1 });
  }

  #allIn(tx: IDBTransaction): Promise<UnsentMutation[]> {
    const unsent = tx.objectStore("unsent").index("replica");
    return resultOf(unsent.getAll(this.replica));
  }

  #addIn(tx: IDBTransaction, mutation: NewMutation): void {
    // The store itself makes `n`.
    tx.objectStore("unsent").add({ ...mutation, replica: this.replica });
  }

  async #generationsIn(tx: IDBTransaction): Promise<Generations> {
    const generations = tx.objectStore("generations");
    return await resultOf(generations.get(this.replica)) ?? FIRST;
  }

  #setGenerationsIn(tx: IDBTransaction, generations: Generations): void {
    tx.objectStore("generations").put(generations, this.replica);
  }

  async #change<T>(
    stores: StoreName[],
    body: (tx: IDBTransaction) => T | Promise<T>,
  ): Promise<T> {
    const result = await this.#database.change(stores, body);
    this.#channel.postMessage(this.replica);
    this.onChange();
    return result;
  }
}

const groupIn = (
  tx: IDBTransaction,
  groupID: string,
): Promise<Group | undefined> =>
  resultOf(tx.objectStore("groups").get(groupID));

async function removeIn(tx: IDBTransaction, ...id: [string, number]) {
  const unsent = tx.objectStore("unsent");
  const n = await resultOf(unsent.index("mutation").getKey(id));
  if (n !== undefined) unsent.delete(n);
}

/** Removes what is confirmed; gives back the group as it is to be remembered. */
async function settleIn(
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
