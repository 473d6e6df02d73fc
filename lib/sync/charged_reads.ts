// Reads that tell their caller how many bytes they bring, and end when it says that there is no memory for more.
import { unavailable } from "./protocol.ts";

/** Told how many bytes more are held, or, below zero, fewer; false when they may not be. */
export type Hold = (bytes: number) => boolean;

/** What a value takes up beside its bytes, about: its key, its place in a list. */
const OVERHEAD_BYTES = 300;

/** What pulls read with: a part of `Deno.Kv`. */
export type KvReads = Pick<Deno.Kv, "get" | "getMany"> & {
  /** To be called when all that was read is dropped, to be read again. */
  drop?(): void;
  /** To be called for values of so many bytes that are held without being read. */
  charge?(bytes: number): void;
  list<T>(
    selector: Deno.KvListSelector,
    options?: Deno.KvListOptions,
  ): AsyncIterable<Deno.KvEntry<T>>;
};

/**
 * Reads that charge `hold` for each value that `getMany` and `list` bring. One
 * that may not be held ends as `unavailable`.
 */
export function chargedReads(kv: KvReads, hold: Hold): KvReads {
  let held = 0;
  const chargeBytes = (bytes: number) => {
    if (hold(bytes)) return void (held += bytes);
    throw unavailable(undefined, "There is no memory left for the answer.");
  };
  const charge = (value: unknown) => {
    if (value === null) return;
    // What is no bytes is a small record.
    const bytes = value instanceof Uint8Array ? value.length : 0;
    chargeBytes(bytes + OVERHEAD_BYTES);
  };
  return {
    charge: chargeBytes,
    drop() {
      hold(-held);
      held = 0;
    },
    get: (key, options) => kv.get(key, options),
    async getMany(keys, options) {
      const found = await kv.getMany(keys, options);
      for (const { value } of found) charge(value);
      return found as never;
    },
    async *list<T>(
      selector: Deno.KvListSelector,
      options?: Deno.KvListOptions,
    ) {
      for await (const entry of kv.list<T>(selector, options)) {
        charge(entry.value);
        yield entry;
      }
    },
  };
}
