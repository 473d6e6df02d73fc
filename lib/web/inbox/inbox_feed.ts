// Brings messages into the inboxes of those to whom they speak, and keeps people's copies of them in step.
import type { WriteTransaction } from "replicache";
import { copyOf, inboxOf, MAX_INBOX, savedOf } from "../../chat/inbox.ts";
import { mentionedIn } from "../../chat/mentioned.ts";
import { isBot, isImported } from "../../chat/name_tags.ts";
import { MESSAGES } from "../../chat/queries.ts";
import type {
  BlockedPerson,
  InboxEntry,
  Member,
  Message,
  MessageCopy,
  Room,
  RoomSettings,
} from "../../chat/schema.ts";
import { DIRECT, kindOf, roomSpace, userSpace } from "../../chat/spaces.ts";
import { type Change, commitOrUnavailable, type Note } from "../../sync/mod.ts";
import type { ChatSync } from "../chat/domain.ts";
import { wordsOf } from "../chat/rich_text.ts";

/**
 * `["messageHolder", roomID, messageID, userID]`: that a person may have a copy
 * of a message. Stored before the copy. Of direct messages all who are in them
 * may, and there are none.
 */
const HOLDERS = "messageHolder";
const isDirect = (roomID: string): boolean => roomID.startsWith(DIRECT);

/** So many of those whom a message mentions have it in their inbox. */
const MAX_MENTIONED = 100;
const MEMBERS = "member/";
const KEYS_PER_READ = 10; // of KV
const KEYS_PER_COMMIT = 200;
/** What is changed of a person's copies in one commit: of each up to two copies of 4 kB, each with its entry of the log. */
const MESSAGES_PER_COMMIT = 10;
const PEOPLE_AT_ONCE = 10;

type Why = InboxEntry["why"];

/** What is to be done to one person's copies of messages of a room, by messageID: why a new one is to be in the inbox, if it is. */
type Updates = Map<string, Why | undefined>;

/** Messages as they are now, by ID; undefined for one that is gone. */
type Messages = ReadonlyMap<string, Message | undefined>;

/**
 * The notes of a space are followed in their order, and what they name is read
 * as it is now: whatever is done twice, or late, ends in the same.
 */
export class InboxFeed {
  constructor(
    private readonly kv: Deno.Kv,
    private readonly sync: ChatSync,
  ) {}

  /** Follows what is new in rooms, and what people have saved and left. */
  async follow(notes: readonly Note[]): Promise<void> {
    for (const [space, some] of Map.groupBy(notes, ({ space }) => space)) {
      const changes = some.flatMap(({ changes }) => changes);
      const kind = kindOf(space);
      if (kind?.kind === "room") await this.#followRoom(kind.roomID, changes);
      if (kind?.kind === "user") await this.#followOwn(kind.userID, changes);
    }
  }

