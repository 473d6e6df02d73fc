// Checks the names of people and rooms, and topics.
import * as v from "@badrap/valita";
import { MAX_NAME, MAX_STATUS, MAX_TOPIC } from "./lengths.ts";
import { isVisible } from "./visible.ts";

// Control characters and line separators would break lines of a log or a
// header; bidirectional marks let one name look like another; half a character
// (a lone surrogate) can't be stored as it is.
const HIDDEN =
  /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

/** Without line breaks and hidden characters, and cut to so many characters. */
export const asName = (text: string, most: number): string =>
  [...text.replaceAll(new RegExp(HIDDEN, "gu"), " ").trim()]
    .slice(0, most).join("").trim();

/** A text of `least` to `most` characters (code points) after trimming; `what` is the subject of the sentence that refuses it. */
const text = (what: string, least: number, most: number) =>
  v.string().map((text) => text.trim())
    .assert(
      ({ length }) => length >= least,
      `${what} has at least one character.`,
    )
    .assert(
      (text) => text.length <= most || [...text].length <= most,
      `${what} has at most ${most} characters.`,
    );

/** One line of `least` to `most` characters, none of them hidden; `what` is the subject of the sentence that refuses it. */
export const named = (what: string, least: number, most: number) =>
  text(what, least, most).assert(
    (text) => !HIDDEN.test(text),
    `${what} can't have hidden characters like the one in this.`,
  );

/** A person's or room's name: 1–40 characters after trimming. */
export const Name = named("A name", 1, MAX_NAME).assert(
  isVisible, // joiners and fillers are part of some names, and make none
  "A name has at least one character that can be seen.",
);

/** One line about a room; may be empty. */
export const Topic = named("A topic", 0, MAX_TOPIC);

/** One line about a person; may be empty. */
export const Status = named("A status", 0, MAX_STATUS);

/** What `updateRoom` may change. */
export const updateRoomArgs = v.object({
  name: Name.optional(),
  topic: Topic.optional(),
});
