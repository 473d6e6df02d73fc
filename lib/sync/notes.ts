// Notes: by a key that a commit sets for the app, the work that follows from the commit outlives a crash.
import type { Change } from "./domain.ts";
import { keys } from "./keys.ts";
import { asLogEntry, changesIn, LIST_OPTIONS, type LogEntry } from "./log.ts";
import type { Space } from "./space.ts";

/** A commit that left a note. Times are milliseconds since 1970. */
export type Note = {
  /** What takes the note out when it is deleted. */
  key: Deno.KvKey;
  space: string;
  /** At which the commit began: of a space, a later one's is higher. */
  version: number;
  /** What the commit changed; nothing once its log was pruned, or its space erased. */
  changes: Change[];
};

/** More log entries than one commit takes; of notes that are so near to each other the log is read in one go. */
const NEAR = 16;
/** Of how many, at most: a commit can change 500 kB. */
const MAX_NEAR = 8;
/** So many bytes of the log are read for notes that are asked for together, and those of eight more. */
const MAX_BYTES = 4_000_000;

/** Of which spaces notes are asked for: `of` one, or of those `behind` one. */
export type NotesWanted = { of: string } | { behind?: string };

/**
 * Some notes, at most `most`, by the names of their spaces, those of each oldest
 * first; fewer where they changed much. What is to be done for a note is stored
 * before its key is deleted, and does no harm twice. `peek` gives a space that is
 * in memory.
 */
export async function* notesIn(
  kv: Deno.Kv,
  peek: (space: string) => Space | undefined,
  most: number,
  wanted: NotesWanted = {},
): AsyncGenerator<Note> {
  const options = { limit: most, batchSize: Math.min(most, 500) };
  const found = await Array.fromAsync(kv.list(selectorOf(wanted), options));
  let bytes = 0;
  for (let first = 0; first < found.length && bytes < MAX_BYTES;) {
    const [, space, from] = found[first].key as [string, string, number];
    let [last, to] = [first, from];
    const end = Math.min(first + MAX_NEAR, found.length);
    for (; last + 1 < end; last++) {
      const [, next, version] = found[last + 1].key as [string, string, number];
      if (next !== space || version > to + NEAR) break;
      to = version;
    }
    const log = await logIn(kv, space, peek(space), from, to + NEAR);
    const commits = commitsIn(log);
    bytes += commits.bytes;
    for (const { key } of found.slice(first, last + 1)) {
      const version = key[2] as number;
      yield {
        key,
        space,
        version,
        changes: commits.changes.get(version) ?? [],
      };
    }
    first = last + 1;
  }
}

function selectorOf(wanted: NotesWanted): Deno.KvListSelector {
  if ("of" in wanted) return { prefix: keys.notesIn(wanted.of) };
  const prefix = keys.notes();
  return wanted.behind === undefined
    ? { prefix }
    : { prefix, start: keys.note(wanted.behind, Infinity) };
}

/** The log from a version to below another, out of memory where all of it is there. Entries that are not there any more are none. */
async function logIn(
  kv: Deno.Kv,
  space: string,
  here: Space | undefined,
  from: number,
  below: number,
): Promise<[version: number, LogEntry][]> {
  if (here?.recentLogFrom(from)) {
    const { versionstamp } = await kv.get(keys.version(space));
    const known = here.wholeLogFrom(from, versionstamp);
    if (known) {
      return known.slice(0, below - from).map((entry, i) => [from + i, entry]);
    }
  }
  const range = { start: keys.log(space, from), end: keys.log(space, below) };
  return await Array.fromAsync(
    kv.list<Uint8Array>(range, LIST_OPTIONS),
    ({ key, value }) => [key[2] as number, asLogEntry(value)],
  );
}

/** What the commits in a part of the log changed, by the version at which each began, and how many bytes that is; the last may be cut off. */
function commitsIn(
  log: readonly [version: number, LogEntry][],
): { changes: Map<number, Change[]>; bytes: number } {
  const changes = new Map<number, Change[]>();
  let bytes = 0;
  let commit: Change[] | undefined;
  for (const [version, entry] of log) {
    bytes += entry.bytes;
    if (!commit) changes.set(version, commit = []);
    commit.push(...changesIn(entry.ops));
    if (entry.end) commit = undefined;
  }
  return { changes, bytes };
}