  async #followRoom(roomID: string, changes: Change[]): Promise<void> {
    const changed = changes.filter(({ key }) => key.startsWith(MESSAGES));
    if (changed.length === 0) return;
    const ids = new Set(changed.map(({ key }) => key.slice(MESSAGES.length)));
    const messages = await this.#messages(roomID, [...ids]);
    const people = new Map<string, Updates>();
    const add = (userID: string, messageID: string, why?: Why) => {
      if (!people.has(userID)) people.set(userID, new Map());
      const updates = people.get(userID)!;
      updates.set(messageID, updates.get(messageID) ?? why);
    };
    if (isDirect(roomID)) {
      for (const { id } of await this.#members(roomID)) {
        for (const messageID of ids) {
          const isOwn = messages.get(messageID)?.authorID === id;
          add(id, messageID, isOwn ? undefined : "direct");
        }
      }
    } else {
      const wanted = await this.#wanted(roomID, messages);
      for (const { userID, messageID, why } of wanted) {
        add(userID, messageID, why);
      }
      await this.#storeHolders(roomID, wanted);
      // A new message may have been changed by the time it is told of.
      for (const messageID of ids) {
        const holders = this.kv.list({ prefix: [HOLDERS, roomID, messageID] });
        for await (const { key } of holders) {
          add(key.at(-1) as string, messageID);
        }
      }
    }
    await this.#updateAll(roomID, people, messages);
  }

  async #followOwn(userID: string, changes: Change[]): Promise<void> {
    const rooms = new Map<string, Updates>();
    for (const { key } of changes) {
      const [kind, roomID, messageID] = key.split("/");
      if (kind === "membership") await this.#leave(userID, roomID);
      if (!messageID) continue;
      if (!rooms.has(roomID)) rooms.set(roomID, new Map());
      rooms.get(roomID)!.set(messageID, undefined);
    }
    for (const [roomID, updates] of rooms) {
      const ids = [...updates.keys()];
      const holders = ids.map((messageID) => ({ userID, messageID }));
      // Before the messages are read: who changes one later finds them.
      await this.#storeHolders(roomID, holders);
      const messages = await this.#messages(roomID, ids);
      await this.#update(userID, roomID, updates, messages);
    }
  }

  /** For whom which messages of a room of many are, and why. */
  async #wanted(
    roomID: string,
    messages: Messages,
  ): Promise<{ userID: string; messageID: string; why: Why }[]> {
    const there = [...messages.values()].filter((each) =>
      each !== undefined && !isImported(each.authorID)
    ) as Message[];
    const answered = await this.#messages(
      roomID,
      there.flatMap(({ replyTo }) => replyTo ?? []),
    );
    const mayMention = there.some(({ content }) => content.includes("@"));
    const members = mayMention ? await this.#members(roomID) : [];
    return there.flatMap((message) => {
      const { id: messageID, authorID, content, replyTo = "" } = message;
      const whys = new Map<string, Why>();
      const replied = answered.get(replyTo)?.authorID;
      if (replied && !isBot(replied) && !isImported(replied)) {
        whys.set(replied, "reply");
      }
      const mentioned = mentionedIn(content, members).slice(0, MAX_MENTIONED);
      for (const { id } of mentioned) whys.set(id, "mention");
      whys.delete(authorID);
      return [...whys].map(([userID, why]) => ({ userID, messageID, why }));
    });
  }

  async #members(roomID: string): Promise<Pick<Member, "id" | "name">[]> {
    const members: Pick<Member, "id" | "name">[] = [];
    for await (const { value } of this.sync.scan(roomSpace(roomID), MEMBERS)) {
      const { id, name } = value as Member;
      members.push({ id, name });
    }
    return members;
  }

  async #messages(roomID: string, ids: string[]): Promise<Messages> {
    const messages = new Map<string, Message | undefined>();
    const all = [...new Set(ids)];
    for (let i = 0; i < all.length; i += KEYS_PER_READ) {
      const some = all.slice(i, i + KEYS_PER_READ);
      const found = await this.sync.get(
        roomSpace(roomID),
        ...some.map((id) => MESSAGES + id),
      );
      some.forEach((id, j) =>
        messages.set(id, found[j] as Message | undefined)
      );
    }
    return messages;
  }

  async #storeHolders(
    roomID: string,
    all: readonly { userID: string; messageID: string }[],
  ): Promise<void> {
    if (isDirect(roomID)) return;
    for (let i = 0; i < all.length; i += KEYS_PER_COMMIT) {
      const atomic = this.kv.atomic();
      for (const { userID, messageID } of all.slice(i, i + KEYS_PER_COMMIT)) {
        atomic.set([HOLDERS, roomID, messageID, userID], true);
      }
      await commitOrUnavailable(atomic);
    }
  }

  async #updateAll(
    roomID: string,
    people: ReadonlyMap<string, Updates>,
    messages: Messages,
  ): Promise<void> {
    const all = [...people];
    for (let i = 0; i < all.length; i += PEOPLE_AT_ONCE) {
      await Promise.all(
        all.slice(i, i + PEOPLE_AT_ONCE).map(([userID, updates]) =>
          this.#update(userID, roomID, updates, messages)
        ),
      );
    }
  }

  /** Brings a person's copies in step with messages, and takes note of those that they have none of. */
  async #update(
    userID: string,
    roomID: string,
    updates: Updates,
    messages: Messages,
  ): Promise<void> {
    const [room] = await this.sync.get(roomSpace(roomID), "room");
    const all = [...updates];
    for (let i = 0; i < all.length; i += MESSAGES_PER_COMMIT) {
      const some = all.slice(i, i + MESSAGES_PER_COMMIT);
      const gone = await this.sync.write(
        [userSpace(userID)],
        (own) =>
          updateCopies(own, room as Room | undefined, roomID, some, messages),
      );
      if (gone.length === 0 || isDirect(roomID)) continue;
      const atomic = this.kv.atomic();
      for (const messageID of gone) {
        atomic.delete([HOLDERS, roomID, messageID, userID]);
      }
      await commitOrUnavailable(atomic);
    }
  }

  /** Deletes a person's copies of a room's messages, unless they are in it again. Each leaves a note, by which its holder goes. */
  async #leave(userID: string, roomID: string): Promise<void> {
    for (let more = true; more;) {
      more = await this.sync.write([userSpace(userID)], async (own) => {
        if (await own.has(`membership/${roomID}`)) return false;
        for (const prefix of [inboxOf(roomID), savedOf(roomID)]) {
          const limit = MESSAGES_PER_COMMIT;
          const some = await own.scan({ prefix, limit }).keys().toArray();
          for (const key of some) await own.del(key);
          if (some.length > 0) return true;
        }
        return false;
      });
    }
  }
}

/** Of some messages, in a person's own space; gives back the IDs of those that they have no copy of then. */
async function updateCopies(
  own: WriteTransaction,
  room: Room | undefined,
  roomID: string,
  updates: readonly [messageID: string, why: Why | undefined][],
  messages: Messages,
): Promise<string[]> {
  const isMember = await own.has(`membership/${roomID}`);
  const isWanted = await wantedBy(own, room, roomID);
  const gone: string[] = [];
  let isAny = false;
  for (const [messageID, why] of updates) {
    const message = isMember ? messages.get(messageID) : undefined;
    const copy = message &&
      copyOf(roomID, message, wordsOf(message.content));
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
