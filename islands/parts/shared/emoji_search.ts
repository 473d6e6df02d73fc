// All emoji, and the search for them by name. Loaded on use: their names alone are half a megabyte.
import emojibase from "emojibase-data/en/compact.json" with { type: "json" };
import { fold } from "../../../lib/chat/fold.ts";
import { MOST_USED } from "./most_used_emoji.ts";

/** `group` is Unicode's number of it. */
export type Emoji = { unicode: string; label: string; group: number };

type Listed = {
  unicode: string;
  label: string;
  tags?: string[];
  group?: number;
};

/** The group of skin tones and hair, which are parts of other emoji. */
const COMPONENTS = 2;

const wordsOf = (text: string): string[] =>
  fold(text).split(/[\s_:,.“”"()-]+/).filter(Boolean);

/** In Unicode's order. */
const ALL = (emojibase as Listed[]).flatMap((
  { unicode, label, tags = [], group },
) => {
  if (group === undefined || group === COMPONENTS) return [];
  const emoji: Emoji = {
    // The list has a selector after emoji that are coloured anyway.
    unicode: unicode.replaceAll(/(\p{Emoji_Presentation})\ufe0f/gu, "$1"),
    label,
    group,
  };
  return [{
    emoji,
    names: wordsOf(label),
    tags: tags.flatMap((tag) => [fold(tag), ...wordsOf(tag)]),
  }];
});

type Searchable = typeof ALL[number];

/**
 * The emoji with a word in their name, or among their tags, that begins with
 * each word of the query: the one that is called so first. Of those that fit
 * alike the most used come first, then shorter names. Without a query it is
 * all.
 */
export function findEmoji(query: string): Emoji[] {
  // "+1" and "-1" are tags: a sign before a digit is no border of words.
  const terms = fold(query).split(/[\s_:,.“”"()]+|-(?!\d)/).filter(Boolean);
  if (terms.length === 0) return ALL.map(({ emoji }) => emoji);
  return ALL.flatMap((each) => {
    const rank = rankOf(each, terms);
    if (rank === undefined) return [];
    const isMostUsed = MOST_USED.includes(each.emoji.unicode);
    return [{ ...each, rank, length: isMostUsed ? 0 : each.names.length }];
  }).sort((a, b) => a.rank - b.rank || a.length - b.length)
    .map(({ emoji }) => emoji);
}

/** The lower the better; undefined when a term is not there. */
function rankOf(
  { names, tags }: Searchable,
  terms: string[],
): number | undefined {
  const areAll = (words: string[]) => (term: string) => words.includes(term);
  const begin = (words: string[]) => (term: string) =>
    words.some((word) => word.startsWith(term));
  const all = [...names, ...tags];
  if (names.join(" ") === terms.join(" ")) return 0;
  // A long name says much besides; a tag says what people call it.
  if (names.length <= 3 && terms.every(areAll(names))) return 1;
  if (terms.every(areAll(all))) return 2;
  if (terms.every(begin(names))) return 3;
  if (terms.every(begin(all))) return 4;
}
