// What is being written at the caret that can be completed: a name after "@", an emoji after ":"; and whom a name could mean.
import { fold } from "./fold.ts";
import { MAX_NAME_UNITS, withoutCode } from "./mentions.ts";
import type { Member, Message } from "./schema.ts";

/** What has been written of it, and where it begins: for a name after its "@", for an emoji at its ":". */
export type Begun = { from: number; start: string };

const NAME = RegExp(
  `(?<![\\p{L}\\p{N}\\p{M}_])@([^\\n@]{0,${MAX_NAME_UNITS}})$`,
  "u",
);

/** The name that is being written before the caret, if there is one. */
export function nameBefore(text: string, caret: number): Begun | undefined {
  const match = before(text, caret).match(NAME);
  if (!match || isInCode(text, caret)) return undefined;
  return { from: caret - match[1].length, start: match[1] };
}

// Two letters at least, none of them a capital, at the beginning of a word: a
// time has a colon, too, and an address, and so have ":D" and "xD".
const EMOJI =
  /(?<![^\s([{"'“‘«\p{Extended_Pictographic}\p{Emoji_Modifier}\ufe0f]):([\p{Ll}+][\p{Ll}\p{M}\d_+-]{1,31})$/u;

/** The emoji whose name is being written before the caret, if there is one. */
export function emojiBefore(text: string, caret: number): Begun | undefined {
  const match = before(text, caret).match(EMOJI);
  if (!match || isInCode(text, caret)) return undefined;
  return { from: caret - match[0].length, start: match[1] };
}

const before = (text: string, caret: number): string =>
  text.slice(Math.max(0, caret - MAX_NAME_UNITS - 2), caret);

/** How much is looked at to tell code, in UTF-16 units before the caret. */
const MAX_CODE = 8_000;

/** Whether the caret stands in code: of a span or block that ends before it no backtick is left. */
const isInCode = (text: string, caret: number): boolean =>
  withoutCode(text.slice(Math.max(0, caret - MAX_CODE), caret)).includes("`");

/** Who is asked for, and the messages by which it is told who has written lately, oldest first. */
type Conversation = {
  userID: string;
  messages: readonly Pick<Message, "authorID">[];
};

/**
 * The members with a word in their name that begins so, as any can be the one
 * that somebody thinks of. Who has written lately comes first, then whose name
 * begins so; the one who asks comes last.
 */
export function membersToMention<T extends Pick<Member, "id" | "name">>(
  members: readonly T[],
  start: string,
  { userID, messages }: Conversation,
): T[] {
  const wanted = ` ${fold(start).replaceAll(/\s+/g, " ")}`;
  const wrote = new Map(messages.map(({ authorID }, i) => [authorID, i]));
  wrote.set(userID, -2);
  const rankOf = ({ id }: T) => wrote.get(id) ?? -1;
  return members.flatMap((member) => {
    const name = ` ${fold(member.name).replaceAll(/\s+/g, " ")}`;
    const words = name.replaceAll(/[-.'(]/g, " ");
    if (!name.includes(wanted) && !words.includes(wanted)) return [];
    return [{ member, name, begins: name.startsWith(wanted) }];
  }).sort((a, b) =>
    rankOf(b.member) - rankOf(a.member) ||
    Number(b.begins) - Number(a.begins) || (a.name < b.name ? -1 : 1)
  ).map(({ member }) => member);
}
