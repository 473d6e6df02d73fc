// Where the index of messages is stored, and how it is read and deleted.
import { commitOrUnavailable, type Head } from "../../sync/mod.ts";

/** The keys of the index; all of them begin alike. `space` is a room's. */
export const indexKeys = {
  /** How far the space is indexed: `IndexHead`. */
  head: (space: string): Deno.KvKey => ["search", "head", space],
  heads: (): Deno.KvKey => ["search", "head"],
  /** From when to when chunks are, `SPANS` of them in a record. */
  spans: (space: string, n: number): Deno.KvKey => [
    ...indexKeys.allSpans(space),
    n,
  ],
  allSpans: (space: string): Deno.KvKey => ["search", "spans", space],
  /** When each message of a chunk was written. */
  times: (space: string, chunk: number): Deno.KvKey => [
    ...indexKeys.allTimes(space),
    chunk,
  ],
  allTimes: (space: string): Deno.KvKey => ["search", "times", space],
  /** The terms of a chunk that share a bucket. Chunks of a bucket lie together: a query reads many. */
  terms: (space: string, bucket: number, chunk: number): Deno.KvKey => [
    ...indexKeys.bucket(space, bucket),
    chunk,
  ],
  bucket: (space: string, bucket: number): Deno.KvKey => [
    ...indexKeys.allTerms(space),
    bucket,
  ],
  allTerms: (space: string): Deno.KvKey => ["search", "terms", space],
  /** A space that may have changed, noted for the process that indexes. */
  due: (space: string): Deno.KvKey => ["search", "due", space],
  allDue: (): Deno.KvKey => ["search", "due"],
};

/** How far a space is indexed: but for the chunks in `stale`, as it was at `head`, or later. */
export type IndexHead = {
  head: Head;
  /** Ascending. */
  stale: number[];
  /** How many chunks there are, or have been. */
  chunks: number;
};

/** Of a space of which nothing is indexed. */
export const NO_INDEX: IndexHead = {
  head: { version: 0, mark: "" },
  stale: [],
  chunks: 0,
};

const KEYS_PER_READ = 10; // of KV

/** The records under some keys, null where there is none; each ten as of a moment of their own. */
export async function recordsUnder(
  kv: Deno.Kv,
  keys: readonly Deno.KvKey[],
): Promise<(Uint8Array | null)[]> {
  const calls: Promise<Deno.KvEntryMaybe<Uint8Array>[]>[] = [];
  for (let i = 0; i < keys.length; i += KEYS_PER_READ) {
    const some = keys.slice(i, i + KEYS_PER_READ);
    calls.push(kv.getMany<Uint8Array[]>(some));
  }
  return (await Promise.all(calls)).flat().map(({ value }) => value);
}

const DELETIONS_PER_COMMIT = 100; // records that one commit deletes: KV is free for others in between

/**
 * Deletes the index of a space. Its head is changed first, so that whoever is
 * about to add to it does not, and goes last, so that a death on the way is
 * noticed.
 */
export async function deleteIndex(kv: Deno.Kv, space: string): Promise<void> {
  const { head, due, allSpans, allTimes, allTerms } = indexKeys;
  await commitOrUnavailable(kv.atomic().set(head(space), NO_INDEX));
  for (const under of [allSpans, allTimes, allTerms]) {
    for (let more = true; more;) {
      const atomic = kv.atomic();
      let deleted = 0;
      const some = { limit: DELETIONS_PER_COMMIT };
      for await (const { key } of kv.list({ prefix: under(space) }, some)) {
        atomic.delete(key);
        deleted++;
      }
      if (deleted > 0) await commitOrUnavailable(atomic);
      more = deleted === DELETIONS_PER_COMMIT;
    }
  }
  await commitOrUnavailable(
    kv.atomic().delete(head(space)).delete(due(space)),
  );
}
