// Checks a recorded history: rebuilds a space version by version from its commits, and compares each pull with it.
import type { Gate } from "./gated_kv.ts";
import type { Item, Told } from "./audit_domain.ts";

/** What one commit did to one space, read off the keys it wrote and not off its log. */
export type Commit = {
  space: string;
  /** The space's version after it, and how many log entries led there. */
  version: number;
  logged: number;
  /** Entries, as JSON; null when it was deleted. */
  entries: [key: string, json: string | null][];
  rejections: [userID: string, key: string, json: string | null][];
  clients: [groupID: string, clientID: string, lastMutationID: number][];
};

type PatchOp = { op: "clear" | "put" | "del"; key: string; value?: unknown };

/** One answered pull. */
export type RecordedPull = {
  space: string;
  /** Names the view that the patch is applied to, and the one it was forked from. */
  view: string;
  forkOf?: string;
  groupID: string;
  userID: string;
  /** The cookie was null. */
  first: boolean;
  window: number;
  /** Next to which order it asked for items, if it did. */
  around?: number;
  /** The space's version in KV before the pull was asked for. */
  floor: number;
  body: {
    cookie: {
      order: number;
      version: number;
      window: number;
      from: Record<string, number | null>;
      ranges?: { from: number | null; to: number }[];
    };
    lastMutationIDChanges: Record<string, number>;
    patch: PatchOp[];
  };
};

/** A push that was answered: what of it is in by a version. */
export type Ack = {
  space: string;
  groupID: string;
  lastMutationIDs: Record<string, number>;
  version: number;
};

/** All that happened. `accepted`: by client, the IDs of its mutations that are no fault of its own. */
export type RecordedHistory = {
  commits: Commit[];
  pulls: RecordedPull[];
  accepted: Record<string, number[]>;
  acks: Ack[];
  /** Groups whose records were taken away. */
  expired: string[];
  /** What clients were told that is no pull, and that nothing here calls for. */
  odd: string[];
};

export const emptyHistory = (): RecordedHistory => ({
  commits: [],
  pulls: [],
  accepted: {},
  acks: [],
  expired: [],
  odd: [],
});

/** What several processes did on one KV. */
export const mergeHistories = (
  ...stories: RecordedHistory[]
): RecordedHistory => ({
  commits: stories.flatMap(({ commits }) => commits),
  pulls: stories.flatMap(({ pulls }) => pulls),
  accepted: Object.assign({}, ...stories.map(({ accepted }) => accepted)),
  acks: stories.flatMap(({ acks }) => acks),
  expired: stories.flatMap(({ expired }) => expired),
  odd: stories.flatMap(({ odd }) => odd),
});

const decoder = new TextDecoder();
const textOf = (value: unknown) =>
  value === undefined ? null : decoder.decode(value as Uint8Array);

/** Writes down every commit that happened, whatever its caller was told: stands right before KV. */
export function recordCommits(history: RecordedHistory): Gate {
  return async (call, run) => {
    const result = await run();
    const { ok } = result as { ok?: boolean };
    if (call.kind !== "commit" || !ok) return result;
    const bySpace = new Map<string, Commit>();
    for (const { key: [kind, space], value } of call.changes) {
      if (kind !== "version") continue;
      bySpace.set(space as string, {
        space: space as string,
        version: value as number,
        logged: 0,
        entries: [],
        rejections: [],
        clients: [],
      });
    }
    for (const { key, value } of call.changes) {
      const [kind, space, ...rest] = key as string[];
      const commit = bySpace.get(space);
      const [only] = bySpace.values(); // a push is to one space
      if (kind === "log" && commit) commit.logged++;
      else if (kind === "entry") commit!.entries.push([rest[0], textOf(value)]);
      else if (kind === "rejection") {
        const [userID, clientID, id] = rest;
        const name = `rejection/${clientID}/${id}`;
        commit!.rejections.push([userID, name, textOf(value)]);
      } else if (kind === "client" && value === undefined) {
        history.expired.push(space);
      } else if (kind === "client") {
        const { lastMutationID } = value as { lastMutationID: number };
        only.clients.push([space, rest[0], lastMutationID]);
      }
    }
    history.commits.push(...bySpace.values());
    return result;
  };
}

