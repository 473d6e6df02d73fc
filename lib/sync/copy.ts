// Copies a whole store while it is written to: as of one moment, in steps that another store takes.
import { Cache } from "./cache.ts";
import type { ClientGroup } from "./client_group.ts";
import { collectionOf } from "./domain.ts";
import { RECORDS_OF_SPACE } from "./erase.ts";
import { encode, keys, NOTHING } from "./keys.ts";
import { asLogEntry, type LogEntry, type Op } from "./log.ts";
import { rejectionIn } from "./rejections.ts";
import type { Store } from "./store.ts";
import { compareKeys } from "./transaction.ts";

/**
 * What is to be done to an empty store, one step after the other: a key is set,
 * or taken out, or all keys under it are.
 */
export type CopyStep =
  | { set: Deno.KvKey; value: unknown }
  | { delete: Deno.KvKey }
  | { deleteUnder: Deno.KvKey };

/** A space and its version when a copy was begun. */
export type CopiedVersion = { space: string; version: number };

/** The app's own records: keys by their first part. All that are not named are copied last. */
export type OwnRecords = {
  /** They tell that work on several spaces is under way, from before its first commit until after its last. */
  underWay: readonly string[];
  /** Of no use in another store. */
  leftOut: readonly string[];
};

/** Of groups `copyStore` reads again, how many it remembers. */
const MAX_REMEMBERED_GROUPS = 10_000;

/** 6.5 MB at the most: over a network a batch has to come within some seconds. */
const COPY_OPTIONS = { batchSize: 100 };

/** What each of the engine's own keys begins with. */
const ENGINE = [
  ...["version", "guard", "entry", "order", "log", "rejection"],
  ...["group", "client", "chore", "turns", "note"],
];

/**
 * Copies all spaces, with their log, groups, clients and rejections, as of one
 * moment, the same for all of them, and then the app's own records.
 *
 * Everything is read while writes go on, then the log entries that came
 * meanwhile are replayed, up to those of a moment after the last read: the fuzzy
 * copy and redo of databases (Mohan et al., "ARIES", 1992). KV orders all
 * commits by their versionstamps. What replaying sets comes after what was read,
 * so nothing has to be held here; for that the steps that came first, one for
 * each space's version, are asked for again by `versions`.
 *
 * Throws what storage throws, and an error when a log was pruned meanwhile, as
 * it may be after a day.
 */
