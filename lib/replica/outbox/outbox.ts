// The outbox: what the server has not confirmed yet, on this browser's disk; the mutations of every tab, also of tabs that are closed.
import { resultOf } from "../local/idb.ts";
import {
  type Generations,
  type Group,
  groupIn,
  type LastMutationIDs,
  type NewMutation,
  OutboxDatabase,
  type StoreName,
  unsentIn,
  type UnsentMutation,
} from "./outbox_database.ts";
import { addMissingIn, Unstored } from "./unstored.ts";

export type {
  LastMutationIDs,
  NewMutation,
  UnsentMutation,
} from "./outbox_database.ts";

const FIRST: Generations = { current: 0, dropped: 0 };

/**
 * The unsent mutations of one replica. Every change is one transaction, as
 * other tabs may be doing the same.
 */
export class Outbox {
  readonly #database = new OutboxDatabase();
  readonly #channel = new BroadcastChannel("outbox");
  /** How many of its records could not be read when they were last looked at. To count is quick, to read them is not. */
  #unreadable: number | undefined;
  /** What the disk would not take. */
  readonly unstored = new Unstored(this);

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
    return replaced ? change : this.#orElse(change, () => {
      this.unstored.add(mutation);
      this.onChange();
      return true;
    });
  }

  /** Adds those of the mutations that are neither there nor confirmed. */
  addMissing(mutations: NewMutation[]): Promise<void> {
    return this.change(
      ["unsent", "groups"],
      (tx) => addMissingIn(tx, this.replica, mutations),
    );
  }

  /** Undoes an `add`. */
  undoAdd(
    { clientID, mutationID }: NewMutation,
    replaced?: UnsentMutation,
  ): Promise<void> {
    this.unstored.remove((each) =>
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
    if (!this.unstored.isAny) return await reading;
    return this.unstored.with(await this.#orElse(reading, () => []));
  }

  /** What is unsent of groups that the server has forgotten, oldest first. */
  async lost(): Promise<UnsentMutation[]> {
    const unsent = await this.all();
    const isLost = new Map<string, boolean | undefined>();
    for (const { groupID } of unsent) {
      if (isLost.has(groupID)) continue;
      isLost.set(groupID, (await this.group(groupID))?.lost);
    }
    return unsent.filter(({ groupID }) => isLost.get(groupID));
  }

  /** How many are unsent, whether the disk would not take one of them, and the generation that is current. */
  async state(): Promise<
    { unsent: number; unstored?: boolean; current?: number }
  > {
    if (this.unstored.isAny) return this.unstored.state(await this.all());
    if (this.#unreadable === undefined) await this.all();
    const tx = await this.#database.read("unsent", "generations");
    const [count, { current }] = await Promise.all([
      this.#countIn(tx),
      this.generationsIn(tx),
    ]);
    return { unsent: Math.max(0, count - (this.#unreadable ?? 0)), current };
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
      const group = await this.settleIn(tx, groupID, confirmed);
      tx.objectStore("groups").put(group);
    });
    return this.#orElse(change, () => {
      this.unstored.confirm(groupID, confirmed);
      this.onChange();
    });
  }

  /** Removes single mutations that the server has. */
  remove(mutations: UnsentMutation[]): Promise<void> {
    this.unstored.remove((each) => mutations.includes(each));
    const change = this.change(["unsent"], (tx) => {
      for (const { n } of mutations) tx.objectStore("unsent").delete(n);
    });
    return this.#orElse(change, () => {}); // they are sent once more, and count once
  }

  // In the transactions of `change`.

  /** Removes what is confirmed; gives back the group as it is to be remembered. */
  settleIn(tx: IDBTransaction, groupID: string, confirmed: LastMutationIDs) {
    return this.#database.settleIn(tx, groupID, confirmed);
  }

  async allIn(tx: IDBTransaction): Promise<UnsentMutation[]> {
    const [count, all] = await Promise.all([
      this.#countIn(tx),
      unsentIn(tx, this.replica),
    ]);
    this.#unreadable = count - all.length;
    return all;
  }

  #countIn(tx: IDBTransaction): Promise<number> {
    const unsent = tx.objectStore("unsent").index("replica");
    return resultOf(unsent.count(this.replica));
  }

  #addIn(tx: IDBTransaction, mutation: NewMutation): void {
    // The store itself makes `n`.
    tx.objectStore("unsent").add({ ...mutation, replica: this.replica });
  }

  async generationsIn(tx: IDBTransaction): Promise<Generations> {
    const generations = tx.objectStore("generations");
    const known = await resultOf(generations.get(this.replica));
    const isReadable = [known?.current, known?.dropped].every(Number.isFinite);
    return isReadable ? known : FIRST;
  }

  setGenerationsIn(tx: IDBTransaction, generations: Generations): void {
    tx.objectStore("generations").put(generations, this.replica);
  }

  /** A change of the database; what it would not take before goes with it. */
  async change<T>(
    stores: StoreName[],
    body: (tx: IDBTransaction) => T | Promise<T>,
  ): Promise<T> {
    const rest = this.unstored.isAny && this.unstored.take();
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
    instead: () => T,
  ): Promise<T> {
    try {
      return await result;
    } catch (error) {
      const failed = error instanceof DOMException && !this.#database.isDeleted;
      if (!failed) throw error;
      console.warn(error);
      return instead();
    }
  }
}

async function removeIn(tx: IDBTransaction, ...id: [string, number]) {
  const unsent = tx.objectStore("unsent");
  const n = await resultOf(unsent.index("mutation").getKey(id));
  if (n !== undefined) unsent.delete(n);
}
