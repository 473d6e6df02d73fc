// A transaction over entries in memory: what a mutator is handed, without an engine or a replica.
import type { WriteTransaction } from "replicache";

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
  };
  return tx as WriteTransaction;
}
