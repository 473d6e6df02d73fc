// What a person has chosen to import: a file of an exported room, or Slack's export, as a ZIP file or a folder.
import * as v from "@badrap/valita";
import { Name } from "../names.ts";
import { Refusal } from "../refusal.ts";
import type { Bytes, Folder } from "./folder.ts";
import { linesIn, MAX_LINE, type SourceLine } from "./room_lines.ts";
import { channelsIn } from "./slack.ts";
import { openZip } from "./zip.ts";

/** One room that can be imported. */
export type RoomSource = {
  /** What tells it from other sources of a person's, so that an import of it goes on. */
  source: string;
  /** What the room is called. */
  name: string;
  /** The lines of its export; `tell` is called with how much of it has been read, from 0 to 1. */
  lines(tell: (part: number) => void): AsyncIterable<SourceLine>;
};

/** A file, and what tells it from others: its name, and when it was written, in milliseconds since 1970. */
export type ChosenFile = { name: string; at: number; bytes: Bytes };

/** The rooms in a file. Throws a refusal, `bad-args` or `too-large`, for what can't be read. */
export async function sourcesInFile(file: ChosenFile): Promise<RoomSource[]> {
  const { name, at, bytes } = file;
  const source = JSON.stringify([name.slice(-200), bytes.size, at]);
  const [p, k] = await bytes.slice(0, 2);
  if (p === 0x50 && k === 0x4b) { // "PK": a ZIP file
    return await sourcesInFolder(source, await openZip(bytes));
  }
  return [{
    source,
    name: await nameInHead(bytes) ?? name,
    lines: (tell) => linesIn(piecesOf(bytes, tell)),
  }];
}

/** Of the longest line there can be, in UTF-8. */
const MAX_HEAD_BYTES = 3 * MAX_LINE;

/** The room's name, by the first line of its export; undefined where that is none. Throws a `bad-args` refusal for a file of something else. */
async function nameInHead(bytes: Bytes): Promise<string | undefined> {
  const text = new TextDecoder().decode(await bytes.slice(0, MAX_HEAD_BYTES));
  const head = Head.try(jsonIn(text.split("\n", 1)[0]));
  if (!head.ok) {
    throw new Refusal("bad-args", "This file is not an export of a room.");
  }
  const name = Name.try(head.value.room?.name);
  return name.ok ? name.value : undefined;
}

/** As much of it as is needed here: all else the server looks at, and names. */
const Head = v.object({
  kvetch: v.literal("room"),
  room: v.object({ name: v.unknown() }).rest(v.unknown()).optional(),
}).rest(v.unknown());

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // anything may have been chosen
  }
}

/** The channels of Slack's export. `source` tells the folder from others. Throws as `sourcesInFile`. */
export async function sourcesInFolder(
  source: string,
  folder: Folder,
): Promise<RoomSource[]> {
  const channels = await channelsIn(folder);
  return channels.map(({ name, files, lines }, i) => ({
    source: `${source} ${i} ${name}`,
    name,
    lines: (tell) => lines((read) => tell(read / Math.max(1, files))),
  }));
}

const PIECE_BYTES = 256 * 1024;

async function* piecesOf(
  bytes: Bytes,
  tell: (part: number) => void,
): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.size; at += PIECE_BYTES) {
    const end = Math.min(bytes.size, at + PIECE_BYTES);
    yield await bytes.slice(at, end);
    tell(end / bytes.size);
  }
}
