// Notes: by a key that a commit sets for the app, the work that follows from the commit outlives a crash.
import type { Change } from "./domain.ts";
import { keys } from "./keys.ts";
import { asLogEntry, changesIn, LIST_OPTIONS } from "./log.ts";

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

/**
 * Some notes, at most `most`, by the names of their spaces, those of each oldest
 * first, and of `behind` only those behind that one; fewer where they changed
 * much. What is to be done for a note is stored before its key is deleted, and
 * does no harm twice.
 */
export async function* notesIn(
  kv: Deno.Kv,
  most: number,
  behind?: string,
): AsyncGenerator<Note> {
  const options = { limit: most, batchSize: Math.min(most, 500) };
  const prefix = keys.notes();
  const found = await Array.fromAsync(
    kv.list(
      behind === undefined
        ? { prefix }
        : { prefix, start: keys.note(behind, Infinity) },
      options,
    ),
  );
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
    const commits = await commitsIn(kv, space, from, to + NEAR);
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

/** What the commits in a part of the log changed, by the version at which each began, and how many bytes that is; the last may be cut off. */
async function commitsIn(
  kv: Deno.Kv,
  space: string,
  from: number,
  to: number,
): Promise<{ changes: Map<number, Change[]>; bytes: number }> {
  const changes = new Map<number, Change[]>();
  let bytes = 0;
  let commit: Change[] | undefined;
  const range = { start: keys.log(space, from), end: keys.log(space, to) };
  for await (const { key, value } of kv.list<Uint8Array>(range, LIST_OPTIONS)) {
    bytes += value.length;
    const { ops, end } = asLogEntry(value);
    if (!commit) changes.set(key[2] as number, commit = []);
    commit.push(...changesIn(ops));
    if (end) commit = undefined;
  }
  return { changes, bytes };
}
