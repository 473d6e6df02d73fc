// What all readers of a space see of it at first: read once, and brought up to date by the log for those who come later.
import type { KvReads } from "./charged_reads.ts";
import { type Collection, collectionOf } from "./domain.ts";
import { keys } from "./keys.ts";
import { LIST_OPTIONS, type LogEntry } from "./log.ts";
import { type Place, readNewest, type StoredEntries } from "./order_index.ts";
import type { PatchOp } from "./protocol.ts";

/** Entries of a space, read while writes went on: with the log from `version` on they are those of any later version. */
export type SharedView = {
  /** The space's version before the first read, and its log entry's mark. */
  version: number;
  mark: string;
  /** How many of each windowed collection are in it, and the lowest order of each. */
  window: number;
  from: Record<string, number | null>;
  entries: StoredEntries;
  /** Of those that are in a windowed collection. */
  places: Place[];
  bytes: number;
};

/** With more of the log behind it than this, it is read anew. */
const MAX_LOG_ENTRIES = 50;
const MAX_LOG_BYTES = 50_000;

/** Each entry is a list of its own; its key and bytes are kept as they are. */
const OVERHEAD_BYTES = 200;

/** Whether there is more of the log since it was read than is worth replaying. */
export const isTooOld = (view: SharedView, version: number): boolean =>
  version - view.version > MAX_LOG_ENTRIES;

/**
 * Whether it does for a first pull, with the log from its version on: a window
 * from which something was deleted since, or moved down, is not filled up by the
 * log.
 */
export function isUsable(
  view: SharedView,
  log: readonly LogEntry[],
  collections: readonly Collection[],
): boolean {
  const [at, ...since] = log;
  if (at.mark !== view.mark) return false;
  let size = 0;
  for (const { ops, bytes } of since) {
    size += bytes;
    const isLess = ops.some(({ key, value, was = 0, now = 0, for: one }) =>
      one === undefined && (value === undefined || now < was) &&
      collectionOf(collections, key) !== undefined
    );
    if (isLess || size > MAX_LOG_BYTES) return false;
  }
  return true;
}

/** Reads the entries that everybody sees, but for the moment at which that began. */
export async function readShared(
  kv: KvReads,
  space: string,
  collections: readonly Collection[],
  window: number,
): Promise<Omit<SharedView, "version" | "mark">> {
  const newestOf = ({ prefix }: Collection) =>
    readNewest(kv, space, prefix, window);
  const [plain, newest] = await Promise.all([
    readPlain(kv, space, collections),
    Promise.all(collections.map(newestOf)),
  ]);
  const from = Object.fromEntries(
    collections.map(({ prefix }, i) => [prefix, newest[i].bound]),
  );
  const entries = [...plain, ...newest.flatMap(({ entries }) => entries)];
  const places = newest.flatMap((each) => each.places);
  let bytes = 0;
  for (const [key, json] of entries) {
    bytes += key.length + json.length + OVERHEAD_BYTES;
  }
  return { window, from, entries, places, bytes };
}

/**
 * The view with a patch, in which nothing was deleted from a windowed collection:
 * each key once, and of each collection no more than its window, but for those
 * as new as the last.
 */
export function patched(
  { window, from, entries, places }: SharedView,
  patch: readonly PatchOp[],
  collections: readonly Collection[],
): Pick<SharedView, "entries" | "from"> & { patch: PatchOp[] } {
  const changed = new Set<string>();
  const puts = new Map<string, Put>();
  for (const op of patch) {
    if (op.op !== "clear") changed.add(op.key);
    if (op.op === "put") puts.set(op.key, op);
  }
  const bounds = { ...from };
  const left = new Set<string>();
  for (const { prefix, order } of collections) {
    const now = places.filter(({ key }) =>
      key.startsWith(prefix) && !changed.has(key)
    );
    for (const { key, value } of puts.values()) {
      if (key.startsWith(prefix)) now.push({ key, order: order(value) });
    }
    if (now.length <= window) continue;
    const bound = now.map((each) => each.order)
      .sort((a, b) => b - a)[window - 1];
    const below = now.filter((each) => each.order < bound);
    for (const { key } of below) left.add(key);
    if (below.length > 0) bounds[prefix] = bound;
  }
  return {
    from: bounds,
    entries: entries.filter(([key]) => !changed.has(key) && !left.has(key)),
    patch: [...puts.values()].filter(({ key }) => !left.has(key)),
  };
}

type Put = PatchOp & { op: "put" };

/** Reads the entries outside of windowed collections. */
async function readPlain(
  kv: KvReads,
  space: string,
  collections: readonly Collection[],
): Promise<StoredEntries> {
  const between: Deno.KvListSelector[] = [];
  let start = keys.entry(space, "");
  const skipped = collections.map(({ prefix }) => prefix).sort();
  for (const collection of skipped) {
    between.push({ start, end: keys.entry(space, collection) });
    start = keys.entry(space, successor(collection));
  }
  between.push({ prefix: keys.entries(space), start });
  const read = async (selector: Deno.KvListSelector) => {
    const found = await Array.fromAsync(
      kv.list<Uint8Array>(selector, LIST_OPTIONS),
    );
    return found.map(({ key, value }): [string, Uint8Array] => [
      key[2] as string,
      value,
    ]);
  };
  return (await Promise.all(between.map(read))).flat();
}

/** The first text after all that begin with a prefix; prefixes end in ASCII. */
const successor = (prefix: string) =>
  prefix.slice(0, -1) +
  String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1);
