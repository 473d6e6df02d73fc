// `deno task backup`: a copy of all data into a new file, while the app runs; `deno task restore`: back into an empty store.
import { type CopyStep, type RestoreStep, restoreSteps } from "../sync/mod.ts";
import { copiesOfBan } from "./auth/bans.ts";
import { copiesOfSession } from "./auth/session.ts";
import { BackupWriter, stepsIn } from "./backup_file.ts";
import type { ChatSync } from "./chat/domain.ts";
import { InboxFeed } from "./inbox/inbox_feed.ts";
import { isFilePath, SettingsError } from "./settings.ts";
import { beginRestore, endRestore } from "./store.ts";
import { unusable } from "./store_file.ts";

/** Opens the store that the settings name, as it is. */
export type OpenStore = () => Promise<{ kv: Deno.Kv; sync: ChatSync }>;

/** The first parts of the keys of records outside of spaces; see `OwnRecords`. */
const OWN_RECORDS = {
  underWay: ["deletion", "import", "removal"],
  leftOut: [
    ...["alive", "health", "online", "presence", "probe", "pulse"],
    ...["due", "job", "lane", "lease"], // what is under way is for this store to do
    ...["due.hook", "job.hook", "lane.hook", "hookEvent"],
    ...["hookEdited", "inboxEdited"],
    "messageHolder", // made of the copies in inboxes, by `restore`
    "format", // the restored store has its own
    "sessionOf", // made of the sessions
    "search", // the index, made of the rooms
  ],
};

/**
 * Copies the app's data into a new file while others write to it: a database in
 * a file as a database (SQLite's online backup), the data of a KV server into a
 * file for `restore`. It is there whole or not at all. Gives back what to print;
 * throws a `SettingsError`.
 */
export async function backUp(
  kvPath: string | undefined,
  open: OpenStore,
  target: string | undefined,
): Promise<string> {
  if (!target) throw new SettingsError("Name the file to copy the data into.");
  const place = placeOf(kvPath);
  await inNewFile(target, async (part) => {
    try {
      if (isFilePath(place)) await copyDatabase(place, part);
      else await copyStore(open, part);
    } catch (error) {
      throw new SettingsError(`Can't copy ${place}: ${reasonOf(error)}`);
    }
  });
  return `Copied ${place} to ${target}`;
}

/**
 * Has a file filled that is there whole or not at all, and that others may not
 * read: it grows in one beside it, `….part`, whose path `fill` is given. Throws
 * a `SettingsError` where a file is there already or can't be made, and what
 * `fill` throws.
 */
export async function inNewFile(
  target: string,
  fill: (part: string) => Promise<void>,
): Promise<void> {
  if (await isThere(target)) {
    throw new SettingsError(`${target} is there already: name a new file.`);
  }
  const part = `${target}.part`;
  await makeEmpty(part);
  try {
    await fill(part);
    await Deno.rename(part, target);
  } catch (error) {
    await Deno.remove(part);
    throw error;
  }
}

/**
 * Fills the empty store that the settings name, of either kind, with what
 * `backUp` has copied from a KV server. The file is read to its end before
 * anything is written. A store in which this has not come to its end is refused
 * by those that would serve it, and may be filled again. Gives back what to
 * print; throws a `SettingsError`.
 */
export async function restore(
  kvPath: string | undefined,
  open: OpenStore,
  source: string | undefined,
): Promise<string> {
  if (!source) throw new SettingsError("Name the file to restore the data of.");
  const place = placeOf(kvPath);
  let count = 0;
  for await (const _ of stepsIn(source)) count++;
  const { kv, sync } = await open();
  try {
    const lock = await beginRestore(kv);
    await restoreSteps(kv, stepsIn(source), lock);
    // What notes would have brought about (N1 of lib/sync).
    await new InboxFeed(kv, sync).followAll(lock);
    await endRestore(kv, lock);
  } catch (error) {
    throw error instanceof SettingsError ? error : unusable(place, error);
  } finally {
    kv.close();
  }
  return `Restored ${source}, ${count} records, to ${place}`;
}

function placeOf(kvPath: string | undefined): string {
  if (kvPath && kvPath !== ":memory:") return kvPath;
  throw new SettingsError(
    "Set DENO_KV_PATH to a file or to the URL of a KV server.",
  );
}

const isThere = (path: string): Promise<boolean> =>
  Deno.lstat(path).then(() => true, (error) => {
    if (error instanceof Deno.errors.NotFound) return false;
    throw new SettingsError(`Can't write ${path}: ${reasonOf(error)}`);
  });

/** Makes the file that a copy grows in, which others may not read. Of two at once, one has it. */
async function makeEmpty(part: string): Promise<void> {
  try {
    const options = { write: true, createNew: true, mode: 0o600 };
    (await Deno.open(part, options)).close();
  } catch (error) {
    const isTaken = error instanceof Deno.errors.AlreadyExists;
    throw new SettingsError(
      isTaken
        ? `${part} is there: a copy is being made, or has ended halfway; then delete it.`
        : `Can't write ${part}: ${reasonOf(error)}`,
    );
  }
}

/** A copy of the file alone would lack what is still in its write-ahead log. */
async function copyDatabase(kvPath: string, part: string): Promise<void> {
  // Not on platforms that have a KV of their own.
  const { backup, DatabaseSync } = await import("node:sqlite");
  const source = new DatabaseSync(kvPath, { readOnly: true });
  try {
    await backup(source, part);
  } finally {
    source.close();
  }
}

async function copyStore(open: OpenStore, part: string): Promise<void> {
  const { kv, sync } = await open();
  const writer = new BackupWriter(part);
  try {
    const steps = sync.copy(OWN_RECORDS, () => writer.versions());
    for await (const step of steps) {
      for (const each of timed(step)) await writer.write(each);
    }
    await writer.finish();
  } finally {
    writer.close();
    kv.close();
  }
}

/** A step with the time when its record goes by itself, which KV does not tell. */
function timed(step: CopyStep): RestoreStep[] {
  if ("set" in step && step.set[0] === "session") return copiesOfSession(step);
  if ("set" in step && step.set[0] === "ban") return copiesOfBan(step);
  return [step];
}

const reasonOf = (error: unknown) =>
  error instanceof Error ? error.message : String(error);
