// Whom a text mentions, of very many people.
import { fold } from "./fold.ts";
import { graphemesOf } from "./graphemes.ts";
import {
  foldGrapheme,
  namesToFind,
  splitAtMentions,
  withoutCode,
} from "./mentions.ts";

/**
 * Those of `people` whom a text mentions other than in code, in the order in
 * which it does; of namesakes all. Only names that begin as something behind an
 * "@" are looked at closely.
 */
export function mentionedIn<T extends { name: string }>(
  text: string,
  people: readonly T[],
): T[] {
  if (!text.includes("@")) return [];
  const shown = withoutCode(text);
  const beginnings = new Set(
    [...shown.matchAll(/@(.)/gsu)].map(([, character]) => first(character)),
  );
  const some = people.filter(({ name }) => beginnings.has(first(name.trim())));
  if (some.length === 0) return [];
  const byName = Map.groupBy(some, ({ name }) => folded(name.trim()));
  const found = new Set<T>();
  for (const { text, mention } of splitAtMentions(shown, namesToFind(some))) {
    if (!mention) continue;
    for (const each of byName.get(folded(text.slice(1))) ?? []) found.add(each);
  }
  return [...found];
}

/** As the mentions are compared: grapheme by grapheme. */
const folded = (name: string): string =>
  [...graphemesOf(name)].map(foldGrapheme).join("");

/** The first character of a name as it is compared. */
const first = (name: string): string | undefined => {
  const [character = ""] = name;
  return [...fold(character)][0];
};
