// `deno task export` and `deno task import`: rooms as files, on the operator's command line, also while the app runs.
import { reasonOf } from "../../chat/refusal.ts";
import { kindOf, userSpace } from "../../chat/spaces.ts";
import {
  type Bytes,
  type Folder,
  MAX_FILE_BYTES,
  MAX_FILES,
  tooLarge,
  tooMany,
} from "../../chat/transfer/folder.ts";
import { chunksOf } from "../../chat/transfer/room_lines.ts";
import {
  type RoomSource,
  sourcesInFile,
  sourcesInFolder,
} from "../../chat/transfer/sources.ts";
import { UsageError } from "../admin.ts";
import { inNewFile } from "../backup.ts";
import type { ChatSync } from "../chat/domain.ts";
import { userOf } from "../chat/profile.ts";
import { SettingsError } from "../settings.ts";
import type { UnderWay } from "./import_records.ts";
import type { Imports, ImportState } from "./imports.ts";
import { bytesOf, roomLines } from "./room_export.ts";

type Print = (line: string) => void;

/** Writes a room into a new file. Throws a `UsageError`, a `SettingsError`, a refusal, or what storage throws. */
export async function exportRoom(
  { kv, sync }: { kv: Deno.Kv; sync: ChatSync },
  [roomID, target]: readonly string[],
  print: Print,
): Promise<void> {
  if (!roomID || !target) {
    throw new UsageError("Use it so: export <roomID> <new file>");
  }
  let lines = 0;
  await inNewFile(target, async (part) => {
    using file = await Deno.open(part, { write: true });
    const all = roomLines(kv, sync, roomID, () => Promise.resolve());
    const counted = async function* () {
      for await (const line of all) {
        lines++;
        yield line;
      }
    };
    for await (const bytes of bytesOf(counted())) {
      for (let at = 0; at < bytes.length;) {
        at += await file.write(bytes.subarray(at));
      }
    }
    await file.sync();
  });
  print(`Exported ${roomID} to ${target}: ${lines} lines`);
}

type Wishes = Pick<UnderWay, "visibility" | "skip">;

const IMPORT_USE =
  "Use it so: import <userID> <file or folder> [public] [skip]";

/**
 * Imports the rooms of a file or folder, which that person then owns: private
 * unless "public" is said; with "skip" bad lines are left out, else a room with
 * one is. Goes on where it was, when it is done again with the same. Throws as
 * `exportRoom`, a `SettingsError` also where a room was refused.
 */
export async function importRooms(
  { sync, imports }: { sync: ChatSync; imports: Imports },
  [userID, path, ...words]: readonly string[],
  print: Print,
): Promise<void> {
  const isClear = words.every((word) => ["public", "skip"].includes(word));
  if (!userID || !path || !isClear) throw new UsageError(IMPORT_USE);
  if (!kindOf(userSpace(userID)) || !await userOf(sync, userID)) {
    throw new SettingsError(`There is no person ${userID}.`);
  }
  const wishes: Wishes = {
    visibility: words.includes("public") ? "public" : "private",
    skip: words.includes("skip"),
  };
  using opened = await sourcesAt(path);
  let refused = 0;
  for (const source of opened.sources) {
    const state = await importOne(imports, userID, source, wishes, print);
    if (state.state === "refused") refused++;
    for (const line of inWords(state, source)) print(line);
  }
  if (refused > 0) {
    throw new SettingsError(
      `${refused} of ${opened.sources.length} not imported.`,
    );
  }
}

async function importOne(
  imports: Imports,
  userID: string,
  { source, name, lines }: RoomSource,
  wishes: Wishes,
  print: Print,
): Promise<ImportState> {
  let state = await imports.begin(userID, { source, ...wishes });
  let told = 0;
  const tell = (part: number) => {
    const percent = Math.floor(10 * part) * 10;
    if (percent > told) print(`${name}: ${told = percent} %`);
  };
  if (state.state !== "open") return state;
  const { id } = state;
  for await (
    const { line, lines: some, last } of chunksOf(lines(tell), state.line + 1)
  ) {
    const texts = some.map(({ text }) => text);
    state = await imports.add(userID, id, { line, lines: texts, last });
  }
  return state;
}

function inWords(
  { state, roomID, messages, bad, badCount }: ImportState,
  { name }: RoomSource,
): string[] {
  const lines = bad.map(({ line, reason }) =>
    `${name}, line ${line}: ${reason}`
  );
  if (badCount > bad.length) {
    lines.push(`${name}: and ${badCount - bad.length} lines more`);
  }
  return [
    ...lines,
    state === "done"
      ? `${name}: imported as ${roomID}, ${messages} messages`
      : `${name}: not imported`,
  ];
}

type Opened = Disposable & { sources: RoomSource[] };

async function sourcesAt(path: string): Promise<Opened> {
  try {
    const { isDirectory, mtime } = await Deno.stat(path);
    if (isDirectory) {
      const sources = await sourcesInFolder(path, await folderAt(path));
      return { sources, [Symbol.dispose]() {} };
    }
    const file = await Deno.open(path);
    const name = path.replace(/^.*[\\/]/, "");
    const bytes = await bytesIn(file);
    const sources = await sourcesInFile({ name, at: Number(mtime), bytes });
    return { sources, [Symbol.dispose]: () => file.close() };
  } catch (error) {
    const reason = error instanceof Error ? reasonOf(error) : String(error);
    throw new SettingsError(`Can't read ${path}: ${reason}`);
  }
}

async function bytesIn(file: Deno.FsFile): Promise<Bytes> {
  const { size } = await file.stat();
  return {
    size,
    async slice(start, end) {
      const bytes = new Uint8Array(Math.max(0, Math.min(end, size) - start));
      await file.seek(start, Deno.SeekMode.Start);
      let length = 0;
      while (length < bytes.length) {
        const more = await file.read(bytes.subarray(length));
        if (more === null) break;
        length += more;
      }
      return bytes.subarray(0, length);
    },
  };
}

async function folderAt(root: string): Promise<Folder> {
  const paths: string[] = [];
  const walk = async (folder: string, depth: number) => {
    for await (
      const { name, isFile, isDirectory } of Deno.readDir(`${root}/${folder}`)
    ) {
      if (isDirectory && depth > 0) await walk(`${folder}${name}/`, depth - 1);
      if (isFile && paths.push(`${folder}${name}`) > MAX_FILES) throw tooMany();
    }
  };
  await walk("", 2); // a folder around the export's, and one for each channel
  return {
    paths,
    async read(path) {
      const file = `${root}/${path}`;
      const { size } = await Deno.stat(file);
      if (size > MAX_FILE_BYTES) throw tooLarge(path);
      return await Deno.readTextFile(file);
    },
  };
}
