// Where everything is stored in Deno KV, and how it is encoded there.
import type { ReadonlyJSONValue } from "replicache";

/** The value of a key that says all by itself: bytes need not be made of it. */
export const NOTHING = new Uint8Array();

/** Each key of the store, built here only. `space` is a space's name. */
export const keys = {
  /** The space's version: an integer, +1 per log entry. Its versionstamp guards every commit. */
  version: (space: string): Deno.KvKey => ["version", space],
  versions: (): Deno.KvKey => ["version"],
  /**
   * Written whenever a record of the space's groups or clients changes and its
   * log does not say so. Its versionstamp is what counts; its value says nothing.
   */
  guard: (space: string): Deno.KvKey => ["guard", space],
  /** The processes that commit to the space by turns; see turns.ts. */
  turns: (space: string): Deno.KvKey => ["turns", space],
  /** One entry of the space, as JSON bytes. */
  entry: (space: string, key: string): Deno.KvKey => ["entry", space, key],
  entries: (space: string): Deno.KvKey => ["entry", space],
  /** The index of a windowed collection; its value says nothing. */
  order: (
    space: string,
    prefix: string,
    n: number,
    key: string,
  ): Deno.KvKey => ["order", space, prefix, n, key],
  orders: (space: string, prefix: string): Deno.KvKey => [
    "order",
    space,
    prefix,
  ],
  allOrders: (space: string): Deno.KvKey => ["order", space],
  /** One log entry, as JSON bytes; see `log.ts`. */
  log: (space: string, version: number): Deno.KvKey => ["log", space, version],
  logs: (space: string): Deno.KvKey => ["log", space],
  /** Whose a client group is; see `client_group.ts`. */
  group: (groupID: string): Deno.KvKey => ["group", groupID],
  groups: (): Deno.KvKey => ["group"],
  /** How far one client's mutations have been processed. */
  client: (groupID: string, clientID: string): Deno.KvKey => [
    "client",
    groupID,
    clientID,
  ],
  clients: (groupID: string): Deno.KvKey => ["client", groupID],
  /** A mutation that was refused for good, until its user dismisses it. */
  rejection: (
    space: string,
    userID: string,
    clientID: string,
    mutationID: number,
  ): Deno.KvKey => ["rejection", space, userID, clientID, mutationID],
  rejections: (space: string, userID: string): Deno.KvKey => [
    "rejection",
    space,
    userID,
  ],
  rejectionsIn: (space: string): Deno.KvKey => ["rejection", space],
  allRejections: (): Deno.KvKey => ["rejection"],
  /** How far a chore of `housekeeping.ts` has come. */
  chore: (name: string): Deno.KvKey => ["chore", name],
  /** A commit that the app wants to follow up, by the version of its first log entry; its value says nothing. See `notes.ts`. */
  note: (space: string, version: number): Deno.KvKey => [
    "note",
    space,
    version,
  ],
  notes: (): Deno.KvKey => ["note"],
  notesIn: (space: string): Deno.KvKey => ["note", space],
  /** Never there: deleting it gives a versionstamp; see `copy.ts`. */
  nothing: (): Deno.KvKey => ["nothing"],
};

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * JSON as UTF-8 bytes. KV would store a string with one character beyond
 * U+00FF at two bytes each, so that neither its size nor its limit could be
 * told from its text.
 */
export const encode = (json: string): Uint8Array => encoder.encode(json);
/** The JSON text in stored bytes. */
export const decode = (bytes: Uint8Array): string => decoder.decode(bytes);
/** The value in stored bytes. */
export const parse = (bytes: Uint8Array): ReadonlyJSONValue =>
  JSON.parse(decoder.decode(bytes));

/**
 * How many bytes a key takes in KV: each part has a type and an end, a NUL in a
 * text takes two, a number eight.
 */
export function keyBytes(key: Deno.KvKey): number {
  let bytes = 0;
  for (const part of key) {
    bytes += typeof part === "string"
      ? 2 + byteLength(part) + part.split("\0").length - 1
      : 9;
  }
  return bytes;
}

const LONGEST_UTF8 = 3; // bytes that one UTF-16 unit can take
/** How many bytes a text takes in UTF-8, at the most; exact for ASCII. */
export function byteLength(text: string): number {
  // deno-lint-ignore no-control-regex -- ASCII is what it asks for
  return /^[\x00-\x7f]*$/.test(text) ? text.length : text.length * LONGEST_UTF8;
}
