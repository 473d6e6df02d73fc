// Pull: brings a client group's view from its cookie to now.
import { chargedReads, type Hold, type KvReads } from "./charged_reads.ts";
import {
  changeGuard,
  type ClientGroup,
  readClients,
  readGroup,
  recordUse,
  today,
} from "./client_group.ts";
import { changeOf, snapshot, type Viewer } from "./client_view.ts";
import { collectionOf, type User } from "./domain.ts";
import { decode, keys } from "./keys.ts";
import { readLog } from "./log.ts";
import { logFailure } from "./log_failure.ts";
import {
  placesIn,
  readNewest,
  readRange,
  type StoredEntries,
} from "./order_index.ts";
import {
  type ClientStateNotFound,
  type Cookie,
  cookieOf,
  MAX_RANGES,
  notYours,
  type PatchOp,
  type Pull,
  serialOf,
  SyncError,
  unavailable,
  unknownSpace,
} from "./protocol.ts";
import {
  MAX_ENTRIES_PER_PULL,
  MAX_LOG_BYTES_TO_REPLAY,
  planPull,
  type PullPlan,
  replayTo,
  snapshotOf,
} from "./pull_plan.ts";
import type { Space } from "./space.ts";
import type { Store } from "./store.ts";
import { boundOf, type Centre, isInside } from "./view_bounds.ts";
import { commitDrafts } from "./write.ts";

/** The body of an answer to a pull, in pieces: a large one never blocks the event loop for long. */
export type PullAnswer = Iterable<string>;

/** An answer, and where it brings the copy; whether what the process remembers of the space is as new as that. */
type Pulled = { cookie: Cookie; pieces: PullAnswer; isKnown?: true };

type PullResult = Pulled | ClientStateNotFound;

/** What of the windowed collections a client asks for, beside what it has. */
export type Wanted = {
  /** How many of the newest of each; 0 for those it has. */
  window?: number;
  around?: Around;
};

/**
 * Entries next to that of a key, which may be gone; or next to an order in the
 * collection that the key is of, which may be the prefix alone.
 */
export type Around = { key: string; order?: number };

/** How often a pull begins because a suspicious cookie proved good. */
const MAX_TRIES = 5;

/**
 * Answers a pull; `hold` is told how much memory the answer takes up. Throws a
 * `SyncError` for an unknown space, for another's client group, when the client
 * wants what is around a thing of no windowed collection, and where there is no
 * memory for it.
 */
