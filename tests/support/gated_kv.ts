// Wraps a KV so that each call passes a gate, which may delay it, fail it, look at it or change its answer.

/** One set (`value` as it was given) or deletion of a commit. */
export type Change = { key: Deno.KvKey; value?: unknown };

/** A call as the gate sees it. A `list` is one batch, as each batch is a look at KV of its own. */
export type Call = {
  kind: "get" | "getMany" | "list" | "commit";
  keys: Deno.KvKey[];
  /** Of a commit, in the order they were given. */
  changes: Change[];
  /** The keys that a commit checks. */
  checks: Deno.KvKey[];
};

/** Does the call by `run`, or not; gives back what the caller is told. */
export type Gate = <T>(call: Call, run: () => Promise<T>) => Promise<T>;

/**
 * `kv` behind a gate. `batchSize` is the largest batch of a list: small ones
 * tear a long read in many places. `checks` says which keys commits check.
 * A watch is silent, as on a file that another process writes.
 */
export function gatedKv(
  kv: Deno.Kv,
  gate: Gate,
  batchSize = 500,
  checks: (key: Deno.KvKey) => boolean = () => true,
): Deno.Kv {
  const call = (
    kind: Call["kind"],
    keys: Deno.KvKey[],
    changes: Change[] = [],
    checked: Deno.KvKey[] = [],
  ): Call => ({ kind, keys, changes, checks: checked });

  const commit = (
    atomic: Deno.AtomicOperation,
    changes: Change[],
    checked?: Deno.KvKey[],
  ) =>
    gate(
      call("commit", changes.map(({ key }) => key), changes, checked),
      () => atomic.commit(),
    );

  const gated = {
    get: (key: Deno.KvKey, options?: { consistency?: "strong" }) =>
      gate(call("get", [key]), () => kv.get(key, options)),
    getMany: (keys: Deno.KvKey[]) =>
      gate(call("getMany", keys), () => kv.getMany(keys)),
    set: (key: Deno.KvKey, value: unknown) =>
      commit(kv.atomic().set(key, value), [{ key, value }]),
    delete: (key: Deno.KvKey) => commit(kv.atomic().delete(key), [{ key }]),
    list: (selector: Deno.KvListSelector, options: Deno.KvListOptions = {}) => {
      const size = Math.min(options.batchSize ?? 100, batchSize);
      const entries = kv.list(selector, { ...options, batchSize: size });
      const about = Object.values(selector) as Deno.KvKey[];
      let taken = 0;
      return {
        [Symbol.asyncIterator]() {
          return this;
        },
        next: () =>
          taken++ % size > 0
            ? entries.next()
            : gate(call("list", about), () => entries.next()),
        return: () => Promise.resolve({ done: true, value: undefined }),
      };
    },
    atomic: () => {
      const atomic = kv.atomic();
      const changes: Change[] = [];
      const checked: Deno.KvKey[] = [];
      const chain = {
        check(...given: Deno.AtomicCheck[]) {
          atomic.check(...given.filter(({ key }) => checks(key)));
          checked.push(...given.map(({ key }) => key));
          return chain;
        },
        set(key: Deno.KvKey, value: unknown, options?: { expireIn?: number }) {
          atomic.set(key, value, options);
          changes.push({ key, value });
          return chain;
        },
        delete(key: Deno.KvKey) {
          atomic.delete(key);
          changes.push({ key });
          return chain;
        },
        commit: () => commit(atomic, changes, checked),
      };
      return chain;
    },
    watch: () => new ReadableStream(),
    close: () => kv.close(),
  };
  return gated as unknown as Deno.Kv;
}

/** Both gates, the first outermost. */
export const through = (outer: Gate, inner: Gate): Gate => (call, run) =>
  outer(call, () => inner(call, run));
