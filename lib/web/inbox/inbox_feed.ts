// Brings messages into the inboxes of those to whom they speak, and keeps people's copies of them in step.
import { inboxOf, savedOf } from "../../chat/inbox.ts";
import { mayBeMentionedIn, mentionFinder } from "../../chat/mentioned.ts";
import { isBot, isImported } from "../../chat/name_tags.ts";
import { MESSAGES } from "../../chat/queries.ts";
import type { Member, Message, Room } from "../../chat/schema.ts";
import { isDirect, kindOf, roomSpace, userSpace } from "../../chat/spaces.ts";
import type { Change, Note } from "../../sync/mod.ts";
import type { ChatSync } from "../chat/domain.ts";
import { ToldEdits } from "../jobs/told_edits.ts";
import { CopySource, type Messages, updateCopies, type Why } from "./copies.ts";
import { Holders, keysOfCopies } from "./holders.ts";

/** So many of those whom a message mentions have it in their inbox. */
const MAX_MENTIONED = 100;
const MEMBERS = "member/";
const KEYS_PER_READ = 10; // of KV
/** What is changed of a person's copies in one commit: of each up to two copies of 4 kB, each with its entry of the log. */
const MESSAGES_PER_COMMIT = 10;
/** Messages that are looked up, or people whose copies are brought in step. */
const AT_ONCE = 10;

/** What is to be done to one person's copies of messages of a room, by messageID: why a new one is to be in the inbox, if it is. */
type Updates = Map<string, Why | undefined>;

/** What has become of messages of a room, by their IDs. */
type News = {
  /** Those that may be for somebody. */
  created: Set<string>;
  /** When: those whose new text may be. */
  edited: Map<string, number>;
  /** All that were there before: edited, deleted, or only reacted to. */
  changed: Set<string>;
};

/**
 * The notes of a space are followed in their order, and what they name is read
 * as it is now: whatever is done twice, or late, ends in the same. A process
 * that slept on what it has read writes nothing once it has lost its lease.
 */
export class InboxFeed {
  readonly #holders: Holders;
  readonly #edits: ToldEdits;

  constructor(
    kv: Deno.Kv,
    private readonly sync: ChatSync,
  ) {
    this.#holders = new Holders(kv);
    this.#edits = new ToldEdits(kv, "inboxEdited");
  }

  /** Follows what is new in a room, or what a person has saved and left. */
  async follow(
    space: string,
    notes: readonly Note[],
    term: Deno.AtomicCheck,
  ): Promise<void> {
    const changes = notes.flatMap(({ changes }) => changes);
    const kind = kindOf(space);
    if (kind?.kind === "room") {
      await this.#followRoom(kind.roomID, changes, term);
    }
    if (kind?.kind === "user") {
      await this.#followOwn(kind.userID, changes, term);
    }
  }

  /**
   * Brings all copies that there are in step, and notes who has them: in a
   * store to which no notes, and no such records, have come.
   */
  async followAll(term: Deno.AtomicCheck): Promise<void> {
    const follow = async (userID: string) => {
      const copies = await keysOfCopies(this.sync, userID);
      await this.#followCopies(userID, copies, term);
    };
    let some: string[] = [];
    for await (const { space } of this.sync.scanSpaces(userSpace(""))) {
      const kind = kindOf(space);
      if (kind?.kind === "user") some.push(kind.userID);
      if (some.length < AT_ONCE) continue;
      await someAtOnce(some, follow);
      some = [];
    }
    await someAtOnce(some, follow);
  }

