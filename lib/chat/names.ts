// What people and rooms may be called. No island gives names: apart, so that it does not travel.
import * as v from "valibot";
import { MAX_NAME, MAX_TOPIC } from "./schema.ts";

// Control characters and line separators would break lines of a log or a
// header; bidirectional marks let one name look like another; half a character
// (a lone surrogate) can't be stored as it is.
const HIDDEN =
  /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;
// Joiners and fillers are part of some names and of emoji, but make none.
const INK = /[^\p{Cf}\p{Z}\p{M}\u115f\u1160\u2800\u3164\uffa0]/u;

const visible = (what: string) =>
  v.check<string, string>(
    (text) => !HIDDEN.test(text),
    `${what} has a hidden character that cannot be used.`,
  );

/** A person's or room's name: 1–40 characters after trimming. */
export const Name = v.pipe(
  v.string("A name is text."),
  v.trim(),
  v.minLength(1, "A name has at least one character."),
  v.maxLength(MAX_NAME, `A name has at most ${MAX_NAME} characters.`),
  visible("The name"),
  v.regex(INK, "A name has at least one character that can be seen."),
);

/** One line about a room; may be empty. */
export const Topic = v.pipe(
  v.string("A topic is text."),
  v.trim(),
  v.maxLength(MAX_TOPIC, `A topic has at most ${MAX_TOPIC} characters.`),
  visible("The topic"),
);

export const Visibility = v.picklist(
  ["public", "private"],
  "A room is public or private.",
);

/** What a mutation may ask that gives a name. */
export const namingArgs = {
  updateRoom: v.object({ name: v.optional(Name), topic: v.optional(Topic) }),
  setProfile: v.object({ name: Name }),
};
