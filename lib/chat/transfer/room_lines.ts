// The lines of an export of a room, one JSON object each, and how they are cut into requests.
import { IMPORTED, isImported } from "../name_tags.ts";
import type { Message, MessageFile, Role, Room } from "../schema.ts";

/** Rises with a change that an older release would misread. */
export const EXPORT_FORMAT = 1;

/** A message as a line has it: its place among the others is its order, and its author may be anybody anywhere. */
export type ExportedMessage =
  & Pick<Message, "id" | "authorID" | "from" | "content" | "createdAt">
  & Pick<Message, "editedAt" | "replyTo">
  & {
    reactions?: Record<string, readonly string[]>;
    files?: readonly Pick<MessageFile, "id" | "name" | "alt">[];
  };

/** Someone who is in the room, or whose messages were imported into it. */
export type ExportedPerson = {
  id: string;
  name: string;
  role?: Role;
  joinedAt?: number;
};

/**
 * A line: the first says of what room it is, the last how many stand before it.
 * A file's pieces follow it, before the first message that has it. `pieces` are
 * their SHA-256, 64 hex digits each, and `bytes` is base64. Times are
 * milliseconds since 1970.
 */
export type RoomLine =
  | {
    kvetch: "room";
    format: number;
    exportedAt: number;
    room: Pick<Room, "id" | "name" | "topic" | "visibility" | "createdAt">;
  }
  | { person: ExportedPerson }
  | { file: { id: string; size: number; pieces: string } }
  | { piece: { file: string; bytes: string } }
  | { message: ExportedMessage }
  | { end: number };

/**
 * The longest line that can be, in UTF-16 units: that of a file of 100 MB, of
 * 1,744 pieces. A message has half as many at the most.
 */
export const MAX_LINE = 128 * 1024;

/** A line, and where it stands in what a person has chosen, if that is no file of lines. */
export type SourceLine = { text: string; place?: string };

/** Some lines in a row, the number of the first, and whether there are no more. */
export type Chunk<Line = SourceLine> = {
  line: number;
  lines: Line[];
  last: boolean;
};

/** So many bytes of JSON are in a chunk, or one line: a request has 1 MiB at most. */
const CHUNK_BYTES = 256 * 1024;
/** What a request needs beside its lines. */
export const MAX_CHUNK_LINES = 1_000;

const encoder = new TextEncoder();

/** Lines as chunks, from that number on; those before it are read and left out. */
export async function* chunksOf(
  lines: AsyncIterable<SourceLine>,
  first: number,
): AsyncGenerator<Chunk> {
  let chunk: Chunk = { line: first, lines: [], last: false };
  let [number, bytes] = [0, 0];
  for await (const line of lines) {
    if (++number < first) continue;
    const more = encoder.encode(JSON.stringify(line.text)).length + 1;
    const isFull = bytes + more > CHUNK_BYTES ||
      chunk.lines.length === MAX_CHUNK_LINES;
    if (isFull && chunk.lines.length > 0) {
      yield chunk;
      chunk = { line: number, lines: [], last: false };
      bytes = 0;
    }
    chunk.lines.push(line);
    bytes += more;
  }
  yield { ...chunk, last: true };
}

/**
 * The lines of a text that comes in pieces of bytes, without empty ones at its
 * end. What is no UTF-8 is replaced, and of a line that is too long no more is
 * held than shows that it is.
 */
export async function* linesIn(
  pieces: AsyncIterable<Uint8Array>,
): AsyncGenerator<SourceLine> {
  const decoder = new TextDecoder();
  let rest = "";
  let empty = 0;
  for await (const piece of pieces) {
    const lines = (rest + decoder.decode(piece, { stream: true })).split("\n");
    rest = lines.pop()!.slice(0, MAX_LINE + 1);
    for (const line of lines) {
      const text = line.replace(/\r$/, "").slice(0, MAX_LINE + 1);
      if (text === "") empty++;
      else {
        for (; empty > 0; empty--) yield { text: "" };
        yield { text };
      }
    }
  }
  rest += decoder.decode();
  if (rest === "") return;
  for (; empty > 0; empty--) yield { text: "" };
  yield { text: rest };
}

/** The ID that somebody of another instance has here. */
export const importedID = (id: string): string =>
  isImported(id) ? id : IMPORTED + id;
