// Reads entries of a windowed collection in their order: the newest, those next to an order, those of a range.
import type { KvReads } from "./charged_reads.ts";
import { keys } from "./keys.ts";
import { LIST_OPTIONS } from "./log.ts";
import type { Range } from "./protocol.ts";
import { type Centre, gapAt, type ViewBounds } from "./view_bounds.ts";

/** Where an entry stands in its collection: two of the same order stand in that of their keys. */
export type Place = { order: number; key: string };

/** Entries as JSON bytes, by key. */
export type StoredEntries = [key: string, json: Uint8Array][];

/** Entries of a part of a collection, and where they stand. */
type Part = { entries: StoredEntries; places: Place[]; bound: number | null };

/** The most that is brought on each side of an order, in entries and in bytes of JSON. */
const MAX_ENTRIES_PER_SIDE = 100;
const MAX_BYTES_PER_SIDE = 512_000;

/**
 * Reads the newest entries of a windowed collection (those below `below`, when
 * given), and those that are just as new as the last of them. `bound` is the
 * lowest order among them; null when there are no more.
 */
export async function readNewest(
  kv: KvReads,
  space: string,
  prefix: string,
  most: number,
  below?: number,
): Promise<Part> {
  const orders = keys.orders(space, prefix);
  const selector = below === undefined
    ? { prefix: orders }
    : { prefix: orders, end: [...orders, below] };
  return await readInOrder(kv, space, selector, { most, reverse: true });
}

/**
 * Reads what a view lacks next to an order, up to where it goes on: at most
 * `MAX_ENTRIES_PER_SIDE` and `MAX_BYTES_PER_SIDE` on each side, and those of the
 * same order as the last. Null when it lacks nothing there.
 */
export async function readRange(
  kv: KvReads,
  space: string,
  bounds: ViewBounds,
  centre: Centre,
): Promise<{ entries: StoredEntries; range: Omit<Range, "serial"> } | null> {
  const { prefix, order } = centre;
  const { from, to } = gapAt(bounds, centre) ?? {};
  const orders = keys.orders(space, prefix);
  const at = (place: number) =>
    Number.isFinite(place) ? [...orders, place] : orders;
  const most = MAX_ENTRIES_PER_SIDE;
  const maxBytes = MAX_BYTES_PER_SIDE;
  const [below, above] = await Promise.all([
    from !== undefined && readInOrder(
      kv,
      space,
      { start: at(from), end: at(order) },
      { most, maxBytes, reverse: true },
    ),
    to !== undefined && readInOrder(
      kv,
      space,
      { start: at(order), end: at(to) },
      { most, maxBytes, reverse: false },
    ),
  ]);
  if (!below && !above) return null;
  const down = below ? below.bound ?? from! : order;
  return {
    entries: [below, above].flatMap((side) => side ? side.entries : []),
    range: {
      prefix,
      from: down === -Infinity ? null : down,
      to: above ? above.bound ?? to! : order,
    },
  };
}

/** The places of the entries of a range; null when there are more than `most`. */
export async function placesIn(
  kv: KvReads,
  space: string,
  { prefix, from, to }: Range,
  most: number,
): Promise<Place[] | null> {
  const orders = keys.orders(space, prefix);
  const selector = from === null
    ? { prefix: orders }
    : { prefix: orders, start: [...orders, from] };
  const places: Place[] = [];
  // What follows all of an order is not a key that can be named.
  for await (const { key } of kv.list(selector, LIST_OPTIONS)) {
    const place = placeOf(key);
    if (place.order > to) break;
    if (places.push(place) > most) return null;
  }
  return places;
}

/** What a key of the index says. */
export const placeOf = (key: Deno.KvKey): Place => ({
  order: key[3] as number,
  key: key[4] as string,
});

/**
 * Reads the first entries of a part of an order index, in its order or from its
 * end, up to `most` or more than `maxBytes` of them, and those of the same
 * order as the last of them: `bound` is that; null when there are no more.
 */
async function readInOrder(
  kv: KvReads,
  space: string,
  selector: Deno.KvListSelector,
  { most, maxBytes = Infinity, reverse }: {
    most: number;
    maxBytes?: number;
    reverse: boolean;
  },
): Promise<Part> {
  const batchSize = Math.min(most + 1, LIST_OPTIONS.batchSize);
  const found: Place[] = [];
  let isAll = true;
  for await (const { key } of kv.list(selector, { reverse, batchSize })) {
    const place = placeOf(key);
    if (found.length >= most && place.order !== found.at(-1)?.order) {
      isAll = false;
      break;
    }
    found.push(place);
  }
  let entries = await readEntries(kv, space, found.map(({ key }) => key));
  const sizes = new Map(entries.map(([key, json]) => [key, json.length]));
  let bytes = 0;
  const end = found.findIndex(({ order, key }, i) => {
    const isFull = bytes > maxBytes && order !== found[i - 1].order;
    bytes += sizes.get(key) ?? 0;
    return isFull;
  });
  if (end >= 0) {
    const rest = new Set(found.splice(end).map(({ key }) => key));
    entries = entries.filter(([key]) => !rest.has(key));
    isAll = false;
  }
  const bound = isAll ? null : found.at(-1)?.order ?? null;
  return { entries, places: found, bound };
}

const MAX_KEYS_PER_READ = 10; // of KV
const MAX_CALLS_UNDER_WAY = 20; // so that others get their turn

/** Entries as JSON bytes, without those that are not there. */
export async function readEntries(
  kv: KvReads,
  space: string,
  entryKeys: string[],
): Promise<StoredEntries> {
  const entries: StoredEntries = [];
  for (
    let i = 0;
    i < entryKeys.length;
    i += MAX_KEYS_PER_READ * MAX_CALLS_UNDER_WAY
  ) {
    const calls: Promise<Deno.KvEntryMaybe<Uint8Array>[]>[] = [];
    for (
      let j = i;
      j < i + MAX_KEYS_PER_READ * MAX_CALLS_UNDER_WAY;
      j += MAX_KEYS_PER_READ
    ) {
      const some = entryKeys.slice(j, j + MAX_KEYS_PER_READ);
      const each = some.map((key) => keys.entry(space, key));
      if (each.length > 0) calls.push(kv.getMany<Uint8Array[]>(each));
    }
    for (const { key, value } of (await Promise.all(calls)).flat()) {
      // One that is gone was deleted meanwhile: the replay says so.
      if (value !== null) entries.push([key[2] as string, value]);
    }
  }
  return entries;
}
