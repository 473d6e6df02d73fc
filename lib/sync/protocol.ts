// What goes over the wire: Replicache's push and pull, our cookie, and the errors that are not bodies.
import type { ReadonlyJSONValue } from "replicache";
import * as v from "valibot";

/** Why a request cannot be answered with a body of the protocol. */
export type Problem =
  | "malformed" // the envelope is not what Replicache sends
  | "forbidden" // another user's or another space's client group
  | "unknown-space"
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

/** The answer to whoever comes with a client group that belongs elsewhere. */
export const notYours = () =>
  new SyncError("forbidden", "That client group belongs to another replica.");

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
  /** `version + window / 2^20`: grows with each of the two, as Replicache demands. */
  order: number;
  version: number;
  /** Of the log entry at `version`. */
  mark: string;
  /** How many of the newest of each windowed collection were asked for. */
  window: number;
  /** By prefix, the lowest order in the view; null once all of the collection is. */
  from: Record<string, number | null>;
};

const WINDOW_UNIT = 2 ** 20;
/** The largest window that a cookie can hold. */
export const MAX_WINDOW = WINDOW_UNIT - 1;

export const cookieOf = (
  { version, mark, window, from }: Omit<Cookie, "order">,
): Cookie => ({
  order: version + window / WINDOW_UNIT,
  version,
  mark,
  window,
  from,
});

export type PatchOp =
  | { op: "clear" }
  | { op: "put"; key: string; value: ReadonlyJSONValue }
  | { op: "del"; key: string };

// Replicache makes UUIDs of them. Short, as they are parts of keys; without a
// slash, as they are parts of entries' keys.
export const ID = v.pipe(
  v.string(),
  v.regex(/^[\w.:~-]{1,64}$/, "An ID is 1-64 of A-Z, a-z, 0-9 and ._:~-"),
);
/** More than any browser has tabs; each is a record that the commit checks. */
const MOST_CLIENTS = 100;
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const id = v.pipe(count, v.minValue(1), v.maxValue(Number.MAX_SAFE_INTEGER));

// `args` may be anything, also absent: what is wrong with it is the mutator's
// to say, as a fault of one mutation must not fail the push.
const Mutation = v.object({
  id,
  clientID: ID,
  name: v.string(),
  args: v.optional(v.custom<ReadonlyJSONValue>(() => true)),
});
export type Mutation = v.InferOutput<typeof Mutation>;

const Push = v.object({
  clientGroupID: ID,
  schemaVersion: v.string(),
  mutations: v.pipe(
    v.array(Mutation),
    v.check(
      (all) => new Set(all.map((each) => each.clientID)).size <= MOST_CLIENTS,
      `A push carries at most ${MOST_CLIENTS} clients.`,
    ),
  ),
});
export type Push = v.InferOutput<typeof Push>;

const Pull = v.object({
  clientGroupID: ID,
  schemaVersion: v.string(),
  cookie: v.nullable(v.object({
    order: v.number(),
    version: count,
    mark: v.string(),
    window: v.pipe(count, v.maxValue(MAX_WINDOW)),
    from: v.record(v.string(), v.nullable(v.number())),
  })),
});
export type Pull = v.InferOutput<typeof Pull>;

const Versioned = (field: string) => v.object({ [field]: v.number() });

/** Reads a push; the value of `error` says when it is of another protocol version. */
export const parsePush = (body: unknown): Push | VersionNotSupported =>
  parseEnvelope(body, "push", Push);

/** Reads a pull, as `parsePush` a push. */
export const parsePull = (body: unknown): Pull | VersionNotSupported =>
  parseEnvelope(body, "pull", Pull);

function parseEnvelope<S extends v.GenericSchema>(
  body: unknown,
  versionType: "push" | "pull",
  schema: S,
): v.InferOutput<S> | VersionNotSupported {
  const field = `${versionType}Version`;
  const { [field]: version } = check(Versioned(field), body);
  if (version !== 1) return { error: "VersionNotSupported", versionType };
  return check(schema, body);
}

/** Throws a `malformed` error that names the field. */
function check<S extends v.GenericSchema>(
  schema: S,
  body: unknown,
): v.InferOutput<S> {
  const result = v.safeParse(schema, body, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  const field = v.getDotPath(issue) ?? "The body";
  throw new SyncError("malformed", `${field}: ${issue.message}`);
}
