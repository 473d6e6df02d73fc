// Who a text speaks to: "@" and a member's name, as it is written.
import { MAX_NAME } from "./lengths.ts";

/** A name, made comparable. */
const key = (name: string) => name.toLocaleLowerCase("en");

/** Names to look for in texts. */
export type Names = ReadonlySet<string>;

export const foldedNames = (people: readonly { name: string }[]): Names =>
  new Set(people.map(({ name }) => key(name)));

/** A piece of a text: a mention, with its "@", or what stands between two. */
export type MentionPiece = { text: string; mention: boolean };

/**
 * Takes a text apart at the mentions of these names. The longest name wins, as
 * one can begin with another ("@Ada", "@Ada Lovelace").
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

/** Whether a text mentions a person of this name. */
export const mentionsName = (text: string, name: string): boolean =>
  splitAtMentions(text, foldedNames([{ name }])).some(({ mention }) => mention);

/** Where the longest name that starts at `from` ends; 0 when none does. */
function endOfName(text: string, from: number, names: Names): number {
  const most = Math.min(text.length, from + MAX_NAME);
  for (let end = most; end > from; end--) {
    const goesOn = /^[\p{L}\p{N}_]/u.test(text.slice(end, end + 2));
    if (!goesOn && names.has(key(text.slice(from, end)))) return end;
  }
  return 0;
}
