// What was not sent from this browser, whoever wrote it, in all spaces; for who is about to erase it.
import { resultOf } from "../local/idb.ts";
import type { Unsent } from "./outbox_database.ts";

export type UnsentAnywhere = Pick<Unsent, "name" | "args"> & {
  userID: string;
  space: string;
};

/** Everything that the server has not confirmed, of all tabs and of everybody who was here, oldest first. */
export async function unsentMutations(): Promise<UnsentAnywhere[]> {
  // Most have no outbox yet; where a browser does not tell, one is made.
  const known = await indexedDB.databases?.();
  if (known && !known.some(({ name }) => name === "outbox")) return [];
  const { OutboxDatabase } = await import("../live_replica.ts");
  const storage = new OutboxDatabase(known !== undefined);
  try {
    const tx = await storage.read("unsent");
    const found: Unsent[] = await resultOf(tx.objectStore("unsent").getAll());
    return found.sort((a, b) => a.n - b.n).map(({ replica, name, args }) => {
      const [userID, space] = replica.split("/");
      return { userID, space, name, args };
    });
  } finally {
    await storage.close();
  }
}

/** Resolves once the replicas that are open now in this browser are closed, as with their tabs; see `web_locks.ts`. */
export async function replicasClosed(): Promise<void> {
  const { locks } = navigator;
  const { held = [] } = await locks?.query() ?? {};
  const names = held.map(({ name }) => name!)
    .filter((name) => name.startsWith("replica/client/"));
  await Promise.all(names.map((name) => locks.request(name, () => {})));
}

/** Calls back after any tab has changed what is unsent; returns the end of it. */
export function onUnsentChange(callback: () => void): () => void {
  const channel = new BroadcastChannel("outbox");
  channel.onmessage = callback;
  return () => channel.close();
}
