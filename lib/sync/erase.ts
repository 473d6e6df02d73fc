// Erase: deletes a space, or one user's rejections in it.
import { commitRepeatable } from "./commit.ts";
import { keys } from "./keys.ts";
import type { Space } from "./space.ts";

/** Where the records of a space are, but for its version and guard. */
export const RECORDS_OF_SPACE = [
  keys.entries,
  keys.allOrders,
  keys.logs,
  keys.rejectionsIn,
  keys.notesIn,
];

const DELETIONS_PER_COMMIT = 50; // records that one commit deletes: KV is free for others in between

/**
 * Deletes a space with all that is stored of it, its log included. It is unknown
 * from the first step on; when the process dies on the way, a second call does
 * the rest. What is written to it meanwhile may be erased as well. With a user
 * it deletes that user's rejections and nothing else, and the log says nothing
 * of it: nobody else has seen them.
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
  const guard = keys.guard(name);
  do {
    // Together: a guard is never without one for as long as its space lives.
    await commitRepeatable(
      kv.atomic().delete(version).delete(guard).delete(keys.turns(name)),
    );
    for (const prefix of RECORDS_OF_SPACE) await deleteUnder(kv, prefix(name));
    // Of one that was born again meanwhile a part is gone.
  } while (await exists(kv, version, guard));
  await space.refresh();
}

async function exists(kv: Deno.Kv, ...some: Deno.KvKey[]): Promise<boolean> {
  const found = await kv.getMany(some);
  return found.some(({ versionstamp }) => versionstamp !== null);
}

async function deleteUnder(kv: Deno.Kv, prefix: Deno.KvKey): Promise<void> {
  for (let more = true; more;) {
    const atomic = kv.atomic();
    let deleted = 0;
    for await (
      const { key } of kv.list({ prefix }, { limit: DELETIONS_PER_COMMIT })
    ) {
      atomic.delete(key);
      deleted++;
    }
    if (deleted > 0) await commitRepeatable(atomic);
    more = deleted === DELETIONS_PER_COMMIT;
  }
}