export async function pull(
  store: Store,
  space: Space,
  user: User,
  request: Pull,
  { window = 0, around }: Wanted = {},
  hold: Hold = () => true,
): Promise<PullResult> {
  const { kv } = store;
  const charged = chargedReads(kv, hold);
  const { clientGroupID: groupID, cookie } = request;
  const collections = store.collections(space.name);
  const viewer: Viewer = { userID: user.userID, groupID };
  const aroundIn = around && collectionOf(collections, around.key);
  if (around && !aroundIn) {
    throw new SyncError("malformed", "around: There is no such collection.");
  }
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    charged.drop?.();
    const lost = await enter();
    if (lost) return lost;
    const answer = await execute(await plan());
    if (answer) return answer;
  }
  throw unavailable();

  /** Brings the space up to date; gives back the answer to a group that is lost. */
  async function enter(): Promise<ClientStateNotFound | undefined> {
    const [version, group] = await kv.getMany<[number, ClientGroup]>([
      keys.version(space.name),
      keys.group(groupID),
    ]);
    if (version.versionstamp === null) throw unknownSpace();
    if (group.value) {
      const { userID, space: home, lost } = group.value;
      if (userID !== user.userID || home !== space.name) throw notYours();
      // The answer does not wait for it; should it fail, the next pull tries again.
      recordUse(kv, groupID, group.value, group.versionstamp)
        .catch((error) => logFailure("No record of a group's use", error));
      if (lost) return await clientStateNotFound(charged, groupID);
    }
    await space.catchUp(version);
    if (!space.born) throw unknownSpace(); // it has been erased meanwhile
  }

  async function plan(): Promise<PullPlan> {
    const { head } = space;
    const to = replayTo(cookie, head);
    const log = cookie && to !== undefined
      ? space.recentLogFrom(cookie.version) ?? await readLogFrom(cookie, to)
      : null;
    const { strategy } = store;
    return planPull({
      cookie,
      asked: window,
      centre: await findCentre(),
      head,
      log,
      collections,
      strategy,
    });
  }

  /** Undefined when nothing is asked for, or its entry is not there. */
  async function findCentre(): Promise<Centre | undefined> {
    if (!around || !aroundIn) return undefined;
    const { prefix, order: orderOf } = aroundIn;
    if (around.order !== undefined) return { prefix, order: around.order };
    const value = await space.entry(around.key);
    return value === undefined ? undefined : { prefix, order: orderOf(value) };
  }

  function readLogFrom({ version, mark }: Cookie, to: number) {
    return readLog(
      charged,
      space.name,
      version,
      to,
      mark,
      MAX_LOG_BYTES_TO_REPLAY,
    );
  }

  /** Null when a suspicious cookie proved good: then the pull begins again. */
  async function execute(plan: PullPlan): Promise<PullResult | null> {
    switch (plan.kind) {
      case "same":
        return { ...body(cookie!, {}, [], []), isKnown: true };
      case "changes": {
        const { log } = plan;
        const { patch, lastMutationIDs } = changeOf(
          log,
          viewer,
          collections,
          cookie!,
        );
        // The log in memory may have grown since the head was looked at.
        const version = cookie!.version + log.length;
        const { mark } = log.at(-1)!;
        const next = cookieOf({ ...cookie!, version, mark });
        return { ...body(next, lastMutationIDs, [], patch), isKnown: true };
      }
      case "snapshot":
        return await whole(plan);
      case "wider":
        return await widen(cookie!, plan);
      case "lost":
        return await fence(store, charged, space, viewer, cookie!);
    }
  }

  async function whole(
    { window, centre }: PullPlan & { kind: "snapshot" },
  ): Promise<Pulled> {
    const view = await snapshot(
      charged,
      space.name,
      space,
      viewer,
      collections,
      window,
      centre,
    );
    const { head, bounds, lastMutationIDs, entries, patch } = view;
    const cookie = cookieOf({ ...head, window, ...bounds });
    return body(cookie, lastMutationIDs, entries, patch, true);
  }

  /** Brings what is missing below the bound and next to the centre, and what changed since the cookie. */
  async function widen(
    cookie: Cookie,
    { more, centre }: PullPlan & { kind: "wider" },
  ): Promise<PullResult | null> {
    const bounds = new Map(Object.entries(cookie.from));
    const missing: StoredEntries = [];
    for (const { prefix } of more > 0 ? collections : []) {
      const bound = boundOf(cookie, prefix);
      if (bound === null) continue;
      const found = await readNewest(charged, space.name, prefix, more, bound);
      missing.push(...found.entries);
      bounds.set(prefix, found.bound);
    }
    const from = Object.fromEntries(bounds);
    const window = cookie.window + more;
    let { ranges = [] } = cookie;
    let dels: PatchOp[] = [];
    const oldest = ranges.length < MAX_RANGES ? undefined : ranges[0];
    const staying = ranges.filter((each) => each !== oldest);
    // The one that leaves does not fill the gap: it may be what the centre is next to.
    const found = centre &&
      await readRange(
        charged,
        space.name,
        { from, ranges: staying },
        centre,
      );
    const leaving = found && oldest
      ? await placesIn(charged, space.name, oldest, MAX_ENTRIES_PER_PULL)
      : [];
    // An oldest one that has grown beyond all measure stays, and no other comes.
    if (found && leaving) {
      missing.push(...found.entries);
      const range = { ...found.range, serial: serialOf(ranges) + 1 };
      ranges = [...staying, range];
      dels = leaving.filter(({ order }) =>
        !isInside({ from, ranges }, { prefix: oldest!.prefix, order })
      ).map(({ key }) => ({ op: "del", key }));
    }
    await space.refresh();
    const { version, mark } = space.head;
    const log = await readLog(
      charged,
      space.name,
      cookie.version,
      version,
      cookie.mark,
    );
    if (!log) return await whole(snapshotOf(window, centre));
    if (log[0].mark !== cookie.mark) {
      return await fence(store, charged, space, viewer, cookie);
    }
    const { patch, lastMutationIDs } = changeOf(
      log.slice(1),
      viewer,
      collections,
      { from, ranges },
      cookie,
    );
    const next = cookieOf({ version, mark, window, from, ranges });
    return body(next, lastMutationIDs, missing, [...dels, ...patch]);
  }
}