export async function* copyStore(
  { kv, collections }: Pick<Store, "kv" | "collections">,
  own: OwnRecords,
  versions: () => AsyncIterable<CopiedVersion>,
): AsyncGenerator<CopyStep> {
  yield* setsOf({ prefix: keys.versions() });
  const begun = await momentOf(kv);
  // Groups before clients: housekeeping deletes them the other way round, and
  // clients whose group is gone would stay for ever.
  yield* setsOf({ prefix: keys.groups() });
  for (const kind of ["client", "entry", "order", "rejection", "guard"]) {
    yield* setsOf({ prefix: [kind] });
  }
  // On both sides of the moment: such work takes more calls than lie between.
  yield* workUnderWay();
  const end = await momentOf(kv);
  yield* workUnderWay();
  const groups = new Cache<ClientGroup | null>(MAX_REMEMBERED_GROUPS);
  for await (
    const { space, before, after } of both(versions(), versionsNow())
  ) {
    const goesOn = before !== undefined && after !== undefined &&
      await hasLived(space, before);
    // Born meanwhile: its log is whole. Erased meanwhile: there is none.
    if (!goesOn) yield* erasure(space);
    if (after !== undefined) yield* logOf(space, goesOn ? before : 0);
  }
  yield* theRest();

  async function* setsOf(
    selector: Deno.KvListSelector,
  ): AsyncGenerator<CopyStep> {
    for await (const { key, value } of kv.list(selector, COPY_OPTIONS)) {
      yield { set: key, value };
    }
  }

  async function* workUnderWay(): AsyncGenerator<CopyStep> {
    for (const kind of own.underWay) yield* setsOf({ prefix: [kind] });
  }

  async function* versionsNow(): AsyncGenerator<CopiedVersion> {
    const list = kv.list<number>({ prefix: keys.versions() }, COPY_OPTIONS);
    for await (const { key, value } of list) {
      yield { space: key[1] as string, version: value };
    }
  }

  /** Whether a space has the same history as when its version was read: not erased and born anew. */
  async function hasLived(space: string, version: number): Promise<boolean> {
    const { versionstamp } = await kv.get(keys.log(space, version));
    return versionstamp !== null && versionstamp <= begun;
  }

  /** The log of a space until the end, with what it says after version `from`. */
  async function* logOf(space: string, from: number): AsyncGenerator<CopyStep> {
    let version = from;
    let isEmpty = true;
    const log = kv.list<Uint8Array>({ prefix: keys.logs(space) }, COPY_OPTIONS);
    for await (const { key, value, versionstamp } of log) {
      isEmpty = false;
      if (versionstamp > end) break;
      yield { set: key, value };
      if (key[2] as number <= from) continue;
      if (key[2] !== ++version) {
        throw new Error(`the log of ${space} was pruned while it was copied`);
      }
      yield* changesIn(space, asLogEntry(value));
    }
    if (version > from) yield { set: keys.version(space), value: version };
    if (!isEmpty) return;
    const { versionstamp } = await kv.get(keys.version(space));
    if (versionstamp !== null) throw new Error(`${space} has lost its log`);
  }

  async function* changesIn(
    space: string,
    { ops, lastMutationIDs, lost = [] }: LogEntry,
  ): AsyncGenerator<CopyStep> {
    for (const op of ops) yield* changesBy(space, op);
    // A group's record is not in the log. Of one that was fenced off the fence
    // is the last that the log says (P9), whatever the record says by now.
    for (const [groupID, clientID, lastMutationID] of lastMutationIDs) {
      const group = await groupNow(groupID);
      if (!group) continue; // out of use, and deleted since
      yield { set: keys.group(groupID), value: group };
      yield { set: keys.client(groupID, clientID), value: { lastMutationID } };
    }
    for (const groupID of lost) {
      const group = await groupNow(groupID);
      if (!group) continue;
      yield { set: keys.group(groupID), value: { ...group, lost: true } };
    }
  }

  function* changesBy(
    space: string,
    { key, value, was, now, for: userID }: Op,
  ): Generator<CopyStep> {
    const json = () => encode(JSON.stringify(value));
    if (userID !== undefined) {
      const [clientID, mutationID] = rejectionIn(key);
      const place = keys.rejection(space, userID, clientID, mutationID);
      yield value === undefined
        ? { delete: place }
        : { set: place, value: json() };
      return;
    }
    const place = keys.entry(space, key);
    yield value === undefined
      ? { delete: place }
      : { set: place, value: json() };
    const prefix = collectionOf(collections(space), key)?.prefix ?? "";
    if (was !== undefined && was !== now) {
      yield { delete: keys.order(space, prefix, was, key) };
    }
    if (now !== undefined) {
      yield { set: keys.order(space, prefix, now, key), value: NOTHING };
    }
  }

  /** A group's record without its fence. */
  function groupNow(groupID: string) {
    return groups.get(groupID, async () => {
      const { value } = await kv.get<ClientGroup>(keys.group(groupID));
      if (value === null) return { value };
      const { lost: _, ...group } = value;
      return { value: group };
    });
  }

  async function* theRest(): AsyncGenerator<CopyStep> {
    const others = [...ENGINE, ...own.underWay, ...own.leftOut].sort();
    let start = "";
    for (const kind of others) {
      yield* setsOf({ start: [start], end: [kind] });
      start = `${kind}\0`; // behind all keys under it
    }
    yield* setsOf({ prefix: [], start: [start] });
  }
}

/**
 * The versionstamp of this moment: above those of all commits before, below
 * those of all after. Nothing is written for it.
 */
async function momentOf(kv: Deno.Kv): Promise<string> {
  const result = await kv.atomic().delete(keys.nothing()).commit();
  if (result.ok) return result.versionstamp;
  throw new Error("A commit without checks was refused.");
}

function* erasure(space: string): Generator<CopyStep> {
  yield { delete: keys.version(space) };
  yield { delete: keys.guard(space) };
  for (const under of RECORDS_OF_SPACE) yield { deleteUnder: under(space) };
}

/** Joins the versions of before and after, which both come in the order of spaces. */
async function* both(
  before: AsyncIterable<CopiedVersion>,
  after: AsyncIterable<CopiedVersion>,
): AsyncGenerator<{ space: string; before?: number; after?: number }> {
  const old = before[Symbol.asyncIterator]();
  const now = after[Symbol.asyncIterator]();
  let [left, right] = [await old.next(), await now.next()];
  while (!left.done || !right.done) {
    const order = left.done
      ? 1
      : right.done
      ? -1
      : compareKeys(left.value.space, right.value.space);
    const space = order <= 0 ? left.value.space : right.value.space;
    yield {
      space,
      before: order <= 0 ? left.value.version : undefined,
      after: order >= 0 ? right.value.version : undefined,
    };
    if (order <= 0) left = await old.next();
    if (order >= 0) right = await now.next();
  }
}
