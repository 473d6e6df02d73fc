// Finds in the index which messages of some rooms may answer a query, newest first, within a budget.
import type { SearchQuery } from "../../chat/search_query.ts";
import { indexKeys, recordsUnder } from "./index_store.ts";
import { type Lookup, lookupsOf } from "./index_terms.ts";
import {
  allBits,
  type Bits,
  bitsIn,
  CHUNK,
  intersect,
  isUnknown,
  type Span,
  SPANS,
  spansIn,
  timesIn,
} from "./posting_lists.ts";

/** A place among messages, newest first: by the second, then by room, then by number. */
export type Place = { at: number; space: string; seq: number };

/** Below zero when `a` comes first. */
export const comparePlaces = (a: Place, b: Place): number =>
  b.at - a.at || (a.space < b.space ? -1 : a.space > b.space ? 1 : 0) ||
  b.seq - a.seq;

/** A chunk of a room, and when its messages are from. */
type Chunk = Span & { space: string; chunk: number };

/** What the index has of some rooms. */
export type Indexed = {
  /** The newest first. */
  chunks: Chunk[];
  /** Whether something of these rooms is not indexed yet. */
  isIncomplete: boolean;
};

/** When the messages of some rooms are from, as far as they are indexed. */
export async function chunksOf(
  kv: Deno.Kv,
  spaces: readonly string[],
): Promise<Indexed> {
  const chunks: Chunk[] = [];
  let isIncomplete = false;
  const first = await recordsUnder(
    kv,
    spaces.map((space) => indexKeys.spans(space, 0)),
  );
  for (const [i, space] of spaces.entries()) {
    const record = first[i];
    if (record === null) isIncomplete = true;
    let spans = spansIn(record ?? new Uint8Array());
    if (spans.length === SPANS) spans = await allSpans(kv, space);
    for (const [chunk, span] of spans.entries()) {
      if (isUnknown(span)) isIncomplete = true;
      else chunks.push({ space, chunk, ...span });
    }
  }
  chunks.sort((a, b) => b.to - a.to || b.chunk - a.chunk);
  return { chunks, isIncomplete };
}

async function allSpans(kv: Deno.Kv, space: string): Promise<Span[]> {
  const spans: Span[] = [];
  const prefix = indexKeys.allSpans(space);
  for await (const { value } of kv.list<Uint8Array>({ prefix })) {
    spans.push(...spansIn(value));
  }
  return spans;
}

/** How many chunks are looked at at once, and how many times as many then. */
const FIRST_CHUNKS = 16;
const GROWTH = 4;
const MAX_CHUNKS = 256; // 15 MB at the most for each word
/** Of how many chunks with candidates the times are read at once. */
const CHUNKS_AT_ONCE = 64;

/** How many chunks of a room are read by their keys; more are read as a range. */
const MAX_BY_KEY = 64;
const MAX_BATCH = 100; // chunks of a range: 6 MB at the most

/** Told how many bytes more an answer takes up until it has gone out; throws where there is no memory for them. */
export type Hold = (bytes: number) => void;

/** What may be read of the index for one answer, in bytes; of a record counts its key, about. */
export class ReadBudget {
  #left = 8_000_000;
  constructor(private readonly hold: Hold) {}

  get isSpent(): boolean {
    return this.#left <= 0;
  }

  take(record: Uint8Array): void {
    const bytes = 100 + record.length;
    this.#left -= bytes;
    this.hold(bytes);
  }
}

/** What was found, in order; and where it ends if the budget was spent before all was looked at. */
export type Candidates = {
  places: Place[];
  end?: Place;
  /** Whether there are chunks that were not looked at and are not by who goes on from there. */
  isPassingOver: boolean;
};

/**
 * The first messages behind a place that may answer a query, `most` at the
 * most: all that the index says of it is so of them. What begins like a word of
 * the query may go on otherwise, and a message may be another by now. Once the
 * budget is spent there is one more look at chunks that may hold what comes
 * first; of a room that has more of these, as its messages' times are mixed,
 * the rest is passed over: nobody would get any further else.
 */
