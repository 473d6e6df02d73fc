// A person's copies of a room's messages: brought in step with these, in the person's own space.
import type { WriteTransaction } from "replicache";
import { copyOf, inboxOf, MAX_INBOX, savedOf } from "../../chat/inbox.ts";
import type {
  BlockedPerson,
  InboxEntry,
  Message,
  MessageCopy,
  Room,
  RoomSettings,
} from "../../chat/schema.ts";
import { wordsOf } from "../chat/rich_text.ts";

/** Messages as they are now, by ID; undefined for one that is gone. */
export type Messages = ReadonlyMap<string, Message | undefined>;

/** Why a message is in an inbox. */
export type Why = InboxEntry["why"];

/** A room's messages, and what people are to have of them, made once each. */
export class CopySource {
  readonly #copies = new Map<string, MessageCopy | undefined>();

  constructor(
    readonly roomID: string,
    readonly room: Room | undefined,
    private readonly messages: Messages,
  ) {}

  copyOf(messageID: string): MessageCopy | undefined {
    if (!this.#copies.has(messageID)) {
      const message = this.messages.get(messageID);
      const copy = message &&
        copyOf(this.roomID, message, wordsOf(message.content));
      this.#copies.set(messageID, copy);
    }
    return this.#copies.get(messageID);
  }
}

/** Of some messages, in a person's own space; gives back the IDs of those that they have no copy of then. */
export async function updateCopies(
  own: WriteTransaction,
  source: CopySource,
  updates: readonly [messageID: string, why: Why | undefined][],
): Promise<string[]> {
  const { roomID, room } = source;
  const isMember = await own.has(`membership/${roomID}`);
  const isWanted = await wantedBy(own, room, roomID);
  const gone: string[] = [];
  let isAny = false;
  for (const [messageID, why] of updates) {
    const copy = isMember ? source.copyOf(messageID) : undefined;
    const key = inboxOf(roomID) + messageID;
    const isInInbox = await bringInStep(own, key, copy);
    const isSaved = await bringInStep(own, savedOf(roomID) + messageID, copy);
    const isNew = !isInInbox && copy && why && isWanted(copy);
    if (isNew) await own.set(key, { ...copy, why });
    isAny ||= Boolean(isNew);
    if (!isInInbox && !isSaved && !isNew) gone.push(messageID);
  }
  if (isAny) await keepNewest(own);
  return gone;
}

/** Which messages of a room a person wants in their inbox. */
async function wantedBy(
  own: WriteTransaction,
  room: Room | undefined,
  roomID: string,
): Promise<(copy: MessageCopy) => boolean> {
  const settings = await own.get(`settings/${roomID}`) as
    | RoomSettings
    | undefined;
  const all = await own.get("blocked") as readonly BlockedPerson[] | undefined;
  const blocked = new Set(all?.map(({ id }) => id));
  const isUnwanted = !room || settings?.notify === "muted" ||
    (room.direct && blocked.has(room.createdBy));
  return ({ authorID }) => !isUnwanted && !blocked.has(authorID);
}

/** Changes a copy, or deletes it where there is none to be; gives back whether it is there then. */
async function bringInStep(
  own: WriteTransaction,
  key: string,
  copy: MessageCopy | undefined,
): Promise<boolean> {
  const there = await own.get(key) as MessageCopy | undefined;
  if (!there) return false;
  if (!copy) await own.del(key);
  else {
    const { fileCount: _, ...rest } = there;
    const next = { ...rest, ...copy };
    if (!isSame(there, next)) await own.set(key, next);
  }
  return copy !== undefined;
}

/** Takes the oldest out of an inbox that is too full. */
async function keepNewest(own: WriteTransaction): Promise<void> {
  const all = await own.scan({ prefix: "inbox/" }).entries().toArray();
  if (all.length <= MAX_INBOX) return;
  const oldest = (all as unknown as [string, InboxEntry][])
    .sort(([, a], [, b]) => a.createdAt - b.createdAt)
    .slice(0, all.length - MAX_INBOX);
  for (const [key] of oldest) await own.del(key);
}

/** Whether two flat objects hold the same. */
function isSame(a: MessageCopy, b: MessageCopy): boolean {
  const [one, other] = [Object.entries(a), Object.entries(b)];
  return one.length === other.length &&
    one.every(([key, value]) => b[key as keyof MessageCopy] === value);
}
