// Follows a space from where one has left it, by its log, so that an app can derive something of its own from it.
import type { Change } from "./domain.ts";
import { keys } from "./keys.ts";
import { asLogEntry, changesIn, type LogEntry, readLog } from "./log.ts";
import type { Head, Space } from "./space.ts";

/** The changes up to `head`; null where the log does not tell them: anything may be another then. */
export type Changes = {
  head: Head;
  changes: Change[] | null;
  /** Whether the space was further already. */
  more: boolean;
};

/** Log entries in one look, and bytes of them, but for one batch. */
const MAX_ENTRIES = 500;
const MAX_BYTES = 1_000_000;
const BATCH = 20; // 1.2 MB at the most

/**
 * What has changed since a place in a space's history, a few hundred commits at
 * a time; out of memory, where the space is `here`. Undefined when there is no
 * such space. Throws what storage throws.
 */
export async function changesSince(
  kv: Deno.Kv,
  space: string,
  here: Space | undefined,
  since?: Head,
): Promise<Changes | undefined> {
  const { value: version, versionstamp } = await kv.get<number>(
    keys.version(space),
  );
  if (version === null) return undefined;
  if (since && since.version <= version) {
    const log = here?.wholeLogFrom(since.version, versionstamp) ??
      storedLog(kv, space, since.version, version);
    const told = await readOn(log, since, version);
    if (told) return told;
  }
  const log = await readLog(kv, space, version, version);
  // It was erased meanwhile: the newest entry stays otherwise (H1).
  if (!log) return undefined;
  const head = { version, mark: log[0].mark };
  return { head, changes: null, more: false };
}

/** The log behind a place, up to `version` at most; null when it is of another history, or has a hole. */
async function readOn(
  log: AsyncIterable<LogEntry | null> | Iterable<LogEntry>,
  since: Head,
  version: number,
): Promise<Changes | null> {
  const changes: Change[] = [];
  let head: Head | null = null;
  let bytes = 0;
  for await (const entry of log) {
    if (!entry) return null;
    const { mark, ops, bytes: size } = entry;
    if (!head && mark !== since.mark) return null;
    if (head) changes.push(...changesIn(ops));
    head = { version: head ? head.version + 1 : since.version, mark };
    bytes += size;
    const entries = head.version - since.version;
    if (bytes > MAX_BYTES || entries === MAX_ENTRIES) break;
  }
  return head && { head, changes, more: head.version < version };
}

/** The entries of a space's log as KV has them; null for one that is not there. */
async function* storedLog(
  kv: Deno.Kv,
  space: string,
  from: number,
  to: number,
): AsyncGenerator<LogEntry | null> {
  const range = { start: keys.log(space, from), end: keys.log(space, to + 1) };
  const options = { batchSize: BATCH };
  for await (const { key, value } of kv.list<Uint8Array>(range, options)) {
    if (key[2] !== from++) return yield null;
    yield asLogEntry(value);
  }
}
