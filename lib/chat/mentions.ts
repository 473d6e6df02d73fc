// Who a text speaks to: "@" and a member's name, compared as people see names.
import { fold } from "./fold.ts";
import { graphemesOf } from "./graphemes.ts";

/** Names to look for in texts, as a trie of their folded characters. */
export type Names = {
  readonly next: ReadonlyMap<string, Names>;
  /** Whether a name ends here. */
  readonly isName: boolean;
};

type Branch = { next: Map<string, Branch>; isName: boolean };

export function namesToFind(people: readonly { name: string }[]): Names {
  const root: Branch = { next: new Map(), isName: false };
  for (const { name } of people) {
    let branch = root;
    for (const character of foldName(name.trim())) {
      let next = branch.next.get(character);
      if (!next) {
        branch.next.set(character, next = { next: new Map(), isName: false });
      }
      branch = next;
    }
    if (branch !== root) branch.isName = true;
  }
  return root;
}

/** White space of any kind is a space. */
const foldGrapheme = (grapheme: string): string =>
  /^\s+$/u.test(grapheme) ? " " : fold(grapheme);

/** A name as it is compared: grapheme by grapheme, as a text is looked through. */
export const foldName = (name: string): string =>
  [...graphemesOf(name)].map(foldGrapheme).join("");

/** A piece of a text: a mention, with its "@", or what stands between two. */
export type MentionPiece = { text: string; mention: boolean };

/** The longest name that may be written, in UTF-16 units: 40 emoji of families. */
export const MAX_NAME_UNITS = 1_200;

/**
 * Takes a text apart at the mentions of these names. The longest name wins, as
 * one can begin with another ("@Ada", "@Ada Lovelace"). An "@" costs as many
 * steps as what follows it has in common with a name.
 */
export function splitAtMentions(text: string, names: Names): MentionPiece[] {
  const pieces: MentionPiece[] = [];
  let from = 0;
  for (const { index } of text.matchAll(/(?<![\p{L}\p{N}\p{M}_])@/gu)) {
    if (index < from) continue; // inside the mention before
    const end = endOfName(text, index + 1, names);
    if (end === 0) continue;
    if (index > from) {
      pieces.push({ text: text.slice(from, index), mention: false });
    }
    pieces.push({ text: text.slice(index, end), mention: true });
    from = end;
  }
  if (from < text.length) {
    pieces.push({ text: text.slice(from), mention: false });
  }
  return pieces;
}

/** Where the longest name that starts at `from` ends; 0 when none does. */
function endOfName(text: string, from: number, names: Names): number {
  if (!mayBegin(text, from, names)) return 0;
  let branch: Names | undefined = names;
  let end = 0;
  let at = from;
  const rest = text.slice(from, from + MAX_NAME_UNITS);
  for (const grapheme of graphemesOf(rest)) {
    // A name ends where a word does.
    if (branch.isName && !/^[\p{L}\p{N}\p{M}_]/u.test(grapheme)) end = at;
    // One may be two: "ß" is "ss".
    for (const character of foldGrapheme(grapheme)) {
      branch = branch.next.get(character);
      if (!branch) return end;
    }
    at += grapheme.length;
  }
  return branch.isName ? at : end;
}

/** Whether a name may begin here, by its first character: to look closer costs more. */
function mayBegin(text: string, from: number, { next }: Names): boolean {
  const code = text.codePointAt(from);
  if (code === undefined) return false;
  if (code > 0x7e) return true;
  const first = String.fromCodePoint(code).toLowerCase();
  // A mark after it would make another character of it.
  return next.has(first) || (text.codePointAt(from + 1) ?? 0) > 0x7e;
}

// Blocks and spans of code; a fence or a run of backticks without its like is text.
const CODE =
  /^ {0,3}(`{3,})[^`\n]*\n[^]*?^ {0,3}\1`*[ \t]*$|(?<!`)(`+)(?!`)[^]*?(?<!`)\2(?!`)/gm;

/** A text with a NUL, which is in no name, in place of each span and block of code. */
export const withoutCode = (text: string): string =>
  text.includes("`") ? text.replaceAll(CODE, "\0") : text;

/** Whether a text mentions a person of this name, other than in code. */
export function mentionsName(text: string, name: string): boolean {
  if (!text.includes("@")) return false;
  return splitAtMentions(withoutCode(text), namesToFind([{ name }]))
    .some(({ mention }) => mention);
}
