// A person's own picture, and what is shown until there is one: initials, and a colour that is always the same for them.
import { graphemesOf } from "./graphemes.ts";

/** How many colours the stylesheet has (`.tint-0` and up). */
const TINTS = 12;

/** One or two letters for a name, or the emoji or sign that it begins with. */
export function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/);
  const start = first(words[0]);
  const end = words[1] && LETTER.test(start) ? first(words.at(-1)!) : "";
  return (start + end).toUpperCase();
}

const LETTER = /^\p{L}/u;

/** An emoji of several code points stays whole. */
function first(word: string): string {
  const [start = ""] = graphemesOf(word);
  return start;
}

/** The class that colours an avatar: always the same one for the same ID. */
export function tintOf(userID: string): string {
  let sum = 0;
  for (const letter of userID) sum = (sum * 31 + letter.charCodeAt(0)) % 65521;
  return `tint-${sum % TINTS}`;
}

/** The address of a person's own picture; another one has another. */
export const avatarURL = (userID: string, avatar: string): string =>
  `/api/avatars/${userID}/${avatar}`;