export async function candidatesFor(
  kv: Deno.Kv,
  { chunks }: Indexed,
  query: SearchQuery,
  after: Place,
  most: number,
  budget: ReadBudget,
): Promise<Candidates> {
  const lookups = lookupsOf(query).map((each) => ({
    ...each,
    read: 0,
    had: 0,
  }));
  const since = Math.floor((query.after ?? 0) / 1_000);
  let left = chunks.filter(({ from, to }) => from <= after.at && to >= since);
  let places: Place[] = [];
  const add = async (few: readonly Chunk[], found: Map<Chunk, Bits>) => {
    const records = await recordsUnder(
      kv,
      few.map(({ space, chunk }) => indexKeys.times(space, chunk)),
    );
    for (const [i, chunk] of few.entries()) {
      const [record, bits] = [records[i], found.get(chunk)!];
      if (!record) continue;
      budget.take(record);
      for (const { place, at } of timesIn(record)) {
        const has = bits[place >> 3] & 1 << (place & 7);
        if (!has || at < since) continue;
        const seq = chunk.chunk * CHUNK + place;
        const candidate = { at, space: chunk.space, seq };
        if (comparePlaces(after, candidate) < 0) places.push(candidate);
      }
    }
    places = places.sort(comparePlaces).slice(0, most);
  };
  /** Whether all that a chunk may have comes behind what there is. */
  const isEnough = ({ to }: Chunk) =>
    places.length >= most && places[most - 1].at > to;

  let isLastLook = false;
  for (let size = FIRST_CHUNKS; left.length > 0; size *= GROWTH) {
    if (isEnough(left[0])) break;
    let some = left.slice(0, Math.min(size, MAX_CHUNKS));
    if (budget.isSpent) {
      // The first of those that are looked at again by who goes on from there.
      const next = left.find(({ to }) => to < after.at);
      const isPassingOver = next !== left[0];
      if (!isPassingOver || isLastLook) {
        if (!next || isEnough(next)) return { places, isPassingOver };
        const end = { at: next.to, space: "", seq: Infinity };
        places = places.filter(({ at }) => at > end.at);
        return { places, end, isPassingOver };
      }
      isLastLook = true;
      some = someOfEachRoom(left.filter(({ to }) => to >= after.at));
    }
    const looked = new Set(some);
    left = left.filter((chunk) => !looked.has(chunk));
    const found = await bitsOf(kv, some, lookups, budget);
    for (let i = 0; i < some.length; i += CHUNKS_AT_ONCE) {
      const few = some.slice(i, i + CHUNKS_AT_ONCE)
        .filter((chunk) => found.has(chunk));
      if (few.length === 0) continue;
      if (isEnough(few[0])) break;
      await add(few, found);
    }
  }
  return { places, isPassingOver: false };
}

/** As many chunks as are looked at at once, in their order: the newest of each room before others of the same. */
function someOfEachRoom(chunks: readonly Chunk[]): Chunk[] {
  const counts = new Map<string, number>();
  const ranked = chunks.map((chunk) => {
    const rank = counts.get(chunk.space) ?? 0;
    counts.set(chunk.space, rank + 1);
    return { chunk, rank };
  });
  ranked.sort((a, b) => a.rank - b.rank);
  const chosen = new Set(ranked.slice(0, MAX_CHUNKS).map((r) => r.chunk));
  return chunks.filter((chunk) => chosen.has(chunk));
}

/** What is looked for, in how many chunks it was, and how many of these had it. */
type Counted = Lookup & { read: number; had: number };

/** How common it is, as far as one has looked. */
const share = ({ read, had }: Counted): number => (had + 1) / (read + 1);

/**
 * Of each chunk the messages that have all that is looked for; chunks without
 * any are left out. What was rare in earlier chunks is looked for first, as
 * the rest is then looked for in few.
 */
async function bitsOf(
  kv: Deno.Kv,
  chunks: readonly Chunk[],
  lookups: readonly Counted[],
  budget: ReadBudget,
): Promise<Map<Chunk, Bits>> {
  const found = new Map(chunks.map((chunk) => [chunk, allBits()]));
  const encoder = new TextEncoder();
  for (const lookup of lookups.toSorted((a, b) => share(a) - share(b))) {
    const { bucket, exact } = lookup;
    const rows = await bucketsOf(kv, [...found.keys()], bucket, budget);
    const term = encoder.encode(lookup.term);
    lookup.read += found.size;
    for (const [chunk, bits] of found) {
      const row = rows.get(chunk);
      const isLeft = row && intersect(bits, bitsIn(row, term, exact));
      if (isLeft) lookup.had++;
      else found.delete(chunk);
    }
  }
  return found;
}

/** A bucket of each of some chunks, where there is one. */
async function bucketsOf(
  kv: Deno.Kv,
  chunks: readonly Chunk[],
  bucket: number,
  budget: ReadBudget,
): Promise<Map<Chunk, Uint8Array>> {
  const rows = new Map<Chunk, Uint8Array>();
  const take = (chunk: Chunk, value: Uint8Array) => {
    budget.take(value);
    rows.set(chunk, value);
  };
  const bySpace = Map.groupBy(chunks, ({ space }) => space);
  const [few, many] = [[] as Chunk[], [] as [string, Chunk[]][]];
  for (const [space, some] of bySpace) {
    if (some.length <= MAX_BY_KEY) few.push(...some);
    else many.push([space, some]);
  }
  const keys = few.map(({ space, chunk }) =>
    indexKeys.terms(space, bucket, chunk)
  );
  const [records] = await Promise.all([
    recordsUnder(kv, keys),
    ...many.map(async ([space, some]) => {
      const byNumber = new Map(some.map((each) => [each.chunk, each]));
      const numbers = [...byNumber.keys()];
      const range = {
        start: indexKeys.terms(space, bucket, Math.min(...numbers)),
        end: indexKeys.terms(space, bucket, Math.max(...numbers) + 1),
      };
      const list = kv.list<Uint8Array>(range, { batchSize: MAX_BATCH });
      for await (const { key, value } of list) {
        const chunk = byNumber.get(key.at(-1) as number);
        if (chunk) take(chunk, value);
      }
    }),
  ]);
  for (const [i, chunk] of few.entries()) {
    if (records[i]) take(chunk, records[i]);
  }
  return rows;
}
