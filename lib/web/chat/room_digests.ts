// What lists of rooms say of a room to whoever reads them, remembered until the room changes.
import { asSeenBy } from "../../chat/direct.ts";
import { fold } from "../../chat/fold.ts";
import { lastOf } from "../../chat/last_message.ts";
import { mentionsName } from "../../chat/mentions.ts";
import { MAX_UNREAD } from "../../chat/read_state.ts";
import type { Ban, Member, Message, Room } from "../../chat/schema.ts";
import { roomSpace } from "../../chat/spaces.ts";
import type { LastMessage, User } from "../../chat/views.ts";
import type { ChatSync } from "./domain.ts";

/**
 * In UTF-16 units: of a room's newest messages, what is looked through for
 * mentions. To look through the longest text that is made to be slow takes 15 ms.
 */
const MAX_LOOKED_THROUGH = 12_000;

const MAX_DIGESTS = 5_000;
const MAX_RECENT = 500; // rooms, of 60 kB at the most
const MAX_MENTIONS = 1_000; // texts, of 8 kB at the most

/** A room with its last message and who wrote it, and who is banned, as of a state of its space; of direct messages also who is in it. */
export type RoomDigest = {
  state: string;
  room: Room;
  last: LastMessage | null;
  lastAuthorID?: string;
  bans: readonly Ban[];
  members?: Member[];
};

/** A message as it is counted: with its text, folded too, where that may mention somebody. */
type RecentMessage = Pick<Message, "seq" | "authorID"> & {
  text?: { written: string; folded: string };
};

export class RoomDigests {
  readonly #digests = new Remembered<Promise<RoomDigest | undefined>>(
    MAX_DIGESTS,
  );
  readonly #recent = new Remembered<Promise<RecentMessage[]>>(MAX_RECENT);
  readonly #mentions = new Remembered<boolean>(MAX_MENTIONS);

  constructor(private readonly sync: ChatSync) {}

  /** A room's digest as of now; undefined when there is no such room. */
  async of(roomID: string): Promise<RoomDigest | undefined> {
    const state = await this.sync.stateOf(roomSpace(roomID));
    if (state === undefined) return undefined;
    return await this.#asOf(
      this.#digests,
      roomID,
      state,
      () => this.#read(roomID, state),
    );
  }

  /** What a room is called to a person: direct messages after the others in them; undefined when there is no such room. */
  async nameOf(roomID: string, userID: string): Promise<string | undefined> {
    const digest = await this.of(roomID);
    return digest &&
      asSeenBy(digest.room, digest.members ?? [], userID).name;
  }

  /**
   * How many of the newest messages of others, and not of those whom they have
   * `blocked`, a person has not read, at most `MAX_UNREAD`, and how many of
   * them mention the person.
   */
  async unreadOf(
    { room, state }: RoomDigest,
    person: User,
    readSeq: number,
    blocked: ReadonlySet<string>,
  ): Promise<{ unread: number; mentions: number }> {
    if (readSeq >= room.messageCount) return { unread: 0, mentions: 0 };
    const recent = await this.#asOf(
      this.#recent,
      room.id,
      state,
      () => this.#readRecent(room.id),
    );
    const unread = recent.filter(({ seq, authorID }) =>
      seq > readSeq && authorID !== person.userID && !blocked.has(authorID)
    );
    const [firstWord] = fold(person.name).split(/\s/);
    const mentions = unread.filter(({ text }) =>
      text?.folded.includes(`@${firstWord}`) &&
      this.#mentionsName(text.written, person.name)
    );
    return { unread: unread.length, mentions: mentions.length };
  }

  async #read(
    roomID: string,
    state: string,
  ): Promise<RoomDigest | undefined> {
    const space = roomSpace(roomID);
    const [newest] = await this.sync.newest(space, "message/", 1);
    const message = newest?.value as Message | undefined;
    // Read last: whom these let read the room, they let read the message.
    const [room, bans] = await this.sync.get(space, "room", "bans");
    if (!room) return undefined;
    const { direct } = room as Room;
    return {
      state,
      room: room as Room,
      ...direct && { members: await this.#membersIn(space) },
      last: message ? lastOf(message) : null,
      lastAuthorID: message?.authorID,
      bans: bans as Ban[] | undefined ?? [],
    };
  }

  /** Of direct messages there are few. */
  async #membersIn(space: string): Promise<Member[]> {
    const members: Member[] = [];
    for await (const { value } of this.sync.scan(space, "member/")) {
      members.push(value as Member);
    }
    return members.sort((a, b) => a.joinedAt - b.joinedAt);
  }

  async #readRecent(roomID: string): Promise<RecentMessage[]> {
    const space = roomSpace(roomID);
    const newest = await this.sync.newest(space, "message/", MAX_UNREAD);
    let length = 0;
    return newest.map(({ value }) => {
      const { seq, authorID, content } = value as Message;
      if (!content.includes("@")) return { seq, authorID };
      length += content.length;
      if (length > MAX_LOOKED_THROUGH) return { seq, authorID };
      const text = { written: content, folded: fold(content) };
      return { seq, authorID, text };
    });
  }

  /** Remembered by the text: after each message that comes the others are looked through again. */
  #mentionsName(text: string, name: string): boolean {
    return this.#mentions.get(
      `${name}\n${text}`,
      () => mentionsName(text, name),
    );
  }

  /** What `read` finds, read once for each state of a room; not remembered when it fails. */
  async #asOf<V>(
    remembered: Remembered<Promise<V>>,
    roomID: string,
    state: string,
    read: () => Promise<V>,
  ): Promise<V> {
    const key = `${roomID} ${state}`;
    try {
      return await remembered.get(key, read);
    } catch (error) {
      remembered.delete(key);
      throw error;
    }
  }
}

/** Values by key; above a number of them the one that was asked for longest ago goes. */
class Remembered<V> {
  readonly #values = new Map<string, V>();

  constructor(private readonly most: number) {}

  get(key: string, make: () => V): V {
    const value = this.#values.has(key) ? this.#values.get(key)! : make();
    this.#values.delete(key);
    this.#values.set(key, value);
    if (this.#values.size > this.most) {
      this.#values.delete(this.#values.keys().next().value!);
    }
    return value;
  }

  delete(key: string): void {
    this.#values.delete(key);
  }
}
