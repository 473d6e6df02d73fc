// Counts the reads of a KV.

/** How many keys each `getMany` of a KV is for, from now on. */
export function countReads(kv: Deno.Kv): number[] {
  const calls: number[] = [];
  const getMany = kv.getMany.bind(kv) as (
    keys: readonly Deno.KvKey[],
  ) => Promise<Deno.KvEntryMaybe<unknown>[]>;
  kv.getMany = ((keys: readonly Deno.KvKey[]) => {
    calls.push(keys.length);
    return getMany(keys);
  }) as typeof kv.getMany;
  return calls;
}