/** A space at one version, by the plainest means. */
class SpaceModel {
  version = 0;
  readonly entries = new Map<string, { json: string; n?: number }>();
  readonly rejections = new Map<string, Map<string, string>>();
  readonly clients = new Map<string, Map<string, number>>();

  /** Does what a commit did; says so when it does not follow the one before. */
  go({ version, logged, entries, rejections, clients }: Commit): string[] {
    const wrong = version - logged === this.version ? [] : [
      `The commit to ${version} follows ${version - logged}, and not ` +
      `${this.version}`,
    ];
    this.version = version;
    for (const [key, json] of entries) {
      if (json === null) this.entries.delete(key);
      else if (!key.startsWith("item/")) this.entries.set(key, { json });
      else this.entries.set(key, { json, n: (JSON.parse(json) as Item).n });
    }
    for (const [userID, key, json] of rejections) {
      const own = this.rejections.get(userID) ?? new Map();
      this.rejections.set(userID, own);
      if (json === null) own.delete(key);
      else own.set(key, json);
    }
    for (const [groupID, clientID, id] of clients) {
      const own = this.clients.get(groupID) ?? new Map<string, number>();
      this.clients.set(groupID, own);
      const before = own.get(clientID) ?? 0;
      if (id <= before) {
        wrong.push(`${clientID} goes from ${before} to ${id} at ${version}`);
      }
      own.set(clientID, id);
    }
    return wrong;
  }

  /** What an answered push was told to be in, and is not. */
  lacks({ groupID, lastMutationIDs, version }: Ack): string[] {
    const ids = this.clients.get(groupID);
    return Object.entries(lastMutationIDs)
      .filter(([clientID, id]) => (ids?.get(clientID) ?? 0) < id)
      .map(([clientID, id]) =>
        `${clientID}/${id} was answered and is not in at ${version}`
      );
  }

  /** How the view of a user who has the items of some stretches differs from what it has to be. */
  differs(view: Map<string, string>, userID: string, stretches: Stretch[]) {
    const isInside = (n: number) =>
      stretches.some(([from, to]) => from <= n && n <= to);
    const wrong: string[] = [];
    const name = (what: string, key: string, json?: string) =>
      wrong.push(`${what} ${key} ${json?.slice(0, 80) ?? ""}`);
    let expected = 0;
    const expect = (key: string, json: string) => {
      expected++;
      const shown = view.get(key);
      if (shown !== json) name("instead of", key, `${json}: ${shown}`);
    };
    for (const [key, { json, n }] of this.entries) {
      if (n === undefined || isInside(n)) expect(key, json);
    }
    const rejections = this.rejections.get(userID) ?? new Map();
    for (const [key, json] of rejections) expect(key, json);
    if (expected === view.size) return wrong;
    for (const [key, json] of view) {
      const { n } = this.entries.get(key) ?? {};
      const out = n !== undefined && !isInside(n);
      if (out || !(this.entries.has(key) || rejections.has(key))) {
        name("too much", key, json);
      }
    }
    return wrong;
  }
}

/** The first and the last `n` of some items. */
type Stretch = [from: number, to: number];

/** Which items a cookie says that its view has. */
const stretchesOf = (
  { from, ranges = [] }: RecordedPull["body"]["cookie"],
): Stretch[] => [
  [from["item/"] ?? -Infinity, Infinity],
  ...ranges.map(({ from, to }): Stretch => [from ?? -Infinity, to]),
];

/** A view as a client has put it together out of patches. */
type View = {
  entries: Map<string, string>;
  lastMutationIDs: Record<string, number>;
  cookie?: RecordedPull["body"]["cookie"];
  groupID: string;
};

const MAX_FAULTS = 1_000;

