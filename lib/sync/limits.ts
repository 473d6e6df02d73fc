// How much fits into one commit and one entry, and how that is counted.
import { byteLength } from "./keys.ts";

/**
 * How much one commit may hold. KV's own limits are 1,000 sets, 819,200 bytes
 * in all, 81,920 bytes of keys; commits are fastest well below them.
 */
const COMMIT = { sets: 400, bytes: 500_000, keyBytes: 60_000 };

/**
 * The largest key and value of an entry, in bytes: the op that puts it fits a log
 * entry of 65,536, even when each character of the key is escaped in JSON.
 */
const MAX_KEY_BYTES = 1_000;
export const MAX_VALUE_BYTES = 58_000;

/** Throws `TooLarge` for a key that KV could not hold, or not tell from another. */
export function assertKey(key: string): void {
  // KV makes U+FFFD of a lone surrogate, and stores a NUL as two bytes.
  const nuls = key.split("\0").length - 1;
  if (key.isWellFormed() && byteLength(key) + nuls <= MAX_KEY_BYTES) return;
  throw new TooLarge(`A key is text of at most ${MAX_KEY_BYTES} bytes.`);
}

/** Thrown when a mutation wrote what KV cannot hold; it has the shape of a refusal. */
export class TooLarge extends Error {
  readonly code = "too-large";
}

/** What something adds to a commit. Bytes are estimates from above. */
export type Cost = {
  sets: number;
  bytes: number;
  keyBytes: number;
  checks: number;
};

export const NO_COST: Cost = { sets: 0, bytes: 0, keyBytes: 0, checks: 0 };

/** The version, the turns, a note and some log entries: what a commit has besides. Names of spaces are short. */
export const BASE_COST: Cost = {
  sets: 11,
  bytes: 2_000,
  keyBytes: 2_000,
  checks: 2,
};

/** One check more, with its key. */
export const CHECK_COST: Cost = {
  sets: 0,
  bytes: 300,
  keyBytes: 300,
  checks: 1,
};

/**
 * A client's record, with its part in the log. Its key holds two IDs of at most
 * 64 bytes (protocol.ts). The guard answers for it where there is no check left.
 */
export const CLIENT_COST: Cost = {
  sets: 1,
  bytes: 600,
  keyBytes: 300,
  checks: 0,
};

/** A client group's record, which is always checked. */
export const GROUP_COST: Cost = { ...CLIENT_COST, checks: 1 };

export const plus = (a: Cost, b: Cost, sign: 1 | -1 = 1): Cost => ({
  sets: a.sets + sign * b.sets,
  bytes: a.bytes + sign * b.bytes,
  keyBytes: a.keyBytes + sign * b.keyBytes,
  checks: a.checks + sign * b.checks,
});

export const times = (cost: Cost, n: number): Cost => ({
  sets: n * cost.sets,
  bytes: n * cost.bytes,
  keyBytes: n * cost.keyBytes,
  checks: n * cost.checks,
});

/** Whether that much goes into one commit of a store that takes `maxChecks` checks. */
export const fits = (cost: Cost, maxChecks: number): boolean =>
  cost.sets <= COMMIT.sets && cost.bytes <= COMMIT.bytes &&
  cost.keyBytes <= COMMIT.keyBytes && cost.checks <= maxChecks;