async function clientStateNotFound(
  kv: KvReads,
  groupID: string,
): Promise<ClientStateNotFound> {
  const lastMutationIDs = await readClients(kv, groupID);
  return { error: "ClientStateNotFound", lastMutationIDs };
}

/**
 * Records a client group as lost. From the commit on, nothing of it is taken, so
 * that what the browser carries over is never doubled by a push that comes
 * late. Null when the cookie is good after all: it was held against too little.
 * The commit, or where there is none a look at KV, proves that it is not.
 */
function fence(
  store: Store,
  charged: KvReads,
  space: Space,
  { userID, groupID }: Viewer,
  cookie: Cookie,
): Promise<ClientStateNotFound | null> {
  const { kv } = store;
  return commitDrafts(store, [space], async ([draft]) => {
    const { version, mark } = cookie;
    if (version <= draft.base) {
      const log = space.recentLogFrom(version) ??
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
      changeGuard(atomic, space.name);
      draft.addCheckTo(atomic);
      atomic.check({ key: keys.group(groupID), versionstamp });
      if (!(await atomic.commit()).ok) throw new Error("The group has changed");
    }
    charged.drop?.(); // nothing that was read before is answered
    return await clientStateNotFound(charged, groupID);
  });
}

const PIECE_LENGTH = 16 * 1024; // characters, and up to one op more

const body = (cookie: Cookie, ...rest: Rest): Pulled => ({
  cookie,
  pieces: jsonOf(cookie, ...rest),
});

type Rest = [
  lastMutationIDChanges: Record<string, number>,
  entries: [string, Uint8Array][],
  patch: PatchOp[],
  clear?: boolean,
];

/** The answer's JSON. `entries` come first, then what happened after they were read. */
function* jsonOf(
  cookie: Cookie,
  ...[lastMutationIDChanges, entries, patch, clear = false]: Rest
): PullAnswer {
  let piece = "";
  for (const part of parts()) {
    piece += part;
    if (piece.length < PIECE_LENGTH) continue;
    yield piece;
    piece = "";
  }
  if (piece) yield piece;

  function* parts() {
    yield `{"cookie":${JSON.stringify(cookie)},"lastMutationIDChanges":{`;
    yield* separated(confirmations());
    yield '},"patch":[';
    yield* separated(ops());
    yield "]}";
  }
  function* confirmations() {
    // A group may have had any number of clients.
    for (const [clientID, id] of Object.entries(lastMutationIDChanges)) {
      yield `${JSON.stringify(clientID)}:${id}`;
    }
  }
  function* ops() {
    if (clear) yield '{"op":"clear"}';
    for (const [key, json] of entries) {
      yield `{"op":"put","key":${JSON.stringify(key)},"value":${decode(json)}}`;
    }
    for (const op of patch) yield JSON.stringify(op);
  }
}

function* separated(parts: Iterable<string>): Iterable<string> {
  let separator = "";
  for (const part of parts) {
    yield separator + part;
    separator = ",";
  }
}
