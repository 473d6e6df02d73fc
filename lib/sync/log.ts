// The append-only log of a space: what each commit changed, in order, without holes.
import type { ReadonlyJSONValue } from "replicache";
import type { KvReads } from "./charged_reads.ts";
import type { Change } from "./domain.ts";
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
 * has `end`, and only there may a cookie stand. `mark` is random, so
 * that a cookie can prove that it stands on this history and no other.
 */
type LogRecord = {
  mark: string;
  /** When it was written, in milliseconds since 1970: housekeeping keeps the young. */
  at: number;
  ops: Op[];
  lastMutationIDs: Confirmation[];
  /** Client groups that this commit fenced off; see push_job.ts and pull.ts. */
  lost?: string[];
  end: boolean;
};

/** A log entry in memory, with what it takes in KV. */
export type LogEntry = LogRecord & { bytes: number };

// KV takes values of 65,536 bytes; one op can be a little larger than the
// largest entry (see limits.ts), so the split comes early enough.
const MAX_LOG_ENTRY_BYTES = 60_000;
const EMPTY_LOG_ENTRY_BYTES = 100;

/** A log entry and how it will be stored. */
export type StoredLogEntry = { entry: LogEntry; stored: Uint8Array };

/** An op's JSON; `value` is that of its value, which is made already. */
export function jsonOf({ key, was, now }: Op, value?: string): string {
  let json = `{"key":${JSON.stringify(key)}`;
  if (value !== undefined) json += `,"value":${value}`;
  if (was !== undefined) json += `,"was":${was}`;
  if (now !== undefined) json += `,"now":${now}`;
  return `${json}}`;
}

/** Splits what a commit did into log entries that KV can hold; each op comes with its JSON. */
export function pack(
  ops: [op: Op, json: string][],
  lastMutationIDs: Confirmation[],
  lost: string[],
): StoredLogEntry[] {
  const parts: Part[] = [new Part()];
  const partFor = (json: string): Part => {
    const bytes = byteLength(json) + 1;
    let part = parts.at(-1)!;
    if (
      part.bytes > EMPTY_LOG_ENTRY_BYTES &&
      part.bytes + bytes > MAX_LOG_ENTRY_BYTES
    ) {
      parts.push(part = new Part());
    }
    part.bytes += bytes;
    return part;
  };
  for (const [op, json] of ops) {
    const part = partFor(json);
    part.ops.push(op);
    part.opsJSON.push(json);
  }
  for (const confirmation of lastMutationIDs) {
    const part = partFor(JSON.stringify(confirmation));
    part.lastMutationIDs.push(confirmation);
  }
  const last = partFor(JSON.stringify(lost));
  if (lost.length > 0) last.lost = lost;
  last.end = true;
  const at = Date.now();
  return parts.map((part) => part.close(at));
}

/** A log entry in the making. */
class Part {
  bytes = EMPTY_LOG_ENTRY_BYTES;
  ops: Op[] = [];
  opsJSON: string[] = [];
  lastMutationIDs: Confirmation[] = [];
  lost?: string[];
  end = false;

  close(at: number): StoredLogEntry {
    const { ops, opsJSON, lastMutationIDs, lost, end } = this;
    const mark = crypto.randomUUID();
    const rest = { mark, at, lastMutationIDs, lost, end };
    const stored = encode(
      `${JSON.stringify(rest).slice(0, -1)},"ops":[${opsJSON.join()}]}`,
    );
    return { entry: { ...rest, ops, bytes: stored.length }, stored };
  }
}

/**
 * The log entries from one version to another, both included; null when one of
 * them is not there any more. Only the first when that does not bear `mark`, as
 * the others are of another history, or when all are more than `most` bytes.
 * Entries never change once written, so the read needs no transaction; but the
 * pruner may take them between two batches, so contiguity is verified.
 */
export async function readLog(
  kv: KvReads,
  space: string,
  from: number,
  to: number,
  mark?: string,
  most = Infinity,
): Promise<LogEntry[] | null> {
  const entries: LogEntry[] = [];
  let bytes = 0;
  const range = {
    start: keys.log(space, from),
    end: keys.log(space, to + 1),
  };
  for await (const { key, value } of kv.list<Uint8Array>(range, LIST_OPTIONS)) {
    if (key[2] !== from + entries.length) return null;
    entries.push(asLogEntry(value));
    if (mark !== undefined && entries[0].mark !== mark) return entries;
    bytes += value.length;
    if (bytes > most) return [entries[0]];
  }
  return entries.length === to - from + 1 ? entries : null;
}

/** What ops change for everybody: what is one user's alone is a rejection, and no entry. */
export const changesIn = (ops: readonly Op[]): Change[] =>
  ops.filter((op) => op.for === undefined)
    .map(({ for: _, ...change }) => change);

/** A log entry as it is stored. */
export function asLogEntry(stored: Uint8Array): LogEntry {
  const entry: LogRecord = JSON.parse(decode(stored));
  return { ...entry, bytes: stored.length };
}

/** `kv.list` is fastest at this size; each batch is one snapshot. */
export const LIST_OPTIONS = { batchSize: 500 };

/**
 * The newest part of a space's log in memory: most pulls need no more. Entries
 * are contiguous and end at the space's version.
 */
export class RecentLog {
  #entries: LogEntry[] = [];
  #first = 0;
  #bytes = 0;

  constructor(
    private readonly maxEntries = 1_000,
    private readonly maxBytes = 4_000_000,
  ) {}

  get bytes(): number {
    return this.#bytes;
  }

  /** Forgets everything; the next entry to come is `first`. */
  restart(first: number): void {
    this.#entries = [];
    this.#first = first;
    this.#bytes = 0;
  }

  append(entries: LogEntry[]): void {
    this.#entries.push(...entries);
    for (const { bytes } of entries) this.#bytes += bytes;
    if (
      this.#entries.length <= this.maxEntries && this.#bytes <= this.maxBytes
    ) return;
    // Some more than it must, so that it is not done for each entry.
    let surplus = 0;
    while (
      this.#entries.length - surplus > .9 * this.maxEntries ||
      this.#bytes > .9 * this.maxBytes
    ) this.#bytes -= this.#entries[surplus++].bytes;
    this.#entries.splice(0, surplus);
    this.#first += surplus;
  }

  /** The entries from a version on, it included; undefined when it is not held. */
  from(version: number): LogEntry[] | undefined {
    const index = version - this.#first;
    if (index < 0 || index >= this.#entries.length) return undefined;
    return this.#entries.slice(index);
  }
}
