// What is shown instead of a person's picture: initials, and a colour that is always the same for them.
import { graphemesOf } from "./graphemes.ts";

/** How many colours the stylesheet has (`.tint-0` and up). */
const TINTS = 12;

/** One or two letters for a name, or the emoji or sign that it begins with. */
export function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/);
  const start = first(words[0]);
  if (words.length === 1 || !LETTER.test(start)) return start.toUpperCase();
  return (start + first(words[words.length - 1])).toUpperCase();
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
