// Begins the next generation of a replica, a copy that begins anew.
import type { ReadTransaction } from "replicache";
import type { LastMutationIDs, Outbox } from "./outbox.ts";

/**
 * Notes that the server has forgotten a group: what it has of it all the same
 * is removed, the rest is to be run again. If the group is the one of a tab
 * in generation `ended`, the next one begins: once, whichever tab is first.
 */
export function recordLost(
  outbox: Outbox,
  groupID: string,
  confirmed: LastMutationIDs,
  ended?: number,
): Promise<void> {
  return outbox.change(["unsent", "groups", "generations"], async (tx) => {
    const group = await outbox.settleIn(tx, groupID, confirmed);
    tx.objectStore("groups").put({ ...group, lost: true });
    if (ended !== undefined) await beginNextIn(tx, outbox, ended);
  });
}

/** Throws everything unsent away, and begins the next generation. */
export function discard(outbox: Outbox): Promise<void> {
  outbox.unstored.remove(() => true);
  return outbox.change(["unsent", "generations"], async (tx) => {
    for (const { n } of await outbox.allIn(tx)) {
      tx.objectStore("unsent").delete(n);
    }
    await beginNextIn(tx, outbox);
  });
}

/** The copy of a space that may not be seen any more goes, too, once nothing of one's own is in it: unsent, or refused, as `rejectionsIn` finds it. */
export async function dropCopy(
  outbox: Outbox,
  client: {
    cookie: Promise<unknown>;
    query<T>(body: (tx: ReadTransaction) => Promise<T>): Promise<T>;
  },
  rejectionsIn: (tx: ReadTransaction) => Promise<unknown[]>,
): Promise<void> {
  if (await client.cookie === null) return;
  if ((await client.query(rejectionsIn)).length > 0) return;
  await outbox.change(["unsent", "generations"], async (tx) => {
    const unsent = await outbox.allIn(tx);
    if (unsent.length === 0) await beginNextIn(tx, outbox);
  });
}

/** Begins the next generation, if `ended` is still the current one: once, whichever tab is first. */
export const beginNext = (outbox: Outbox, ended: number): Promise<void> =>
  outbox.change(["generations"], (tx) => beginNextIn(tx, outbox, ended));

/** Begins the next generation, if `ended` is still the current one. */
async function beginNextIn(
  tx: IDBTransaction,
  outbox: Outbox,
  ended?: number,
): Promise<void> {
  const known = await outbox.generationsIn(tx);
  if (ended !== undefined && ended !== known.current) return;
  outbox.setGenerationsIn(tx, { ...known, current: known.current + 1 });
}
