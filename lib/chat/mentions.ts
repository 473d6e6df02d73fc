// Mentions in a text: "@" and a person's name, in any case.
import { MAX_NAME } from "./lengths.ts";

/** A name without case, to compare. */
const key = (name: string) => name.toLocaleLowerCase("en");

/** Names that can be mentioned, without case. */
export type Names = ReadonlySet<string>;

export const foldedNames = (people: readonly { name: string }[]): Names =>
  new Set(people.map(({ name }) => key(name)));

/** A piece of a text: a mention with its "@", or the text between two mentions. */
export type MentionPiece = { text: string; mention: boolean };

/**
 * Splits a text at the mentions of these names. The longest name wins, as one
 * can begin with another ("@Ada", "@Ada Lovelace").
 */
export function splitAtMentions(text: string, names: Names): MentionPiece[] {
  const pieces: MentionPiece[] = [];
  let from = 0;
  for (const { index } of text.matchAll(/(?<![\p{L}\p{N}_])@/gu)) {
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

/** Whether a text mentions this name. */
export const mentionsName = (text: string, name: string): boolean =>
  splitAtMentions(text, foldedNames([{ name }])).some(({ mention }) => mention);

/** Where the longest name that begins at `from` ends; 0 when none begins there. */
function endOfName(text: string, from: number, names: Names): number {
  const most = Math.min(text.length, from + MAX_NAME);
  for (let end = most; end > from; end--) {
    const goesOn = /^[\p{L}\p{N}_]/u.test(text.slice(end, end + 2));
    if (!goesOn && names.has(key(text.slice(from, end)))) return end;
  }
  return 0;
}

/**
 * The beginning of a name between an "@" and the caret, while somebody types a
 * mention, and where it is in the text.
 */
export function mentionPrefix(
  text: string,
  caret: number,
): { from: number; start: string } | undefined {
  const before = text.slice(0, caret);
  const match = before.match(/(?<![\p{L}\p{N}_])@([^\n@]{0,40})$/u);
  return match ? { from: caret - match[1].length, start: match[1] } : undefined;
}
