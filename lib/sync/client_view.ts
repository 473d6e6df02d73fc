// What a client group sees of a space: all of it as of a version, or what changed since another.
import type { ReadonlyJSONValue } from "replicache";
import type { KvReads } from "./charged_reads.ts";
import { readClients } from "./client_group.ts";
import { type Collection, collectionOf } from "./domain.ts";
import { keys, parse } from "./keys.ts";
import { LIST_OPTIONS, type LogEntry, type Op, readLog } from "./log.ts";
import { readRange, type StoredEntries } from "./order_index.ts";
import { type PatchOp, unavailable, unknownSpace } from "./protocol.ts";
import { isTooOld, isUsable, patched, readShared } from "./shared_view.ts";
import type { Head, Space } from "./space.ts";
import { type Centre, isInside, type ViewBounds } from "./view_bounds.ts";

/** Whose view it is: a user sees their own rejections, a group the lastMutationIDs of its clients. */
export type Viewer = { userID: string; groupID: string };

/** What to do to a view, and how far its clients' mutations are in it. */
export type Change = {
  patch: PatchOp[];
  lastMutationIDs: Record<string, number>;
};

/**
 * What log entries do to a view: the last op of each key counts. Pure.
 *
 * In a windowed collection a put outside of the bounds is left out, one that
 * falls out of them is a del, and dels are always sent. `before` are the bounds
 * that the view had, where they are others.
 */
export function changeOf(
  log: readonly LogEntry[],
  viewer: Viewer,
  collections: readonly Collection[],
  bounds: ViewBounds,
  before: ViewBounds = bounds,
): Change {
  const last = new Map<string, { op: Op; seen: boolean }>();
  const inside = (key: string, order?: number, view = bounds) => {
    const prefix = collectionOf(collections, key)?.prefix;
    return prefix === undefined ||
      (order !== undefined && isInside(view, { prefix, order }));
  };
  const lastMutationIDs = new Map<string, number>();
  for (const entry of log) {
    for (const op of entry.ops) {
      if (op.for !== undefined && op.for !== viewer.userID) continue;
      const { key, was, now } = op;
      // Inside at any time: a snapshot that read entries meanwhile may have it.
      const seen = last.get(key)?.seen || inside(key, was) ||
        inside(key, now) || inside(key, was, before);
      last.set(key, { op, seen });
    }
    for (const [groupID, clientID, id] of entry.lastMutationIDs) {
      if (groupID === viewer.groupID) lastMutationIDs.set(clientID, id);
    }
  }
  const patch: PatchOp[] = [];
  for (const [key, { op: { value, now }, seen }] of last) {
    if (value === undefined) patch.push({ op: "del", key });
    else if (inside(key, now)) patch.push({ op: "put", key, value });
    else if (seen) patch.push({ op: "del", key });
  }
  return { patch, lastMutationIDs: Object.fromEntries(lastMutationIDs) };
}

/** A view as it is stored: entries as JSON bytes, then what happened while they were read. */
export type Snapshot = Change & {
  entries: StoredEntries;
  head: Head;
  bounds: ViewBounds;
};

/** A log that is pruned while it is replayed has the snapshot begin again. */
const MAX_TRIES = 5;

/**
 * The whole view: entries, the group's clients and the user's rejections are
 * read at once while writes go on, then the log entries that came since are
 * replayed. That gives exactly the state at the last of them, as each key's last
 * change is either seen by the read or replayed after it. With the newest of
 * each windowed collection come the entries next to `centre`, if it is given.
 * What all see is not read again where it is remembered: the log from then on is
 * replayed. `here` is what this process remembers of the space, if anything.
 */
export async function snapshot(
  kv: KvReads,
  space: string,
  here: Space | undefined,
  viewer: Viewer,
  collections: readonly Collection[],
  window: number,
  centre?: Centre,
): Promise<Snapshot> {
  const size = collections.length > 0 ? window : 0;
  for (let attempt = 0; attempt < MAX_TRIES; attempt++) {
    kv.drop?.(); // the whole view needs nothing that was read before
    const remembered = centre ? undefined : here?.viewOf(size);
    if (remembered) kv.charge?.(remembered.bytes);
    const begun = remembered?.version ?? (await readVersion(kv, space)).version;
    // Up to there the user's own rejections are as they are read now.
    const known = remembered ? here!.version : begun;
    const [shared, rejections, clients] = await Promise.all([
      remembered ?? readShared(kv, space, collections, size),
      readRejections(kv, space, viewer.userID),
      readClients(kv, viewer.groupID),
    ]);
    const { from } = shared;
    const found = centre && await readRange(kv, space, { from }, centre);
    const ranges = found ? [{ ...found.range, serial: 1 }] : [];

    const { version, versionstamp } = await readVersion(kv, space);
    if (begun > version || remembered && isTooOld(remembered, version)) {
      here?.forgetView();
      continue;
    }
    // By the version alone it may be of what was before the space was erased.
    const isHere = here !== undefined && here.version >= version &&
      here.versionstamp !== null && here.versionstamp >= versionstamp;
    const log = (isHere && here.recentLogFrom(begun)) ||
      await readLog(kv, space, begun, version);
    if (!log) continue; // pruned meanwhile
    const view = { ...shared, version: begun, mark: log[0].mark };
    if (!remembered) here?.rememberView(view);
    else if (!isUsable(remembered, log, collections)) {
      here?.forgetView();
      continue;
    }
    const since = log.slice(1).map((entry, i) =>
      begun + 1 + i > known ? entry : ofAll(entry)
    );
    const change = changeOf(since, viewer, collections, { from, ranges });
    const all = [...view.entries, ...found?.entries ?? [], ...rejections];
    const whole = remembered
      ? patched(
        { ...view, window: size, entries: all },
        change.patch,
        collections,
      )
      : { entries: all, from, patch: change.patch };
    return {
      entries: whole.entries,
      bounds: { from: whole.from, ranges },
      // The log in memory may have grown since the version was looked at.
      head: { version: begun + log.length - 1, mark: log.at(-1)!.mark },
      patch: whole.patch,
      lastMutationIDs: { ...clients, ...change.lastMutationIDs },
    };
  }
  throw unavailable();
}

async function readRejections(
  kv: KvReads,
  space: string,
  userID: string,
): Promise<StoredEntries> {
  const found: StoredEntries = [];
  const prefix = keys.rejections(space, userID);
  for await (
    const { key, value } of kv.list<Uint8Array>({ prefix }, LIST_OPTIONS)
  ) {
    found.push([`rejection/${key[3] as string}/${key[4] as number}`, value]);
  }
  return found;
}

/** A log entry without what is one user's alone. */
const ofAll = (entry: LogEntry): LogEntry => ({
  ...entry,
  ops: entry.ops.filter((op) => op.for === undefined),
});

async function readVersion(kv: KvReads, space: string) {
  const found = await kv.get<number>(keys.version(space));
  const { value: version, versionstamp } = found;
  if (version === null) throw unknownSpace();
  return { version, versionstamp };
}

/** A snapshot's entries with what happened meanwhile applied, as values. */
export function entriesOf(
  { entries, patch }: Snapshot,
): Map<string, ReadonlyJSONValue> {
  const values = new Map(entries.map(([key, json]) => [key, parse(json)]));
  for (const op of patch) {
    if (op.op === "put") values.set(op.key, op.value);
    else if (op.op === "del") values.delete(op.key);
  }
  return values;
}
