// The append-only log of a space: what each commit changed, in order, without holes.
import type { ReadonlyJSONValue } from "replicache";
import { byteLength, decode, encode, keys } from "./keys.ts";

/** One change of one entry: a put when it has a `value`, else a del. */
export type Op = {
  key: string;
  value?: ReadonlyJSONValue;
  /** Its order in a windowed collection before and after the change. */
  was?: number;
  now?: number;
  /** The one user who may see it; everybody when absent. */
  for?: string;
};

/** `[groupID, clientID, lastMutationID]` as of a commit. */
export type Confirmation = [groupID: string, clientID: string, id: number];

/**
 * One log entry. A commit's ops are split over as many as they need; the last
 * is marked `end`, and only there may a cookie stand. `mark` is random, so
 * that a cookie can prove that it stands on this history and no other.
 */
export type LogEntry = {
  mark: string;
  /** When it was written, in milliseconds since 1970: housekeeping keeps the young. */
  at: number;
  ops: Op[];
  lastMutationIDs: Confirmation[];
  /** Client groups that this commit fenced off; see job.ts and pull.ts. */
  lost?: string[];
  end: boolean;
};

// KV takes values of 65,536 bytes; one op can be a little larger than the
// largest entry (see limits.ts), so the split comes early enough.
const ENTRY_BYTES = 60_000;

/** A log entry as it will be stored. */
export type StoredLogEntry = { entry: LogEntry; bytes: Uint8Array };

/** Splits what a commit did into log entries that KV can hold. */
export function pack(
  ops: Op[],
  lastMutationIDs: Confirmation[],
  lost: string[],
): StoredLogEntry[] {
  const entries: LogEntry[] = [];
  let open: LogEntry | undefined;
  let size = 0;
  const at = Date.now();
  const openFor = (bytes: number): LogEntry => {
    if (!open || size + bytes > ENTRY_BYTES) {
      open = {
        mark: crypto.randomUUID(),
        at,
        ops: [],
        lastMutationIDs: [],
        end: false,
      };
      entries.push(open);
      size = 100;
    }
    size += bytes;
    return open;
  };
  for (const op of ops) {
    openFor(byteLength(JSON.stringify(op)) + 1).ops.push(op);
  }
  for (const confirmation of lastMutationIDs) {
    openFor(byteLength(JSON.stringify(confirmation)) + 1)
      .lastMutationIDs.push(confirmation);
  }
  const last = openFor(byteLength(JSON.stringify(lost)));
  if (lost.length > 0) last.lost = lost;
  last.end = true;
  return entries.map((entry) => ({
    entry,
    bytes: encode(JSON.stringify(entry)),
  }));
}

/**
 * The log entries from one version to another, both included; null when one of
 * them is not there any more. Only the first when that does not bear `mark`:
 * the others are of another history. Entries never change once written, so the
 * read needs no transaction; but the pruner may take them between two batches,
 * so contiguity is verified.
 */
export async function readLog(
  kv: Deno.Kv,
  space: string,
  from: number,
  to: number,
  mark?: string,
): Promise<LogEntry[] | null> {
  const entries: LogEntry[] = [];
  const range = {
    start: keys.log(space, from),
    end: keys.log(space, to + 1),
  };
  for await (const { key, value } of kv.list<Uint8Array>(range, LIST)) {
    if (key[2] !== from + entries.length) return null;
    entries.push(JSON.parse(decode(value)));
    if (mark !== undefined && entries[0].mark !== mark) return entries;
  }
  return entries.length === to - from + 1 ? entries : null;
}

/** `kv.list` is fastest at this size; each batch is one snapshot. */
export const LIST = { batchSize: 500 };

/**
 * The newest part of a space's log in memory: most pulls need no more. Entries
 * are contiguous and end at the space's version.
 */
export class Tail {
  #entries: LogEntry[] = [];
  #first = 0;

  constructor(private readonly most = 1_000) {}

  /** Forgets everything; the next entry to come is `first`. */
  restart(first: number): void {
    this.#entries = [];
    this.#first = first;
  }

  append(entries: LogEntry[]): void {
    this.#entries.push(...entries);
    const surplus = this.#entries.length - this.most;
    if (surplus > this.most / 10) { // now and then, not for each entry
      this.#entries.splice(0, surplus);
      this.#first += surplus;
    }
  }

  /** The entries from a version on, it included; undefined when it is not held. */
  from(version: number): LogEntry[] | undefined {
    const index = version - this.#first;
    if (index < 0 || index >= this.#entries.length) return undefined;
    return this.#entries.slice(index);
  }
}
