// What goes over the wire: Replicache's push and pull, our cookie, and the errors that are not bodies.
import type { ReadonlyJSONValue } from "replicache";
import * as v from "@badrap/valita";

/** Why a request cannot be answered with a body of the protocol. */
export type Problem =
  | "malformed" // the envelope is not what Replicache sends
  | "forbidden" // another user's or another space's client group
  | "unknown-space"
  | "outdated" // what the app has decided it on is not so any more
  | "unavailable"; // storage is away, or a server that knows newer data is

/** A request that fails. Its text is for people and holds nothing internal. */
export class SyncError extends Error {
  constructor(
    readonly problem: Problem,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** For a client group that belongs to another user or another space. */
export const notYours = () =>
  new SyncError("forbidden", "That client group belongs to another replica.");

export const unknownSpace = () =>
  new SyncError("unknown-space", "There is no such space.");

/** For a push whose `check` fails: the app is to look afresh, and may push again. */
export const outdated = () =>
  new SyncError("outdated", "Something has changed meanwhile.");

/** For what may work a moment later: by default, storage that is away or busy. */
export const unavailable = (
  cause?: unknown,
  text = "The storage is busy.",
) => new SyncError("unavailable", text, cause === undefined ? {} : { cause });

/** The server does not know what this group was told, and takes nothing of it any more. */
export type ClientStateNotFound = {
  error: "ClientStateNotFound";
  lastMutationIDs: Record<string, number>;
};

export type VersionNotSupported = {
  error: "VersionNotSupported";
  versionType: "push" | "pull";
};

/** The cookie of a client view: where in the space's history it stands, and how far back it reaches. */
export type Cookie = {
  /** `version + (window + serial) / 2^20`, the serial of the last range: grows with each of the three, as Replicache demands. */
  order: number;
  version: number;
  /** Of the log entry at `version`. */
  mark: string;
  /** How many of the newest of each windowed collection were asked for. */
  window: number;
  /** By prefix, the lowest order in the view; null once all of the collection is. */
  from: Record<string, number | null>;
  /** Parts below that, in the order they were brought; absent when there are none, and from earlier releases. */
  ranges?: Range[];
};

/** A part of a windowed collection that a view holds beside its window: all from an order to another, both included. */
export type Range = {
  prefix: string;
  /** Null when nothing of the collection is below it. */
  from: number | null;
  to: number;
  /** Which one it is, from 1 on, of those that were brought since the last snapshot. */
  serial: number;
};

/** More than a reader has in mind; each is compared with each change. The oldest goes first. */
export const MAX_RANGES = 20;

const WINDOW_UNIT = 2 ** 20;
/** The largest window that a cookie can hold. */
export const MAX_WINDOW = WINDOW_UNIT - 1;

export const cookieOf = (
  { version, mark, window, from, ranges = [] }: Omit<Cookie, "order">,
): Cookie => ({
  order: version + (window + serialOf(ranges)) / WINDOW_UNIT,
  version,
  mark,
  window,
  from,
  ...ranges.length > 0 && { ranges },
});

/** The serial of the last range; 0 when there is none. */
export const serialOf = (ranges: readonly Range[] = []): number =>
  ranges.at(-1)?.serial ?? 0;

export type PatchOp =
  | { op: "clear" }
  | { op: "put"; key: string; value: ReadonlyJSONValue }
  | { op: "del"; key: string };

// Replicache makes UUIDs of them. Short, as they are parts of keys; without a
// slash, as they are parts of entries' keys.
export const ID = v.string().assert(
  (text) => /^[\w.:~-]{1,64}$/.test(text),
  "An ID is 1-64 of A-Z, a-z, 0-9 and ._:~-",
);
/** More than any browser has tabs; each is a record that the commit checks. */
const MAX_CLIENTS_PER_PUSH = 100;
export const count = v.number().assert(
  (n) => Number.isInteger(n) && n >= 0,
  "This is no whole number from 0 on.",
);
const id = count.assert(
  (n) => n >= 1 && n <= Number.MAX_SAFE_INTEGER,
  "Mutations are numbered from 1 on.",
);

// `args` may be anything, also absent: what is wrong with it is the mutator's
// to say, as a fault of one mutation must not fail the push.
const Mutation = v.object({
  id,
  clientID: ID,
  name: v.string(),
  args: v.unknown().map((args) => args as ReadonlyJSONValue).optional(),
});
export type Mutation = v.Infer<typeof Mutation>;

const Push = v.object({
  clientGroupID: ID,
  schemaVersion: v.string(),
  mutations: v.array(Mutation).assert(
    (all) =>
      new Set(all.map((each) => each.clientID)).size <= MAX_CLIENTS_PER_PUSH,
    `A push carries at most ${MAX_CLIENTS_PER_PUSH} clients.`,
  ),
});
export type Push = v.Infer<typeof Push>;

const Pull = v.object({
  clientGroupID: ID,
  schemaVersion: v.string(),
  cookie: v.object({
    order: v.number(),
    version: count,
    mark: v.string(),
    window: count.assert((n) => n <= MAX_WINDOW, "This is too large."),
    from: v.record(v.number().nullable()),
    ranges: v.array(v.object({
      prefix: v.string(),
      from: v.number().nullable(),
      to: v.number(),
      serial: count.assert((n) => n <= MAX_WINDOW, "This is too large."),
    })).assert((all) => all.length <= MAX_RANGES, "These are too many.")
      .optional(),
  }).nullable(),
});
export type Pull = v.Infer<typeof Pull>;

const Versioned = (field: string) => v.object({ [field]: v.number() });

/** Reads a push; the value of `error` says when it is of another protocol version. */
export const parsePush = (body: unknown): Push | VersionNotSupported =>
  parseEnvelope(body, "push", Push);

/** Reads a pull, as `parsePush` a push. */
export const parsePull = (body: unknown): Pull | VersionNotSupported =>
  parseEnvelope(body, "pull", Pull);

function parseEnvelope<T>(
  body: unknown,
  versionType: "push" | "pull",
  schema: v.Type<T>,
): T | VersionNotSupported {
  const field = `${versionType}Version`;
  const { [field]: version } = check(Versioned(field), body);
  if (version !== 1) return { error: "VersionNotSupported", versionType };
  return check(schema, body);
}

/** Throws a `malformed` error that names the field. */
function check<T>(schema: v.Type<T>, body: unknown): T {
  const result = schema.try(body, { mode: "strip" });
  if (result.ok) return result.value;
  const [{ path, ...issue }] = result.issues;
  const field = path.join(".") || "The body";
  const said = "error" in issue
    ? issue.error
    : "This is missing or no such thing.";
  throw new SyncError("malformed", `${field}: ${said}`);
}