  async #followRoom(
    roomID: string,
    changes: Change[],
    term: Deno.AtomicCheck,
  ): Promise<void> {
    const { created, edited, changed } = newsIn(changes, isDirect(roomID));
    await someAtOnce([...edited], async ([messageID, editedAt]) => {
      const isNews = await this.#edits.isNews(roomID, messageID, editedAt);
      if (!isNews) edited.delete(messageID);
    });
    const ids = created.union(changed);
    if (ids.size === 0) return;
    const messages = await this.#messages(roomID, ids);
    const people = new Map<string, Updates>();
    const add = (userID: string, messageID: string, why?: Why) => {
      if (!people.has(userID)) people.set(userID, new Map());
      const updates = people.get(userID)!;
      updates.set(messageID, updates.get(messageID) ?? why);
    };
    if (isDirect(roomID)) {
      for await (const { id } of this.#members(roomID)) {
        for (const messageID of ids) {
          const isOwn = messages.get(messageID)?.authorID === id;
          const isNew = created.has(messageID) && !isOwn;
          add(id, messageID, isNew ? "direct" : undefined);
        }
      }
    } else {
      const wanted = await this.#wanted(roomID, { created, edited }, messages);
      for (const { userID, messageID, why } of wanted) {
        add(userID, messageID, why);
      }
      await this.#holders.add(roomID, wanted, term);
      // Of a new one as well: a process that died may have stored some for
      // people who have left since.
      await someAtOnce([...ids], async (messageID) => {
        for (const userID of await this.#holders.of(roomID, messageID)) {
          add(userID, messageID);
        }
      });
    }
    await this.#updateAll(roomID, people, messages, term);
    for (const [messageID, editedAt] of edited) {
      await this.#edits.told(roomID, messageID, editedAt);
    }
  }

  async #followOwn(
    userID: string,
    changes: readonly Change[],
    term: Deno.AtomicCheck,
  ): Promise<void> {
    for (const { key } of changes) {
      const [kind, roomID] = key.split("/");
      if (kind === "membership") await this.#leave(userID, roomID);
    }
    await this.#followCopies(userID, changes.map(({ key }) => key), term);
  }

  /** Brings those of a person's copies in step that are named among these keys, and stores that they may have them. */
  async #followCopies(
    userID: string,
    keys: readonly string[],
    term: Deno.AtomicCheck,
  ): Promise<void> {
    const rooms = new Map<string, Updates>();
    for (const key of keys) {
      const [, roomID, messageID] = key.split("/");
      if (!messageID) continue;
      if (!rooms.has(roomID)) rooms.set(roomID, new Map());
      rooms.get(roomID)!.set(messageID, undefined);
    }
    for (const [roomID, updates] of rooms) {
      const ids = new Set(updates.keys());
      const holders = [...ids].map((messageID) => ({ userID, messageID }));
      // Before the messages are read: who changes one later finds them.
      await this.#holders.add(roomID, holders, term);
      const messages = await this.#messages(roomID, ids);
      const people = new Map([[userID, updates]]);
      await this.#updateAll(roomID, people, messages, term);
    }
  }

  /** For whom which messages of a room of many are, and why; those that were edited only for whom they mention. */
  async #wanted(
    roomID: string,
    { created, edited }: Pick<News, "created" | "edited">,
    messages: Messages,
  ): Promise<{ userID: string; messageID: string; why: Why }[]> {
    const there = [...created.union(edited)]
      .map((id) => messages.get(id))
      .filter((each) => each && !isImported(each.authorID)) as Message[];
    const replies = there.filter(({ id }) => created.has(id))
      .map(({ replyTo }) => replyTo).filter((id) => id !== undefined);
    const answered = await this.#messages(roomID, new Set(replies));
    const mentionedBy = await this.#mentions(roomID, there);
    return there.flatMap(
      ({ id: messageID, authorID, content, replyTo = "" }) => {
        const whys = new Map<string, Why>();
        const replied = answered.get(replyTo)?.authorID;
        if (replied && !isBot(replied) && !isImported(replied)) {
          whys.set(replied, "reply");
        }
        const mentioned = mentionedBy(content).slice(0, MAX_MENTIONED);
        for (const { id } of mentioned) whys.set(id, "mention");
        whys.delete(authorID);
        return [...whys].map(([userID, why]) => ({ userID, messageID, why }));
      },
    );
  }

  /** What says whom of a room's members the text of one of these messages mentions. */
  async #mentions(
    roomID: string,
    messages: readonly Message[],
  ): Promise<(text: string) => Pick<Member, "id" | "name">[]> {
    const texts = messages.map(({ content }) => content)
      .filter((content) => content.includes("@"));
    if (texts.length === 0) return () => [];
    const mayBeMentioned = mayBeMentionedIn(texts);
    const members: Pick<Member, "id" | "name">[] = [];
    for await (const { id, name } of this.#members(roomID)) {
      if (mayBeMentioned(name)) members.push({ id, name });
    }
    return mentionFinder(members);
  }

  async *#members(roomID: string): AsyncGenerator<Member> {
    for await (const { value } of this.sync.scan(roomSpace(roomID), MEMBERS)) {
      yield value as Member;
    }
  }

  async #messages(
    roomID: string,
    ids: ReadonlySet<string>,
  ): Promise<Messages> {
    const messages = new Map<string, Message | undefined>();
    const all = [...ids];
    const parts = Array.from(
      { length: Math.ceil(all.length / KEYS_PER_READ) },
      (_, i) => all.slice(KEYS_PER_READ * i, KEYS_PER_READ * (i + 1)),
    );
    await someAtOnce(parts, async (some) => {
      const found = await this.sync.get(
        roomSpace(roomID),
        ...some.map((id) => MESSAGES + id),
      );
      some.forEach((id, j) =>
        messages.set(id, found[j] as Message | undefined)
      );
    });
    return messages;
  }

  async #updateAll(
    roomID: string,
    people: ReadonlyMap<string, Updates>,
    messages: Messages,
    term: Deno.AtomicCheck,
  ): Promise<void> {
    if (people.size === 0) return;
    const [room] = await this.sync.get(roomSpace(roomID), "room");
    const source = new CopySource(roomID, room as Room | undefined, messages);
    await someAtOnce(
      [...people],
      ([userID, updates]) => this.#update(userID, updates, source, term),
    );
  }

  /** Brings a person's copies in step with messages, and takes note of those that they have none of. */
  async #update(
    userID: string,
    updates: Updates,
    source: CopySource,
    term: Deno.AtomicCheck,
  ): Promise<void> {
    const { roomID } = source;
    const all = [...updates];
    for (let i = 0; i < all.length; i += MESSAGES_PER_COMMIT) {
      const some = all.slice(i, i + MESSAGES_PER_COMMIT);
      const gone = await this.sync.write(
        [userSpace(userID)],
        (own) => updateCopies(own, source, some),
        term,
      );
      await this.#holders.delete(roomID, gone, userID, term);
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

async function someAtOnce<T>(
  all: readonly T[],
  run: (each: T) => Promise<void>,
): Promise<void> {
  for (let i = 0; i < all.length; i += AT_ONCE) {
    await Promise.all(all.slice(i, i + AT_ONCE).map(run));
  }
}

/** What became of messages of a room, of those that may be in an inbox. */
function newsIn(changes: readonly Change[], isDirect: boolean): News {
  const news: News = {
    created: new Set(),
    edited: new Map(),
    changed: new Set(),
  };
  for (const { key, value, was } of changes) {
    if (!key.startsWith(MESSAGES)) continue;
    const id = key.slice(MESSAGES.length);
    const message = value as Message | undefined;
    const mayMention = message?.content.includes("@");
    if (message && was === undefined) {
      if (isDirect || mayMention || message.replyTo) news.created.add(id);
      continue;
    }
    news.changed.add(id);
    if (!isDirect && mayMention && message?.editedAt !== undefined) {
      news.edited.set(id, message.editedAt);
    }
  }
  return news;
}
