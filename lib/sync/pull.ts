// Pull: brings a client group's view from its cookie to now.
import {
  type ClientGroup,
  readClients,
  readGroup,
  today,
  touch,
} from "./client_group.ts";
import { changeOf, readNewest, snapshot, type Viewer } from "./client_view.ts";
import type { User } from "./domain.ts";
import { decode, keys } from "./keys.ts";
import { readLog } from "./log.ts";
import {
  type ClientStateNotFound,
  type Cookie,
  cookieOf,
  MAX_WINDOW,
  notYours,
  type PatchOp,
  type Pull,
  SyncError,
} from "./protocol.ts";
import type { Space } from "./space.ts";
import { commitDrafts, type Store } from "./write.ts";

/** The body of an answer to a pull, in pieces: a large one never blocks the event loop for long. */
export type PullAnswer = Iterable<string>;

type PullResult = PullAnswer | ClientStateNotFound;

const FIRST_WINDOW = 200;
/** The most entries of a windowed collection that one pull brings. */
const MOST_AT_ONCE = 5_000;
/** Further behind than this, in log entries or in their bytes, a snapshot is cheaper. */
const MOST_TO_REPLAY = 10_000;
const MOST_BYTES_TO_REPLAY = 8_000_000;

/**
 * Answers a pull. `window` is how many of the newest of each windowed
 * collection the client asks for. Throws a `SyncError` for an unknown space and
 * for another's client group.
 */
export async function pull(
  store: Store,
  space: Space,
  user: User,
  request: Pull,
  window: number | undefined,
): Promise<PullResult> {
  const { kv } = store;
  const { clientGroupID: groupID, cookie } = request;
  const collections = store.collections(space.name);
  const viewer: Viewer = { userID: user.userID, groupID };
  const [version, group] = await kv.getMany<[number, ClientGroup]>([
    keys.version(space.name),
    keys.group(groupID),
  ]);
  if (version.versionstamp === null) {
    throw new SyncError("unknown-space", "There is no such space.");
  }
  if (group.value) {
    const { userID, space: home, lost } = group.value;
    if (userID !== user.userID || home !== space.name) throw notYours();
    // Nobody waits for it; should it fail, the next pull tries again.
    touch(kv, groupID, group.value, group.versionstamp)
      .catch((error) => console.error("A group could not be touched", error));
    if (lost) {
      return {
        error: "ClientStateNotFound",
        lastMutationIDs: await readClients(kv, groupID),
      };
    }
  }
  await space.catchUp(version);

  const asked = Math.min(window ?? 0, MAX_WINDOW);
  if (cookie === null) {
    return await everything(asked || FIRST_WINDOW);
  }
  const { head } = space;
  if (cookie.version > head.version) return await fenceOff(cookie);
  const { version: since, mark } = cookie;
  const behind = head.version - since;
  // Its own entry is looked at however far behind it is: a snapshot would hide
  // from the client that this is another history.
  const to = behind > MOST_TO_REPLAY ? since : head.version;
  const log = space.logFrom(since) ??
    await readLog(kv, space.name, since, to, mark, MOST_BYTES_TO_REPLAY);
  if (log && log[0].mark !== mark) return await fenceOff(cookie);
  const reset = store.strategy === "reset" && log && log.length > 1;
  if (!log || log.length <= behind || reset) {
    return await everything(Math.max(asked, cookie.window));
  }
  if (asked > cookie.window) return await widen(cookie, asked);

  const change = changeOf(log.slice(1), viewer, collections, cookie.from);
  // The log in memory may have grown since `head` was looked at.
  const reached = {
    version: cookie.version + log.length - 1,
    mark: log.at(-1)!.mark,
  };
  return body(
    log.length === 1 ? cookie : cookieOf({ ...cookie, ...reached }),
    change.lastMutationIDs,
    [],
    change.patch,
  );

  async function everything(wanted: number): Promise<PullAnswer> {
    // More than that comes with the next pulls, as the client asks again.
    const window = Math.min(wanted, MOST_AT_ONCE);
    const view = await snapshot(kv, space.name, viewer, collections, window);
    const { head, from, lastMutationIDs, entries, patch } = view;
    const cookie = cookieOf({ ...head, window, from });
    return body(cookie, lastMutationIDs, entries, patch, true);
  }

  /** Brings what is missing below the bound, and what changed since the cookie. */
  async function widen(cookie: Cookie, window: number): Promise<PullResult> {
    const whole = collections.every(({ prefix }) =>
      (cookie.from[prefix] ?? null) === null
    );
    const missing = window - cookie.window;
    const more = whole ? missing : Math.min(missing, MOST_AT_ONCE);
    const from = { ...cookie.from };
    const older: [string, Uint8Array][] = [];
    for (const { prefix } of collections) {
      const bound = cookie.from[prefix] ?? null;
      if (bound === null) continue;
      const found = await readNewest(kv, space.name, prefix, more, bound);
      older.push(...found.entries);
      from[prefix] = found.bound;
    }
    await space.refresh();
    const { version, mark } = space.head;
    const since = cookie.version;
    const log = await readLog(kv, space.name, since, version, cookie.mark);
    if (!log) return await everything(cookie.window + more);
    if (log[0].mark !== cookie.mark) return await fenceOff(cookie);
    const change = changeOf(log.slice(1), viewer, collections, from);
    const next = { version, mark, window: cookie.window + more, from };
    return body(cookieOf(next), change.lastMutationIDs, older, change.patch);
  }

  /** The client's history does not seem to be ours. */
  async function fenceOff(cookie: Cookie): Promise<PullResult> {
    const lost = await lose(store, space, viewer, cookie);
    return lost ?? await pull(store, space, user, request, window);
  }
}

