// What a person has in their inbox, and what they have saved for later: copies of messages in their own space.
import type { ReadTransaction } from "replicache";
import { cutText, graphemesOf } from "./graphemes.ts";
import { blockedBy, membershipsOf, readStateOf } from "./queries.ts";
import { Refusal } from "./refusal.ts";
import type {
  InboxEntry,
  Message,
  MessageCopy,
  SavedMessage,
} from "./schema.ts";

/** The most of each that a person has: then the oldest leaves the inbox, and no more is saved. */
export const MAX_INBOX = 500;
export const MAX_SAVED = 500;

export const tooManySaved = (): Refusal =>
  new Refusal(
    "full",
    `You have saved ${MAX_SAVED} messages. Remove one of them first.`,
  );

/** What the keys of the copies of a room's messages begin with. */
export const inboxOf = (roomID: string): string => `inbox/${roomID}/`;
export const savedOf = (roomID: string): string => `saved/${roomID}/`;

/** Of a message's text, in graphemes and, as a grapheme may be long, in UTF-16 units. */
const MAX_SHOWN = 300;
export const MAX_SHOWN_UNITS = 1_200;

/** The beginning of a text, with "…" when there is more. */
function beginningOf(text: string): string {
  const some = text.slice(0, MAX_SHOWN_UNITS).replace(/[\ud800-\udbff]$/, "");
  const cut = cutText(some, MAX_SHOWN);
  if (cut !== some || some === text) return cut;
  // The last one may be cut in two.
  return `${[...graphemesOf(some)].slice(0, -1).join("").trimEnd()}…`;
}

/** The copy of a message, whose text is `words` without formatting; the fields always in the same order. */
export const copyOf = (
  roomID: string,
  { id, seq, authorID, from, createdAt, files }: Message,
  words: string,
): MessageCopy => ({
  roomID,
  id,
  seq,
  authorID,
  from,
  content: beginningOf(words),
  createdAt,
  ...files && { fileCount: files.length },
});

/** A copy as a page shows it: `room` is the name of its room, where that has one of its own. */
export type InboxItem = InboxEntry & {
  room: string | undefined;
  unread: boolean;
};
export type SavedItem = SavedMessage & { room: string | undefined };

/** How much of an inbox is unread. */
export const unreadOf = ({ inbox }: { inbox: readonly InboxItem[] }): number =>
  inbox.filter(({ unread }) => unread).length;

/**
 * What a person's inbox holds and what they have saved, newest first, without
 * that of rooms that they are not in any more; nothing of people whom they have
 * blocked is in the inbox. What they have saved is their own choice, and counts.
 */
export async function inboxIn(
  tx: ReadTransaction,
): Promise<{ inbox: InboxItem[]; saved: SavedItem[] }> {
  const names = new Map(
    (await membershipsOf(tx)).map(({ roomID, name, direct }) => [
      roomID,
      direct ? undefined : name,
    ]),
  );
  const blocked = new Set((await blockedBy(tx)).map(({ id }) => id));
  const all = async <T extends MessageCopy>(prefix: string) => {
    const found = await tx.scan({ prefix }).values().toArray();
    return (found as unknown as T[]).filter(({ roomID }) => names.has(roomID));
  };
  const inbox = (await all<InboxEntry>("inbox/"))
    .filter(({ authorID }) => !blocked.has(authorID));
  const saved = await all<SavedMessage>("saved/");
  const read = new Map<string, number>();
  for (const { roomID } of inbox) {
    if (!read.has(roomID)) read.set(roomID, await readStateOf(tx, roomID));
  }
  return {
    inbox: inbox.sort((a, b) => b.createdAt - a.createdAt || b.seq - a.seq)
      .map((each) => ({
        ...each,
        room: names.get(each.roomID),
        unread: each.seq > read.get(each.roomID)!,
      })),
    saved: saved.sort((a, b) => b.savedAt - a.savedAt)
      .map((each) => ({ ...each, room: names.get(each.roomID) })),
  };
}
