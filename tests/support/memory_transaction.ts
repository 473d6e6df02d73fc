// A transaction over entries in memory: what a mutator is handed, without an engine or a replica.
import type { ReadonlyJSONValue, WriteTransaction } from "replicache";
import { transactionOver } from "../../lib/sync/transaction.ts";

/** As far as the chat's mutators use one; on the server unless told otherwise. */
export function memoryTransaction(
  entries: Map<string, unknown>,
  location: WriteTransaction["location"] = "server",
): WriteTransaction {
  const tx: Partial<WriteTransaction> = {
    location,
    get: (key: string) => Promise.resolve(entries.get(key) as never),
    has: (key) => Promise.resolve(entries.has(key)),
    set: (key, value) => Promise.resolve(void entries.set(key, value)),
    del: (key) => Promise.resolve(entries.delete(key)),
    scan: ((options = {}) =>
      transactionOver(
        new Map(entries as Map<string, ReadonlyJSONValue>),
      ).scan(options)) as WriteTransaction["scan"],
  };
  return tx as WriteTransaction;
}
