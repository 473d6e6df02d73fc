// All that is unsent in this browser, of every user and space: what signing out would discard.
import { loadScript } from "../load_script.ts";
import type { UnsentMutation } from "./outbox_database.ts";

export type UnsentAnywhere = Pick<UnsentMutation, "name" | "args"> & {
  userID: string;
  space: string;
};

/** Everything that the server has not confirmed, of all tabs and of all users of this browser, oldest first. */
export async function unsentMutations(): Promise<UnsentAnywhere[]> {
  // Most browsers have no outbox yet; in one that does not tell, it is made.
  const known = await indexedDB.databases?.();
  if (known && !known.some(({ name }) => name === "outbox")) return [];
  const { OutboxDatabase, unsentIn } = await loadScript(() =>
    import("../live_replica.ts")
  );
  const storage = new OutboxDatabase(known !== undefined);
  try {
    const found = await unsentIn(await storage.read("unsent"));
    return found.map(({ replica, name, args }) => {
      const [userID, space] = replica.split("/");
      return { userID, space, name, args };
    });
  } finally {
    await storage.close();
  }
}
