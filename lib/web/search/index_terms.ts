// Which terms a message is indexed under, and which terms of the index a query asks for.
import type { Message } from "../../chat/schema.ts";
import { searchedText, type SearchQuery } from "../../chat/search_query.ts";
import { searchable } from "../../chat/text_search.ts";

/**
 * What a term is about: its first character. What is left of it, but for
 * `FILE`, begins where a word begins, and ends with the word or after
 * `MAX_LENGTH` characters.
 */
const TEXT = "t"; // what a word of the text, or what is left of it, begins with
const SIGN = "1"; // one character that such a word begins with, for queries of one
const FROM = "f"; // a word of the author's name
const FILE = "a"; // there is a file

/** In code points: what begins alike is told apart by the message itself. */
const MAX_LENGTH = 12;
/** In scripts without spaces, where each character begins a word. */
const MAX_LENGTH_WITHOUT_SPACES = 3;

/** Of a text; those that come first are indexed. A message of 4,000 characters has 700 words. */
const MAX_TERMS = 1_000;

/** In how many records the terms of a chunk are: a query reads one for each of its words. A power of two. */
export const BUCKETS = 64;

const WORD = /[\p{L}\p{N}\p{M}]/u;
const WITHOUT_SPACES =
  /[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}\p{scx=Myanmar}]/u;

const PLAIN_WORD = /^[a-z0-9]+$/;

const isPlain = (character: string): boolean =>
  (character >= "a" && character <= "z") ||
  (character >= "0" && character <= "9");

/** Whether this may go on a word that it does not begin. */
const isInWord = (character: string): boolean =>
  isPlain(character) ||
  (character > "\x7f" && WORD.test(character) &&
    !WITHOUT_SPACES.test(character));

/** What begins a word, cut to what is indexed of it. */
function cut(characters: readonly string[], at: number): string {
  const most = characters[at] > "\x7f" && WITHOUT_SPACES.test(characters[at])
    ? MAX_LENGTH_WITHOUT_SPACES
    : MAX_LENGTH;
  return characters.slice(at, at + most).join("");
}

/**
 * Adds the beginnings of all words of a searchable text, up to `MAX_TERMS`. A
 * word begins after a space, with each sign, after a sign, and with each
 * character of scripts without spaces: "b/c" has those of "b/c", "/c" and "c".
 */
function addTerms(terms: Set<string>, kind: string, text: string): void {
  for (const word of text.split(" ")) {
    if (PLAIN_WORD.test(word)) { // the most: it begins but once
      if (terms.size >= MAX_TERMS) return;
      if (kind === TEXT) terms.add(SIGN + word[0]);
      if (kind !== TEXT || word.length > 1) {
        terms.add(kind + word.slice(0, MAX_LENGTH));
      }
      continue;
    }
    const characters = [...word];
    let before = "";
    for (const [at, character] of characters.entries()) {
      const goesOn = before !== "" && isInWord(character) && isInWord(before);
      before = character;
      if (goesOn) continue;
      if (terms.size >= MAX_TERMS) return;
      if (kind === TEXT) terms.add(SIGN + character);
      // Nothing of one character is looked for among the others.
      const begins = cut(characters, at);
      if (kind !== TEXT || begins !== character) terms.add(kind + begins);
    }
  }
}

/** All terms of a message. */
export function termsOfMessage(message: Message): Set<string> {
  const terms = new Set<string>();
  if (message.files) terms.add(FILE);
  addTerms(terms, FROM, searchable(message.from));
  addTerms(terms, TEXT, searchedText(message));
  return terms;
}

/** A term that is looked for, in the bucket that has it; unless `exact`, all that begin with it. */
export type Lookup = { bucket: number; term: string; exact: boolean };

/**
 * What of the index has to be there of a message that answers a query, the
 * words with the longest first, as they are the rarest.
 */
export function lookupsOf({ terms, from, hasFile }: SearchQuery): Lookup[] {
  const looked = [
    ...terms.map((term) => [...term]).map((characters) =>
      characters.length === 1
        ? { term: SIGN + characters[0], exact: true }
        : { term: TEXT + cut(characters, 0), exact: false }
    ),
    ...from.map((term) => ({ term: FROM + cut([...term], 0), exact: false })),
    ...hasFile ? [{ term: FILE, exact: true }] : [],
  ];
  return looked.sort((a, b) => b.term.length - a.term.length)
    .slice(0, MAX_LOOKUPS)
    .map((each) => ({ ...each, bucket: bucketOf(each.term) }));
}

/** The messages themselves are held to the whole query. */
const MAX_LOOKUPS = 8;

/** The bucket of all terms that share their kind and what they begin with: two characters, of a name one (FNV-1a). */
export function bucketOf(term: string): number {
  const shared = term[0] === TEXT ? 3 : 2;
  let hash = 0x811c9dc5;
  let taken = 0;
  for (const character of term) {
    if (taken++ === shared) break;
    hash = Math.imul(hash ^ character.codePointAt(0)!, 0x01000193);
  }
  return (hash ^ (hash >>> 16)) >>> 0 & (BUCKETS - 1);
}
