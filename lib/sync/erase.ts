// Erase: takes a space out of the store, or what one user was refused in it.
import { commitPatiently } from "./backoff.ts";
import { keys } from "./keys.ts";
import type { Space } from "./space.ts";

const BATCH = 50; // records that one commit deletes: KV is free for others in between

/**
 * Takes out a space with all that was kept of it, its past included. It is
 * unknown from the first step on; when the process dies on the way, doing it
 * again does the rest. What is written to it meanwhile may be erased as well.
 * With a user it takes out all that they were refused in it, and nothing else,
 * without a word in its log: nobody else has seen it.
 */
export async function erase(
  kv: Deno.Kv,
  space: Space,
  userID?: string,
): Promise<void> {
  const { name } = space;
  if (userID !== undefined) {
    return await deleteUnder(kv, keys.rejections(name, userID));
  }
  const version = keys.version(name);
  const all = [keys.entries, keys.allOrders, keys.logs, keys.rejectionsIn];
  do {
    await commitPatiently(kv.atomic().delete(version));
    for (const prefix of all) await deleteUnder(kv, prefix(name));
    // Of one that was born again meanwhile a part is gone.
  } while ((await kv.get(version)).versionstamp !== null);
  await space.refresh();
}

async function deleteUnder(kv: Deno.Kv, prefix: Deno.KvKey): Promise<void> {
  for (let more = true; more;) {
    const atomic = kv.atomic();
    let deleted = 0;
    for await (const { key } of kv.list({ prefix }, { limit: BATCH })) {
      atomic.delete(key);
      deleted++;
    }
    if (deleted > 0) await commitPatiently(atomic);
    more = deleted === BATCH;
  }
}
