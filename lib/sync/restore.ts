// Fills a store with the steps of a copy, in commits that every KV takes.
import type { CopyStep } from "./copy.ts";
import { commitRepeatable } from "./commit.ts";
import { byteLength, keyBytes } from "./keys.ts";
import { CHECK_COST, type Cost, fits, plus } from "./limits.ts";

/** A step of a copy. What is set may go by itself at a time, in milliseconds since 1970. */
export type RestoreStep = CopyStep & { until?: number };

/**
 * Does the steps of a copy, in their order. Each commit checks that `lock`, a
 * key that the copy does not have, is as it is given: throws when somebody else
 * has changed it, and what storage throws. Doing it all again ends the same.
 */
export async function restoreSteps(
  kv: Deno.Kv,
  steps: AsyncIterable<RestoreStep>,
  lock: Deno.AtomicCheck,
): Promise<void> {
  const begin = () => ({ atomic: kv.atomic().check(lock), cost: CHECK_COST });
  let next = begin();
  async function commit(): Promise<void> {
    const { atomic } = next;
    next = begin();
    if (await commitRepeatable(atomic)) return;
    throw new Error("something else has begun to write to it");
  }
  /** Sees to it that the next commit has place for this. */
  async function makePlace(cost: Cost): Promise<void> {
    if (!fits(plus(next.cost, cost), 1)) await commit();
    next.cost = plus(next.cost, cost);
  }
  async function remove(key: Deno.KvKey): Promise<void> {
    await makePlace(costOf(key));
    next.atomic.delete(key);
  }
  for await (const step of steps) {
    if ("set" in step) {
      const { set: key, value, until } = step;
      const expireIn = until === undefined ? undefined : until - Date.now();
      if (expireIn !== undefined && expireIn <= 0) continue;
      await makePlace(costOf(key, value));
      next.atomic.set(key, value, { expireIn });
    } else if ("delete" in step) {
      await remove(step.delete);
    } else {
      await commit(); // what is to be deleted may be in it
      const list = kv.list({ prefix: step.deleteUnder });
      for await (const { key } of list) await remove(key);
    }
  }
  await commit();
}

const VALUE_OVERHEAD_BYTES = 100; // of what is no bytes, as KV encodes it

/** Values that are no bytes are small: records of the app's and the engine's own. */
function costOf(key: Deno.KvKey, value?: unknown): Cost {
  const size = keyBytes(key);
  const bytes = value instanceof Uint8Array
    ? value.length
    : byteLength(JSON.stringify(value ?? null)) + VALUE_OVERHEAD_BYTES;
  return { sets: 1, bytes: size + bytes, keyBytes: size, checks: 0 };
}