/** What is wrong in a history; nothing, when the engine keeps its rules. */
export function faultsIn(history: RecordedHistory, space: string): string[] {
  const commits = history.commits.filter((each) => each.space === space)
    .sort((a, b) => a.version - b.version);
  // Each view's versions never go down (or that is a fault), so this keeps its pulls in order.
  const pulls = history.pulls.filter((each) => each.space === space)
    .map((pulled, i) => ({ pulled, i }))
    .sort((a, b) =>
      a.pulled.body.cookie.version - b.pulled.body.cookie.version || a.i - b.i
    );
  const acks = history.acks.filter((each) => each.space === space)
    .sort((a, b) => a.version - b.version);
  const past = new SpaceModel();
  const faults = [...history.odd];
  let answered = 0;
  const go = (commit: Commit) => {
    for (; acks[answered]?.version < commit.version; answered++) {
      faults.push(...past.lacks(acks[answered]));
    }
    faults.push(...past.go(commit));
  };
  const views = new Map<string, View>();
  const lastOf = new Map<string, number>();
  let next = 0;
  for (const { pulled, i } of pulls) {
    const { version } = pulled.body.cookie;
    while (next < commits.length && commits[next].version <= version) {
      go(commits[next++]);
    }
    const where = `pull ${i} of ${pulled.view} at ${version}` +
      (pulled.body.patch[0]?.op === "clear" ? " (clear): " : ": ");
    const say = (fault: string) => faults.push(where + fault);
    if (past.version !== version) say("no commit ended there (L1)");
    if (i < (lastOf.get(pulled.view) ?? 0)) say("an older one came later");
    lastOf.set(pulled.view, i);
    for (const fault of faultsOf(pulled, past, views, history)) say(fault);
    if (faults.length > MAX_FAULTS) return faults;
  }
  for (const commit of commits.slice(next)) go(commit);
  for (const ack of acks.slice(answered)) faults.push(...past.lacks(ack));
  return faults;
}

/** Applies one pull to its view, and looks at what came of it. */
function faultsOf(
  pulled: RecordedPull,
  past: SpaceModel,
  views: Map<string, View>,
  { accepted, expired }: RecordedHistory,
): string[] {
  const { view: name, forkOf, groupID, userID, first, window } = pulled;
  const { floor, around, body } = pulled;
  const { cookie, lastMutationIDChanges: changes, patch } = body;
  const faults: string[] = [];
  const view = views.get(name) ?? viewFrom(groupID, views.get(forkOf ?? ""));
  views.set(name, view);
  if (cookie.version < floor) faults.push(`older than ${floor}`);
  const before = first ? undefined : view.cookie;
  if (before) {
    const news = patch.length + Object.keys(changes).length > 0;
    if (cookie.order < before.order || cookie.version < before.version) {
      faults.push(`goes back from ${before.order}`);
    }
    if (news && cookie.order === before.order) {
      faults.push("brings news under the same cookie");
    }
    if (cookie.window < before.window) faults.push("a smaller window");
  } else if (patch[0]?.op !== "clear") faults.push("no clear");
  if (cookie.window < window) faults.push(`has not widened to ${window}`);

  for (const { op, key, value } of patch) {
    if (op === "clear") view.entries.clear();
    else if (op === "put") view.entries.set(key, JSON.stringify(value));
    else view.entries.delete(key);
  }
  Object.assign(view.lastMutationIDs, changes);
  view.cookie = cookie;

  const stretches = stretchesOf(cookie);
  faults.push(...past.differs(view.entries, userID, stretches));
  if (around !== undefined) {
    const goesDown = stretches.some(([from, to]) =>
      from < around && around <= to
    );
    const goesUp = stretches.some(([from, to]) =>
      from <= around && around < to
    );
    if (!goesDown || !goesUp) faults.push(`has nothing around ${around}`);
  }
  const ids = past.clients.get(groupID) ?? new Map<string, number>();
  for (const [clientID, id] of ids) {
    const shown = view.lastMutationIDs[clientID];
    if (shown !== id && !expired.includes(groupID)) {
      faults.push(`${clientID} is at ${id}, not ${shown}`);
    }
  }
  for (const [clientID, id] of Object.entries(view.lastMutationIDs)) {
    if (!ids.has(clientID)) faults.push(`${clientID} is not of ${groupID}`);
    // Without the commits: what it confirms is there, and nothing else.
    const done = (accepted[clientID] ?? []).filter((each) => each <= id);
    const json = view.entries.get(`told/${clientID}`);
    const told: Told = json
      ? JSON.parse(json)
      : { times: 0, last: 0, back: false };
    if (told.times !== done.length || told.last !== (done.at(-1) ?? 0)) {
      faults.push(`${clientID} is at ${id} and has told ${json}`);
    }
    if (told.back) faults.push(`${clientID} ran out of order`);
  }
  return faults;
}

const viewFrom = (groupID: string, from?: View): View => ({
  entries: new Map(from?.entries),
  lastMutationIDs: {},
  cookie: from?.cookie,
  groupID,
});
