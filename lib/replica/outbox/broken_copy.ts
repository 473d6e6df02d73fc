// Replaces a copy that Replicache cannot read any more; loaded on use, and so without imports from what is there already.
import type { inTime, resultOf } from "../local/idb.ts";
import type { ReplicacheClient } from "../replicache_client.ts";
import { isBroken } from "./copy_check.ts";

/** How often copies are replaced in a page: on a disk that spoils each of them that would have no end. */
const MAX_REPLACED = 3;

let replaced = 0;

/** One check after the other: each reads all of a copy. */
let lastCheck: Promise<unknown> = Promise.resolve();

/**
 * After an error of a client's: begins the next generation if the client's copy
 * is broken, and resolves with whether it was. What is unsent is in the outbox,
 * and is sent as what a dead client has left.
 */
export function replaceBroken(
  { idbName }: Pick<ReplicacheClient<never>, "idbName">,
  error: unknown,
  idb: { inTime: typeof inTime; resultOf: typeof resultOf },
  beginNext: () => Promise<void>,
): Promise<boolean> {
  const { name, code } = (error ?? {}) as { name?: string; code?: unknown };
  // A disk that fails now, or is full, may well be whole; a refusal is none.
  if (code !== undefined) return Promise.resolve(false);
  const check = lastCheck.then(async () => {
    const isMissing = name === "IDBNotFoundError";
    if (!isMissing && !await idb.inTime(isBroken(idbName, idb.resultOf))) {
      return false;
    }
    if (replaced === MAX_REPLACED) {
      throw new Error("Each copy breaks again", { cause: error });
    }
    replaced++;
    await beginNext();
    return true;
  });
  lastCheck = check.catch(() => {}); // the caller is told
  return check;
}
