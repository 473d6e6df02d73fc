// What a person has not sent from this browser, in all their spaces.
import { asked } from "./asked.ts";
import type { Unsent } from "./storage.ts";

export type UnsentAnywhere = Pick<Unsent, "name" | "args"> & { space: string };

/** Everything of a person that the server has not confirmed, of all tabs, oldest first. */
export async function unsentOf(userID: string): Promise<UnsentAnywhere[]> {
  // Most have no outbox yet; where a browser does not tell, one is made.
  const known = await indexedDB.databases?.();
  if (known && !known.some(({ name }) => name === "outbox")) return [];
  const { Storage } = await import("./live.ts");
  const storage = new Storage(known !== undefined);
  try {
    const tx = await storage.read("unsent");
    // `<userID>/<space>`, and nothing else: "0" follows "/".
    const range = IDBKeyRange.bound(`${userID}/`, `${userID}0`, false, true);
    const unsent = tx.objectStore("unsent").index("replica").getAll(range);
    const found: Unsent[] = await asked(unsent);
    return found.sort((a, b) => a.n - b.n).map(({ replica, name, args }) => ({
      space: replica.slice(userID.length + 1),
      name,
      args,
    }));
  } finally {
    await storage.close();
  }
}

/** Calls back after any tab has changed what is unsent; returns the end of it. */
export function onUnsentChange(callback: () => void): () => void {
  const channel = new BroadcastChannel("outbox");
  channel.onmessage = callback;
  return () => channel.close();
}
