// Files of messages: how they are cut into pieces, and the checks of what a message says of them.
import * as v from "@badrap/valita";
import { MAX_ALT, MAX_FILE_NAME, MAX_FILES } from "./lengths.ts";
import { asName, named } from "./names.ts";
import { isVisible } from "./visible.ts";

/** The length of each piece of a file but the last, in bytes: a value of KV has 64 KiB at the most. */
export const PIECE_BYTES = 56 * 1024;

/** How many pieces a file of so many bytes has. */
export const piecesOf = (size: number): number => Math.ceil(size / PIECE_BYTES);

/** A SHA-256 as files and pieces are named by it: 64 hex digits, small letters. */
export const Hash = v.string().assert(
  (text) => /^[0-9a-f]{64}$/.test(text),
  "A SHA-256 has 64 hex digits, in small letters.",
);

const FileName = named("The name of a file", 1, MAX_FILE_NAME).assert(
  isVisible,
  "The name of a file has at least one character that can be seen.",
);

/** What `createMessage` says of its files; the server knows the rest. */
export const filesArgs = v.object({
  files: v.array(v.object({
    id: Hash,
    name: FileName,
    alt: named("A text instead of a picture", 1, MAX_ALT).optional(),
  })).assert(
    (files) => files.length <= MAX_FILES,
    `A message has at most ${MAX_FILES} files.`,
  ).assert(
    (files) => new Set(files.map(({ id }) => id)).size === files.length,
    "Each file is in a message once.",
  ),
});

/** What a message may call a file that somebody's device calls so: a long name keeps its ending. */
export function fileNameOf(name: string): string {
  const whole = asName(name, name.length);
  const [ending] = /(?:\.[\p{L}\p{N}]{1,12}){0,2}$/u.exec(whole)!;
  const least = MAX_FILE_NAME - [...ending].length;
  const cut = [...whole].length > MAX_FILE_NAME
    ? asName(whole, least) + ending
    : whole;
  return isVisible(cut) ? cut : "file";
}

/** The same of a text that stands instead of a picture; undefined for none. */
export const altOf = (text: string): string | undefined =>
  asName(text, MAX_ALT) || undefined;
