// What is shown instead of a person's picture: initials, and a colour that is always the same for them.

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

// Graphemes, so that an emoji of several code points stays whole.
const characters = new Intl.Segmenter("en", { granularity: "grapheme" });

function first(word: string): string {
  const [start] = characters.segment(word);
  return start?.segment ?? "";
}

/** The class that colours an avatar: always the same one for the same ID. */
export function tintOf(userID: string): string {
  let sum = 0;
  for (const letter of userID) sum = (sum * 31 + letter.charCodeAt(0)) % 65521;
  return `tint-${sum % TINTS}`;
}
