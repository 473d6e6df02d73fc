// The outbox: what the server has not confirmed yet, on this browser's disk; the mutations of every tab, also of tabs that are closed.
import { resultOf } from "../local/idb.ts";
import {
  type Generations,
  type Group,
  type LastMutationIDs,
  type NewMutation,
  OutboxDatabase,
  type StoreName,
  type UnsentMutation,
} from "./outbox_database.ts";
import type { Unstored } from "./unstored.ts";

export type {
  LastMutationIDs,
  NewMutation,
  UnsentMutation,
} from "./outbox_database.ts";

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
  /** Once there is any: what the disk would not take. */
  unstored: Unstored | undefined;

  /** `onChange` is called after any tab, this one too, has changed something. */
  constructor(
    readonly replica: string,
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
   * One that the disk does not take is kept in memory, unless it replaces one
   * that is on the disk.
   */
  add(mutation: NewMutation, replaced?: UnsentMutation): Promise<boolean> {
    const change = this.change(["unsent"], async (tx) => {
      const unsent = tx.objectStore("unsent");
      if (replaced) {
        if (await resultOf(unsent.count(replaced.n)) === 0) return false;
        unsent.delete(replaced.n);
      }
      await removeIn(tx, mutation.clientID, mutation.mutationID);
      this.#addIn(tx, mutation);
      return true;
    });
    return replaced ? change : this.#orElse(change, (unstored) => {
      unstored.add(mutation);
      this.onChange();
      return true;
    });
  }

  /** Undoes an `add`. */
  undoAdd(
    { clientID, mutationID }: NewMutation,
    replaced?: UnsentMutation,
  ): Promise<void> {
    this.unstored?.remove((each) =>
      each.clientID === clientID && each.mutationID === mutationID
    );
    return this.change(["unsent"], async (tx) => {
      await removeIn(tx, clientID, mutationID);
      if (replaced) tx.objectStore("unsent").put(replaced);
    });
  }

  /** Everything unsent, oldest first. */
  async all(): Promise<UnsentMutation[]> {
    const reading = this.#database.read("unsent").then((tx) => this.allIn(tx));
    if (!this.unstored?.isAny) return await reading;
    return this.unstored.with(await this.#orElse(reading, () => []));
  }

  /** How many are unsent, whether the disk would not take one of them, and the generation that is current. */
  async state(): Promise<
    { unsent: number; unstored?: boolean; current?: number }
  > {
    if (this.unstored?.isAny) return this.unstored.state(await this.all());
    const tx = await this.#database.read("unsent", "generations");
    const [unsent, { current }] = await Promise.all([
      resultOf(tx.objectStore("unsent").index("replica").count(this.replica)),
      this.generationsIn(tx),
    ]);
    return { unsent, current };
  }

  /** What the server has ever said of a group; undefined when nothing, or when the disk does not tell. */
  group(groupID: string): Promise<Group | undefined> {
    const reading = this.#database.read("groups")
      .then((tx) => groupIn(tx, groupID));
    return this.#orElse(reading, () => undefined);
  }

  async generations(): Promise<Generations> {
    return await this.generationsIn(await this.#database.read("generations"));
  }

  /** Removes what the server has confirmed of a group. */
  confirm(groupID: string, confirmed: LastMutationIDs): Promise<void> {
    const change = this.change(["unsent", "groups"], async (tx) => {
      const group = await settleIn(tx, groupID, confirmed);
      tx.objectStore("groups").put(group);
    });
    return this.#orElse(change, (unstored) => {
      unstored.confirm(groupID, confirmed);
      this.onChange();
    });
  }

  /** Removes single mutations that the server has. */
  remove(mutations: UnsentMutation[]): Promise<void> {
    this.unstored?.remove((each) => mutations.includes(each));
    const change = this.change(["unsent"], (tx) => {
      for (const { n } of mutations) tx.objectStore("unsent").delete(n);
    });
    return this.#orElse(change, () => {}); // they are sent once more, and count once
  }

  // For what is loaded on use, in the transactions of `change`.

  settleIn = settleIn;

  allIn(tx: IDBTransaction): Promise<UnsentMutation[]> {
    const unsent = tx.objectStore("unsent").index("replica");
    return resultOf(unsent.getAll(this.replica));
  }

  #addIn(tx: IDBTransaction, mutation: NewMutation): void {
    // The store itself makes `n`.
    tx.objectStore("unsent").add({ ...mutation, replica: this.replica });
  }

  async generationsIn(tx: IDBTransaction): Promise<Generations> {
    const generations = tx.objectStore("generations");
    return await resultOf(generations.get(this.replica)) ?? FIRST;
  }

  setGenerationsIn(tx: IDBTransaction, generations: Generations): void {
    tx.objectStore("generations").put(generations, this.replica);
  }

  /** A change of the database; what it would not take before goes with it. */
  async change<T>(
    stores: StoreName[],
    body: (tx: IDBTransaction) => T | Promise<T>,
  ): Promise<T> {
    const rest = this.unstored?.isAny && this.unstored.take();
    const result =
      await (rest
        ? this.#database.change(["unsent", "groups", ...stores], async (tx) => {
          await rest.storeIn(tx);
          return body(tx);
        })
        : this.#database.change(stores, body));
    if (rest) rest.stored();
    this.#channel.postMessage(this.replica);
    this.onChange();
    return result;
  }

  /** The result; or, where the disk fails, what `instead` gives. */
  async #orElse<T>(
    result: Promise<T>,
    instead: (unstored: Unstored) => T,
  ): Promise<T> {
    try {
      return await result;
    } catch (error) {
      const failed = error instanceof DOMException && !this.#database.isDeleted;
      if (!failed) throw error;
      console.warn(error);
      const { Unstored } = await import("./unstored.ts");
      this.unstored ??= new Unstored(this, resultOf);
      return instead(this.unstored);
    }
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
  const lastMutationIDs = new Map(Object.entries(group.lastMutationIDs));
  for (const [clientID, id] of Object.entries(confirmed)) {
    const range = IDBKeyRange.bound([clientID, 0], [clientID, id]);
    const keys = await resultOf(unsent.index("mutation").getAllKeys(range));
    for (const n of keys) unsent.delete(n);
    const known = lastMutationIDs.get(clientID) ?? 0;
    lastMutationIDs.delete(clientID); // to the newest end
    lastMutationIDs.set(clientID, Math.max(id, known));
  }
  const newest = [...lastMutationIDs].slice(-MAX_CLIENTS_PER_GROUP);
  return { ...group, lastMutationIDs: Object.fromEntries(newest) };
}
