// Checks the lines of an export of a room, each by itself.
import * as v from "@badrap/valita";
import { filesArgs, Hash, PIECE_BYTES, piecesOf } from "../../chat/files.ts";
import { Name, Topic } from "../../chat/names.ts";
import { reasonOf, Refusal } from "../../chat/refusal.ts";
import { args, ID, valid } from "../../chat/schema.ts";
import { Emoji } from "../../chat/server_mutators.ts";
import {
  EXPORT_FORMAT,
  type ExportedMessage,
  type ExportedPerson,
  importedID,
  MAX_LINE,
} from "../../chat/transfer/room_lines.ts";

/** A line that can be taken in, with the IDs that its people have here. */
export type RoomRecord =
  | { head: { name: string; topic: string; createdAt: number } }
  | { person: Pick<ExportedPerson, "id" | "name"> }
  | { file: { id: string; size: number; pieces: string[] } }
  | { piece: { file: string; bytes: Uint8Array<ArrayBuffer> } }
  | {
    message:
      & Required<Pick<ExportedMessage, "reactions" | "files">>
      & ExportedMessage;
  }
  | { end: number };

/** Clocks differ. */
const MAX_AHEAD_MS = 86_400_000;

const Time = v.number().assert(
  (time) =>
    Number.isInteger(time) && time >= 0 && time <= Date.now() + MAX_AHEAD_MS,
  "This is no time until today, in milliseconds since 1970.",
);
const Whole = v.number().assert(
  (n) => Number.isSafeInteger(n) && n >= 0,
  "This is not a whole number.",
);
/** As it is stored, with what tells it from accounts (T101). */
const PersonID = ID.map(importedID).assert(
  (id) => ID.try(id).ok,
  "An ID of a person has at most 55 characters.",
);

/** In bytes of JSON: twice what can be written here, as IDs become longer. */
const MAX_REACTIONS = 8_192;
const Reactions = v.record(v.array(PersonID)).assert(
  (reactions) =>
    Object.entries(reactions).every(([emoji, people]) =>
      Emoji.try(emoji).ok && people.length > 0 &&
      new Set(people).size === people.length
    ),
  "Each of them is one emoji, and has people, each once.",
).assert(
  (reactions) =>
    new TextEncoder().encode(JSON.stringify(reactions)).length <= MAX_REACTIONS,
  "These are too many.",
);

const Head = v.object({
  kvetch: v.literal("room"),
  format: v.literal(EXPORT_FORMAT),
  room: v.object({
    name: Name,
    topic: Topic,
    createdAt: Time,
    direct: v.boolean().optional(),
  }),
});
const Person = v.object({ id: PersonID, name: Name });
const File = v.object({ id: Hash, size: Whole, pieces: v.string() });
const Piece = v.object({ file: Hash, bytes: v.string() });
const Said = v.object({
  authorID: PersonID,
  from: Name,
  createdAt: Time,
  editedAt: Time.optional(),
  reactions: Reactions.optional(() => ({})),
});

/** Parses and checks a line; throws a `bad-args` refusal that says what is wrong with it. */
export function recordIn(line: string): RoomRecord {
  if (line.length > MAX_LINE) throw bad("It is too long.");
  const found = parsed(line);
  if ("kvetch" in found) return { head: headIn(found) };
  if ("person" in found) return { person: valid(Person, found.person) };
  if ("file" in found) return { file: fileIn(found.file) };
  if ("piece" in found) return { piece: pieceIn(found.piece) };
  if ("message" in found) return { message: messageIn(found.message) };
  if ("end" in found) return { end: valid(Whole, found.end) };
  throw bad("It is none of an export of a room.");
}

function parsed(line: string): object {
  try {
    const found: unknown = JSON.parse(line);
    if (found !== null && typeof found === "object") return found;
  } catch { // said below
  }
  throw bad("It is no JSON object.");
}

function headIn(found: object) {
  const { format } = found as { format?: unknown };
  if (typeof format === "number" && format > EXPORT_FORMAT) {
    throw bad("It was made by a newer release.");
  }
  const { room: { direct, ...room } } = valid(Head, found);
  if (direct) throw bad("Direct messages can't be imported.");
  return room;
}

function fileIn(found: unknown) {
  const { id, size, pieces } = valid(File, found);
  if (!/^(?:[0-9a-f]{64})*$/.test(pieces)) {
    throw bad("pieces: Give the SHA-256 of each as 64 hex digits.");
  }
  if (pieces.length !== 64 * piecesOf(size)) {
    throw bad(`pieces: Give the hash of every ${PIECE_BYTES} bytes.`);
  }
  return { id, size, pieces: pieces.match(/.{64}/g) ?? [] };
}

function pieceIn(found: unknown) {
  const { file, bytes } = valid(Piece, found);
  try {
    return { file, bytes: Uint8Array.fromBase64(bytes) };
  } catch {
    throw bad("bytes: This is not base64.");
  }
}

function messageIn(found: unknown) {
  const { id, content, replyTo } = valid(args.createMessage, found);
  const said = valid(Said, found);
  const { files } = "files" in (found as object)
    ? valid(filesArgs, found)
    : { files: [] };
  if (files.length === 0) valid(args.text, found);
  return {
    ...{ id, ...said, content, files },
    ...replyTo !== undefined && { replyTo },
  };
}

const bad = (message: string) => new Refusal("bad-args", message);

/** Why a line was not taken, after the field's name where it is one field's. */
export const whyNot = (refusal: Refusal): string =>
  refusal.code === "bad-args" ? refusal.message : reasonOf(refusal);
