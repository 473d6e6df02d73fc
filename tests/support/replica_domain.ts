// The domain of the tests of lib/replica, the same in the page and on the server: entries count how often each mutation ran.
import type { ReadonlyJSONValue, WriteTransaction } from "replicache";

/** `tally/<id>`: how often it was counted, and as the how manieth of all it was first. */
export type Tally = { times: number; n: number };

class Refused extends Error {
  constructor(readonly code: string) {
    super(code);
  }
}

export const mutators = {
  /** Twice the same is a 2 for ever. */
  async count(tx: WriteTransaction, { id }: { id: string }) {
    const known = await tx.get(`tally/${id}`) as Tally | undefined;
    const all = ((await tx.get("all")) as number | undefined ?? 0) + 1;
    const { times = 0, n = all } = known ?? {};
    await tx.set(`tally/${id}`, { times: times + 1, n });
    await tx.set("all", all);
  },
  async put(
    tx: WriteTransaction,
    { key, value }: { key: string; value: ReadonlyJSONValue },
  ) {
    await tx.set(key, value);
  },
  /** Refused when there is nothing to edit. */
  async edit(
    tx: WriteTransaction,
    { key, value }: { key: string; value: ReadonlyJSONValue },
  ) {
    if (!await tx.has(key)) throw new Refused("not-found");
    await tx.set(key, value);
  },
  async del(tx: WriteTransaction, { key }: { key: string }) {
    await tx.del(key);
  },
};
