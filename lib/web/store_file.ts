// Checks the database's file before Deno KV opens it: Deno ends in a panic on some that are damaged.
import { SettingsError } from "./settings.ts";

/** What the file of a KV holds that Deno has opened once. */
const TABLES = ["migration_state", "data_version", "kv"];

/** What each file of SQLite begins with (sqlite.org/fileformat.html). */
const HEADER_BYTES = 100;

/**
 * The largest file that is read as a whole, in bytes. 1.4 GB took 4 s from a
 * disk of 450 MB/s; a file of ten times that would keep the app away for a
 * minute on each restart.
 */
const MAX_CHECKED_BYTES = 2_000_000_000;

/**
 * Throws a `SettingsError` for a file that is damaged, another program's, or no
 * database: one line that says what to do. One that is not there yet, or empty,
 * is a new store. Gives back what is to be told when the file is too large to
 * be read as a whole.
 *
 * Only before this process opens the file as a KV: closing a file takes away
 * the locks that SQLite has on it for the whole process.
 *
 * It cannot see damage inside of a value, as SQLite keeps no sums of them, nor
 * what is missing at the end of a write-ahead log, which ends like that after a
 * crash, too.
 */
export async function assertIntact(path: string): Promise<string | undefined> {
  const size = await sizeOf(path);
  if (size === 0) {
    if (await sizeOf(`${path}-wal`) === 0) return;
    // SQLite would delete the log, with the newest of the data in it.
    throw damaged(path, `it is empty, and ${path}-wal is not`);
  }
  // SQLite would take a file of a few bytes for an empty database.
  if (size < HEADER_BYTES) throw notADatabase(path);
  const isWhole = size <= MAX_CHECKED_BYTES;
  if (isWhole) await readThrough(path);
  const problem = await findProblem(path, isWhole);
  if (problem) throw problem;
  if (isWhole) return;
  const gigabytes = (size / 1e9).toFixed(1);
  return `Its ${gigabytes} GB are not checked for damage at a start; ` +
    `"PRAGMA quick_check" of SQLite does it while the app runs.`;
}

/** What Docker and Podman put into the containers that they make. */
const MARKS_OF_CONTAINERS = ["/.dockerenv", "/run/.containerenv"];

/**
 * What is to be told when a path is in a container's own file system, which is
 * gone with it; undefined when it is in a volume, or this is no container that
 * can be told.
 */
export async function containerNotice(
  path: string,
  marks = MARKS_OF_CONTAINERS,
): Promise<string | undefined> {
  const deviceOf = (path: string) =>
    Deno.stat(path).then(({ dev }) => dev, () => undefined);
  const found = await Promise.all(marks.map(deviceOf));
  if (found.every((device) => device === undefined)) return;
  const folder = path.replace(/[^\\/]*$/, "") || ".";
  if (await deviceOf(folder) !== await deviceOf("/")) return;
  return `This is a container, and ${path} is gone with it: have it in a volume.`;
}

/** In bytes; 0 for a file that is not there. */
async function sizeOf(path: string): Promise<number> {
  try {
    return (await Deno.stat(path)).size;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 0;
    throw unusable(path, error);
  }
}

/**
 * Has the system hold the file in memory. The check goes through the pages in
 * the order of their keys, which from a disk takes three times as long, and
 * from one that spins, minutes.
 */
async function readThrough(path: string): Promise<void> {
  try {
    const file = await Deno.open(path);
    for await (const _ of file.readable) { /* that is all */ }
  } catch (error) {
    throw unusable(path, error);
  }
}

async function findProblem(
  path: string,
  isWhole: boolean,
): Promise<SettingsError | undefined> {
  // Not on platforms that have a KV of their own.
  const { DatabaseSync } = await import("node:sqlite");
  let database: InstanceType<typeof DatabaseSync> | undefined;
  try {
    database = new DatabaseSync(path, { readOnly: true });
    const names = database
      .prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all()
      .map(({ name }) => name);
    if (names.length === 0) return; // a database that nobody has used yet
    const missing = TABLES.filter((name) => !names.includes(name));
    if (missing.length === TABLES.length) {
      return new SettingsError(
        `${path} is another program's database: set DENO_KV_PATH to a file of its own.`,
      );
    }
    if (missing.length > 0) return damaged(path, `no table ${missing[0]}`);
    if (!isWhole) return;
    const { quick_check: found } = database
      .prepare("PRAGMA quick_check(1)").get()!;
    if (found !== "ok") return damaged(path, String(found));
    // Deno takes it for granted, and fails at each call without it.
    const counter = database.prepare("SELECT version FROM data_version").get();
    if (!counter) return damaged(path, "data_version is empty");
  } catch (error) {
    return ofSQLite(path, error);
  } finally {
    database?.close();
  }
}

const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;

function ofSQLite(path: string, error: unknown): SettingsError {
  const { errcode, message } = error as { errcode?: number; message: string };
  // The low byte of SQLite's extended codes.
  const code = (errcode ?? 0) & 0xff;
  if (code === SQLITE_CORRUPT) return damaged(path, message);
  if (code === SQLITE_NOTADB) return notADatabase(path);
  return unusable(path, error);
}

const notADatabase = (path: string) =>
  new SettingsError(
    `${path} is not a database: put a copy of the data back, or set ` +
      `DENO_KV_PATH to another file.`,
  );

const damaged = (path: string, how: string) =>
  new SettingsError(
    `The data in ${path} is damaged (${
      oneLine(how)
    }): put a copy back as the ` +
      `README says under "Running it", and keep the file for what can be saved.`,
  );

/** For what the system says of a file or another store, such as that one may not read it. */
export const unusable = (path: string, error: unknown) =>
  new SettingsError(
    `Deno KV at ${path} can't be used: ${
      oneLine(error instanceof Error ? error.message : String(error))
    }`,
  );

/** SQLite tells several things in as many lines, or whole statements. */
const oneLine = (text: string) => text.replaceAll(/\s+/g, " ").trim();
