// Reads a windowed collection by its order index, beside any pull: the newest, those between two orders, how many are newer.
import type { ReadonlyJSONValue } from "replicache";
import { keys, parse } from "./keys.ts";
import { LIST_OPTIONS } from "./log.ts";
import { type Place, placeOf, readEntries } from "./order_index.ts";
import type { Space } from "./space.ts";

export type { Place } from "./order_index.ts";

/** An entry of a windowed collection. */
export type PlacedEntry = Place & { value: ReadonlyJSONValue };

/**
 * The newest entries of a collection, newest first: `most` of those that stand
 * below a place, when one is given. One that is deleted meanwhile is left out.
 * `here` is what this process remembers of the space, if anything.
 */
export async function newest(
  kv: Deno.Kv,
  space: string,
  here: Space | undefined,
  prefix: string,
  most: number,
  below?: Place,
): Promise<PlacedEntry[]> {
  const orders = keys.orders(space, prefix);
  const places = await readPlaces(
    kv,
    below
      ? { prefix: orders, end: [...orders, below.order, below.key] }
      : { prefix: orders },
    most,
  );
  const found = places.map(({ key }) => key);
  const values = here?.born ? await rememberedEntries(here, found) : new Map(
    (await readEntries(kv, space, found))
      .map(([key, json]) => [key, parse(json)]),
  );
  return places.flatMap(({ order, key }) => {
    const value = values.get(key);
    return value === undefined ? [] : [{ order, key, value }];
  });
}

/**
 * The entries of a collection whose orders are from one on and below another,
 * lowest first, as KV has them: a process remembers none of them for it. One
 * that is deleted meanwhile is left out.
 */
export async function between(
  kv: Deno.Kv,
  space: string,
  prefix: string,
  from: number,
  below: number,
): Promise<PlacedEntry[]> {
  const orders = keys.orders(space, prefix);
  const range = { start: [...orders, from], end: [...orders, below] };
  const places: Place[] = [];
  for await (const { key } of kv.list(range, LIST_OPTIONS)) {
    places.push(placeOf(key));
  }
  const found = await readEntries(kv, space, places.map(({ key }) => key));
  const values = new Map(found);
  return places.flatMap(({ order, key }) => {
    const json = values.get(key);
    return json ? [{ order, key, value: parse(json) }] : [];
  });
}

/** After a look at the version what is remembered is at least as new as what was read before. */
async function rememberedEntries(
  here: Space,
  found: string[],
): Promise<Map<string, ReadonlyJSONValue | undefined>> {
  await here.refresh();
  return new Map(
    await Promise.all(
      found.map(async (key) => [key, await here.entry(key)] as const),
    ),
  );
}

/** How many entries of a collection have an order above `above`, `most` at the most. Reads keys of the index alone. */
export async function countAbove(
  kv: Deno.Kv,
  space: string,
  prefix: string,
  above: number,
  most: number,
): Promise<number> {
  const orders = keys.orders(space, prefix);
  const range = { prefix: orders, start: [...orders, above] };
  const places = await readPlaces(kv, range, most);
  return places.filter(({ order }) => order > above).length;
}

/** The last places of a range of an index, the last one first. */
async function readPlaces(
  kv: Deno.Kv,
  range: Deno.KvListSelector,
  most: number,
): Promise<Place[]> {
  const places: Place[] = [];
  const batchSize = Math.min(most, LIST_OPTIONS.batchSize);
  const options = { reverse: true, limit: most, batchSize };
  for await (const { key } of kv.list(range, options)) {
    places.push(placeOf(key));
  }
  return places;
}
