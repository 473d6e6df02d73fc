// Wraps a KV so that a test can hold up one of its calls.
import { type Call, gatedKv } from "./gated_kv.ts";

/** A call that waits: `reached` once it does, until `release` is called. */
export type PausedCall = { reached: Promise<void>; release: () => void };

/**
 * `kv`, and a way to hold up the next call of which `is` holds: `before` it
 * happens, or `after`, when only its answer is on its way.
 */
export function pausableKv(kv: Deno.Kv): {
  kv: Deno.Kv;
  hold: (when: "before" | "after", is: (call: Call) => boolean) => PausedCall;
} {
  let next:
    | { when: string; is: (call: Call) => boolean; wait: () => Promise<void> }
    | undefined;
  const late = gatedKv(kv, async (call, run) => {
    const held = next?.is(call) ? next : undefined;
    if (held) next = undefined;
    if (held?.when === "before") await held.wait();
    const answer = await run();
    if (held?.when === "after") await held.wait();
    return answer;
  });
  return {
    kv: late,
    hold(when, is) {
      const reached = Promise.withResolvers<void>();
      const released = Promise.withResolvers<void>();
      const wait = () => {
        reached.resolve();
        return released.promise;
      };
      next = { when, is, wait };
      return { reached: reached.promise, release: released.resolve };
    },
  };
}

/** Whether a call reads one key of this kind and nothing else. */
export const readsOne = (kind: string) => ({ kind: how, keys }: Call) =>
  how === "get" && keys[0][0] === kind;