/**
 * Marks a client group as lost. From the commit on, nothing of it is taken, so
 * that what the browser carries over is never doubled by a push that comes
 * late. Null when the cookie is good after all: it was held against too little.
 */
function lose(
  store: Store,
  space: Space,
  { userID, groupID }: Viewer,
  cookie: Cookie,
): Promise<ClientStateNotFound | null> {
  const { kv } = store;
  return commitDrafts(store, [space], async ([draft]) => {
    const { version, mark } = cookie;
    if (version <= draft.base) {
      const log = space.logFrom(version) ??
        await readLog(kv, space.name, version, version);
      if (!log || log[0].mark === mark) return null;
    }
    const { value, versionstamp } = await readGroup(kv, groupID);
    if (value && (value.userID !== userID || value.space !== space.name)) {
      throw notYours();
    }
    const lost = { userID, space: space.name, seenOn: today(), lost: true };
    if (value && !value.lost) {
      draft.records.setGroup(groupID, lost, versionstamp);
    } else if (!value) {
      // Its first push would write the record and check that there is none:
      // no new version is needed to keep that out.
      const atomic = kv.atomic().set(keys.group(groupID), lost);
      draft.addCheckTo(atomic);
      atomic.check({ key: keys.group(groupID), versionstamp });
      if (!(await atomic.commit()).ok) throw new Error("The group has changed");
    }
    const lastMutationIDs = await readClients(kv, groupID);
    return { error: "ClientStateNotFound", lastMutationIDs };
  });
}

const PIECE = 256 * 1024; // characters, and up to one op more

/** The answer's JSON. `entries` come first, then what happened after they were read. */
function* body(
  cookie: Cookie,
  lastMutationIDChanges: Record<string, number>,
  entries: [string, Uint8Array][],
  patch: PatchOp[],
  clear = false,
): PullAnswer {
  const start = JSON.stringify({ cookie, lastMutationIDChanges }).slice(0, -1);
  let piece = `${start},"patch":[`;
  let separator = "";
  function* ops() {
    if (clear) yield '{"op":"clear"}';
    for (const [key, json] of entries) {
      yield `{"op":"put","key":${JSON.stringify(key)},"value":${decode(json)}}`;
    }
    for (const op of patch) yield JSON.stringify(op);
  }
  for (const op of ops()) {
    piece += separator + op;
    separator = ",";
    if (piece.length < PIECE) continue;
    yield piece;
    piece = "";
  }
  yield `${piece}]}`;
}
