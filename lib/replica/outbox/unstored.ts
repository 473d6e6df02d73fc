// What the disk would not take: kept in this page's memory until it does.
import { resultOf } from "../local/idb.ts";
import {
  type Group,
  groupIn,
  type LastMutationIDs,
  type NewMutation,
  type UnsentMutation,
} from "./outbox_database.ts";

/** What is needed of the outbox. */
type StoredOutbox = {
  replica: string;
  settleIn(
    tx: IDBTransaction,
    groupID: string,
    confirmed: LastMutationIDs,
  ): Promise<Group>;
  change(stores: [], body: () => void): Promise<void>;
};

/** Of one replica: mutations, and what the server has said of groups. */
export class Unstored {
  #mutations: UnsentMutation[] = [];
  readonly #confirmed = new Map<string, LastMutationIDs>();

  constructor(private readonly outbox: StoredOutbox) {}

  get isAny(): boolean {
    return this.#mutations.length + this.#confirmed.size > 0;
  }

  /** Brings it to the disk, if that takes it now. */
  async store(): Promise<void> {
    // With each change goes all of it.
    if (this.isAny) await this.outbox.change([], () => {}).catch(console.warn);
  }

  add(mutation: NewMutation): void {
    const n = Number.MAX_SAFE_INTEGER; // the newest
    this.#mutations.push({ ...mutation, replica: this.outbox.replica, n });
  }

  remove(which: (mutation: UnsentMutation) => boolean): void {
    this.#mutations = this.#mutations.filter((each) => !which(each));
  }

  confirm(groupID: string, confirmed: LastMutationIDs): void {
    const known = this.#confirmed.get(groupID);
    this.#confirmed.set(groupID, { ...known, ...confirmed });
    this.remove((each) => this.#isConfirmed(each));
  }

  /** What is unsent, given what of it is on the disk. */
  with(stored: UnsentMutation[]): UnsentMutation[] {
    return [
      ...stored.filter((each) => !this.#isConfirmed(each)),
      ...this.#mutations,
    ];
  }

  /** How many are unsent, given all, and whether one of them is here alone. */
  state({ length: unsent }: UnsentMutation[]) {
    return { unsent, unstored: this.#mutations.length > 0 };
  }

  /** All that there is now: to be stored in a transaction, after whose commit it is no more to be kept here. */
  take() {
    const mutations = [...this.#mutations];
    const confirmed = [...this.#confirmed];
    return {
      storeIn: async (tx: IDBTransaction) => {
        await addMissingIn(tx, this.outbox.replica, mutations);
        for (const [groupID, ids] of confirmed) {
          const group = await this.outbox.settleIn(tx, groupID, ids);
          tx.objectStore("groups").put(group);
        }
      },
      stored: () => {
        this.remove((each) => mutations.includes(each));
        for (const [groupID, ids] of confirmed) {
          if (this.#confirmed.get(groupID) !== ids) continue; // more since
          this.#confirmed.delete(groupID);
        }
      },
    };
  }

  #isConfirmed({ groupID, clientID, mutationID }: UnsentMutation): boolean {
    const confirmed = this.#confirmed.get(groupID);
    return confirmed !== undefined && hasSeen(confirmed, clientID, mutationID);
  }
}

/** Whether the server has said that a client's mutations up to this one are done. */
const hasSeen = (
  confirmed: LastMutationIDs,
  clientID: string,
  mutationID: number,
): boolean =>
  Object.hasOwn(confirmed, clientID) && mutationID <= confirmed[clientID];

/** Adds those of the mutations that are neither there nor confirmed. */
export async function addMissingIn(
  tx: IDBTransaction,
  replica: string,
  mutations: NewMutation[],
): Promise<void> {
  const unsent = tx.objectStore("unsent");
  for (const each of mutations) {
    const { groupID, clientID, mutationID } = each;
    const group = await groupIn(tx, groupID);
    // Of a lost group, what is not there has been run again.
    if (group?.lost) continue;
    if (group && hasSeen(group.lastMutationIDs, clientID, mutationID)) continue;
    const id: [string, number] = [clientID, mutationID];
    if (await resultOf(unsent.index("mutation").count(id)) > 0) continue;
    const { n: _, ...mutation } = each as UnsentMutation;
    unsent.add({ ...mutation, replica });
  }
}
