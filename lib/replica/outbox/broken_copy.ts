// Replaces a copy that Replicache cannot read any more.
import { inTime, resultOf } from "../local/idb.ts";
import type { ReplicacheClient } from "../replicache_client.ts";
import { beginNext } from "./generations.ts";
import type { Outbox } from "./outbox.ts";

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
  outbox: Outbox,
  { idbName, generation }: Pick<
    ReplicacheClient<never>,
    "idbName" | "generation"
  >,
  error: unknown,
  onReplaced: () => void,
): Promise<boolean> {
  const { name, code } = (error ?? {}) as { name?: string; code?: unknown };
  // A disk that fails now, or is full, may well be whole; a refusal is none.
  if (code !== undefined) return Promise.resolve(false);
  const check = lastCheck.then(async () => {
    const isMissing = name === "IDBNotFoundError";
    if (!isMissing) {
      const { isBroken } = await import("./copy_check.ts");
      if (!await inTime(isBroken(idbName, resultOf))) return false;
    }
    if (replaced === MAX_REPLACED) {
      throw new Error("Each copy breaks again", { cause: error });
    }
    replaced++;
    await beginNext(outbox, generation);
    onReplaced();
    return true;
  });
  lastCheck = check.catch(() => {}); // the caller is told
  return check;
}
