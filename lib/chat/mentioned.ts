// Whom texts mention, of very many people.
import { graphemesOf } from "./graphemes.ts";
import {
  foldName,
  MAX_NAME_UNITS,
  namesToFind,
  splitAtMentions,
  withoutCode,
} from "./mentions.ts";

/**
 * Whether some texts may mention somebody of a name, told by how the name
 * begins: of very many people few are left, of whom `mentionFinder` says more.
 */
export function mayBeMentionedIn(
  texts: Iterable<string>,
): (name: string) => boolean {
  const beginnings = new Set<string>();
  for (const text of texts) {
    const shown = withoutCode(text);
    for (const { index } of shown.matchAll(/@/g)) {
      beginnings.add(beginningOf(shown, index + 1));
    }
  }
  return (name) => beginnings.has(beginningOf(name.trim()));
}

/**
 * Finds those of `people` whom a text mentions other than in code, in the order
 * in which it does; of namesakes all.
 */
export function mentionFinder<T extends { name: string }>(
  people: readonly T[],
): (text: string) => T[] {
  const names = namesToFind(people);
  const byName = Map.groupBy(people, ({ name }) => foldName(name.trim()));
  return (text) => {
    const found = new Set<T>();
    for (
      const { text: piece, mention } of splitAtMentions(
        withoutCode(text),
        names,
      )
    ) {
      if (!mention) continue;
      for (const each of byName.get(foldName(piece.slice(1))) ?? []) {
        found.add(each);
      }
    }
    return [...found];
  };
}

/** The first character from a place in a text, as it is compared. */
function beginningOf(text: string, from = 0): string {
  const [first, second] = [text.charCodeAt(from), text.charCodeAt(from + 1)];
  // A mark behind a letter would make another of it.
  if (first > 0x20 && first < 0x7f && !(second > 0x7e)) {
    return text[from].toLowerCase();
  }
  for (const grapheme of graphemesOf(text.slice(from, from + MAX_NAME_UNITS))) {
    // Of a soft hyphen, for one, nothing is left.
    for (const character of foldName(grapheme)) return character;
  }
  return "";
}
