// Exports a room as lines of JSON, a little at a time, while others write in it.
import {
  hashAt,
  pieceCount,
  type StoredFile,
  storedFile,
  uploaderOf,
} from "../files/file_store.ts";
import { MESSAGES } from "../../chat/queries.ts";
import type { Member, Message, MessageFile, Room } from "../../chat/schema.ts";
import { kindOf, roomSpace } from "../../chat/spaces.ts";
import {
  EXPORT_FORMAT,
  type ExportedMessage,
  type RoomLine,
} from "../../chat/transfer/room_lines.ts";
import { isVisible } from "../../chat/visible.ts";
import { noSuchRoom } from "../auth/access.ts";
import type { ChatSync } from "../chat/domain.ts";
import { piecesFrom } from "../files/uploads.ts";

/** Read at once, 1.2 MB at the most. */
const MESSAGES_PER_READ = 20;
const PEOPLE_PER_READ = 20;

/**
 * The lines of a room: what it is, who is in it, and its messages, oldest first,
 * each with the files that no line before has brought. `assertMayGoOn` is asked
 * after each read, before anything of it is said. What is written meanwhile is
 * in it up to the end or not. Throws what that throws, a `not-found` refusal,
 * and what storage throws.
 */
export async function* roomLines(
  kv: Deno.Kv,
  sync: ChatSync,
  roomID: string,
  assertMayGoOn: () => Promise<void>,
): AsyncGenerator<RoomLine> {
  let count = 0;
  for await (const read of linesRead(kv, sync, roomID)) {
    await assertMayGoOn();
    count += read.length;
    yield* read;
  }
  yield { end: count };
}

/** All lines but the last, those together that one read has brought. */
async function* linesRead(
  kv: Deno.Kv,
  sync: ChatSync,
  roomID: string,
): AsyncGenerator<RoomLine[]> {
  const space = roomSpace(roomID);
  if (!kindOf(space)) throw noSuchRoom();
  const [found] = await sync.get(space, "room") as (Room | undefined)[];
  if (!found) throw noSuchRoom();
  const { runs: _, messageCount: upTo, createdBy: __, ...room } = found;
  const exportedAt = Date.now();
  yield [{ kvetch: "room", format: EXPORT_FORMAT, exportedAt, room }];
  yield* peopleRead(sync, space);
  const sent = new Set<string>();
  for (let from = 1; from <= upTo; from += MESSAGES_PER_READ) {
    const below = Math.min(from + MESSAGES_PER_READ, upTo + 1);
    const found = await sync.between(space, MESSAGES, from, below);
    let lines: RoomLine[] = [];
    for (const { value } of found) {
      const message = value as Message;
      const files: MessageFile[] = [];
      for (const file of message.files ?? []) {
        if (!sent.has(file.id)) {
          const stored = await storedFile(kv, uploaderOf(message), file.id);
          if (!stored) continue; // deleted, or its account was
          yield [...lines, fileLine(file, stored)];
          lines = [];
          for await (const piece of piecesFrom(kv, stored)) {
            yield [{ piece: { file: file.id, bytes: piece.toBase64() } }];
          }
          sent.add(file.id);
        }
        files.push(file);
      }
      const isShown = files.length > 0 || isVisible(message.content);
      if (isShown) lines.push({ message: exported(message, files) });
    }
    yield lines;
  }
}

async function* peopleRead(
  sync: ChatSync,
  space: string,
): AsyncGenerator<RoomLine[]> {
  for (const prefix of ["member/", "imported/"]) {
    let lines: RoomLine[] = [];
    for await (const { value } of sync.scan(space, prefix)) {
      // What people say and show of themselves stays theirs.
      const { avatar: _, status: __, ...person } = value as Member;
      if (lines.push({ person }) < PEOPLE_PER_READ) continue;
      yield lines;
      lines = [];
    }
    yield lines;
  }
}

function fileLine({ id, size }: MessageFile, stored: StoredFile): RoomLine {
  let pieces = "";
  for (let i = 0; i < pieceCount(stored); i++) {
    pieces += hashAt(stored, i).toHex();
  }
  return { file: { id, size, pieces } };
}

function exported(
  { seq: _, filesBy: __, files: ___, reactions, ...message }: Message,
  files: MessageFile[],
): ExportedMessage {
  return {
    ...message,
    ...Object.keys(reactions).length > 0 && { reactions },
    ...files.length > 0 &&
      { files: files.map(({ id, name, alt }) => ({ id, name, alt })) },
  };
}

const encoder = new TextEncoder();

/** Lines as bytes, so many together that a piece is worth sending. */
export async function* bytesOf(
  lines: AsyncIterable<object>,
): AsyncGenerator<Uint8Array> {
  let text = "";
  for await (const line of lines) {
    text += `${JSON.stringify(line)}\n`;
    if (text.length < PIECE_LENGTH) continue;
    yield encoder.encode(text);
    text = "";
  }
  if (text !== "") yield encoder.encode(text);
}

const PIECE_LENGTH = 16 * 1024; // UTF-16 units
