// Finds texts that hold all words of a query, wherever in them, folded; and says what of a text to show and to mark.
import { fold } from "./fold.ts";
import { graphemesOf } from "./graphemes.ts";

/** A text as it is searched: folded, with a space before each of its words. */
export const searchable = (text: string): string =>
  ` ${fold(text)}`.replaceAll(/\s+/g, " ");

/** What is looked for: the folded words of a query, each once. Signs count, so "C++" is one, and "->". */
export const termsOf = (query: string): string[] =>
  [...new Set(fold(query).split(/\s+/))].filter((term) => term !== "");

/**
 * How well a searchable text answers: how many of the terms begin a word of
 * it; undefined when it lacks one. A term may stand inside a word, as not all
 * languages have spaces, and names in code have parts.
 */
export function relevance(
  text: string,
  terms: readonly string[],
): number | undefined {
  if (!terms.every((term) => text.includes(term))) return undefined;
  return terms.filter((term) => text.includes(` ${term}`)).length;
}

/** Shorter terms are too many others but for one letter; longer ones have more letters than a number has bits. */
const CAN_BE_MISTYPED = { least: 5, most: 30 };

/** As `relevance`, but each longer term may have a letter that is wrong, missing or too much. */
export function looseRelevance(
  text: string,
  terms: readonly string[],
): number | undefined {
  const has = (term: string) =>
    text.includes(term) ||
    term.length >= CAN_BE_MISTYPED.least &&
      term.length <= CAN_BE_MISTYPED.most && beginsWordNearly(text, term);
  return terms.every(has) ? 0 : undefined;
}

/**
 * Whether a word begins with the term, but for one letter: the bitap algorithm
 * of Wu and Manber (1992). Bit i of a state stands for the first i letters of
 * the term, which end at this place of the text.
 */
function beginsWordNearly(text: string, term: string): boolean {
  const places = new Map<string, number>();
  for (let i = 0; i < term.length; i++) {
    places.set(term[i], (places.get(term[i]) ?? 0) | 2 << i);
  }
  const whole = 1 << term.length;
  let exact = 0; // without an error
  let near = 0; // with one
  for (const letter of text) {
    const here = places.get(letter) ?? 0;
    const next = exact << 1 & here;
    near = near << 1 & here | exact | exact << 1 | next << 1;
    exact = next;
    if (letter === " ") [exact, near] = [1, 2];
    if (near & whole) return true;
  }
  return false;
}

/** A piece of a text, and whether it is what was looked for. */
export type ExcerptPiece = { text: string; marked: boolean };

/** How much is shown of a text before the first mark, and of all of it from there, in graphemes. */
const SHOWN = { before: 40, after: 400 };

/** The text around the first place where a term stands in it, as it was typed. To be kept: a text is folded once for all queries. */
export function excerptsOf(
  text: string,
): (terms: readonly string[]) => ExcerptPiece[] {
  const { folded, graphemes, graphemeAt } = foldedByGrapheme(text);
  return (terms) => {
    // For each grapheme, whether a term covers a part of it.
    const marked = new Uint8Array(graphemes.length);
    for (const term of terms) {
      let at = folded.indexOf(term);
      while (at >= 0) {
        const end = at + term.length;
        marked.fill(1, graphemeAt[at], graphemeAt[end - 1] + 1);
        at = folded.indexOf(term, end);
      }
    }
    const start = Math.max(0, marked.indexOf(1) - SHOWN.before);
    const shown = graphemes.slice(start, start + SHOWN.before + SHOWN.after);
    const pieces: ExcerptPiece[] = [];
    if (start > 0) pieces.push({ text: "…", marked: false });
    for (const [i, grapheme] of shown.entries()) {
      const isMarked = marked[start + i] === 1;
      const last = pieces.at(-1);
      if (last?.marked === isMarked) last.text += grapheme;
      else pieces.push({ text: grapheme, marked: isMarked });
    }
    return pieces;
  };
}

/** A folded text with, for each UTF-16 unit of it, which of the graphemes it is of. */
function foldedByGrapheme(text: string) {
  const graphemes = [...graphemesOf(text)];
  const graphemeAt: number[] = [];
  let folded = "";
  for (const [i, grapheme] of graphemes.entries()) {
    folded += fold(grapheme);
    while (graphemeAt.length < folded.length) graphemeAt.push(i);
  }
  return { folded, graphemes, graphemeAt };
}
