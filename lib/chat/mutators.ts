// The mutators of a room and of a person's own space that the islands call: the same functions run in the browser and on the server.
import type { ReadonlyJSONValue, WriteTransaction } from "replicache";
import { mergeDrafts } from "./merge_drafts.ts";
import { withRun } from "./read_state.ts";
import { Refusal } from "./refusal.ts";
import { MAX_DRAFT, MAX_REACTION_KINDS, MAX_REACTIONS } from "./lengths.ts";
import {
  args,
  type BlockedPerson,
  type Message,
  type MessageFile,
  type ReadState,
  type Room,
  type RoomSettings,
  valid,
} from "./schema.ts";
import {
  blockedBy,
  draftOf,
  memberIn,
  messageIn,
  readStateOf,
  roomIn,
} from "./queries.ts";

/**
 * The person in whose name a mutator runs: on the server the session's, never
 * one from args; in the browser the one whom the page was made for. Their name
 * is in the room's entry `member/…`. `now` returns milliseconds since 1970.
 */
export type Actor = { userID: string; now: () => number };

export type Args = ReadonlyJSONValue | undefined;

async function assertMember(tx: WriteTransaction, actor: Actor) {
  const member = await memberIn(tx, actor.userID);
  if (member) return member;
  throw new Refusal("not-allowed", "Only members of the room can do this.");
}

async function assertMessage(tx: WriteTransaction, id: string) {
  const message = await messageIn(tx, id);
  if (message) return message;
  throw new Refusal("not-found", "That message is no longer there.");
}

async function assertRoom(tx: WriteTransaction): Promise<Room> {
  const room = await roomIn(tx);
  if (room) return room;
  throw new Refusal("not-found", "That room is no longer there.");
}

/** The mutators of a room, in the name of `actor`. */
export function roomMutators(actor: Actor) {
  return {
    /** Changes nothing when its author has a message of that ID already: it may run twice. */
    async createMessage(tx: WriteTransaction, input: Args) {
      const { id, content, replyTo, files = [] } = valid(
        args.createMessage,
        input,
      );
      if (files.length === 0) valid(args.text, input);
      const { name } = await assertMember(tx, actor);
      const there = await messageIn(tx, id);
      if (there?.authorID === actor.userID) return;
      if (there) {
        throw new Refusal("taken", "Someone else's message has that ID.");
      }

      const room = await assertRoom(tx);
      const seq = room.messageCount + 1;
      const message: Message = {
        id,
        seq,
        authorID: actor.userID,
        from: name,
        content,
        createdAt: actor.now(),
        reactions: {},
      };
      if (replyTo !== undefined) message.replyTo = replyTo;
      if (files.length > 0) message.files = files as MessageFile[];
      const runs = withRun(room.runs, actor.userID, seq);
      const next: Room = { ...room, messageCount: seq, runs };
      if (tx.location === "client") {
        message.pending = true;
        next.pendingCount = (room.pendingCount ?? 0) + 1;
      }
      await tx.set(`message/${id}`, message);
      await tx.set("room", next);
    },

    async editMessage(tx: WriteTransaction, input: Args) {
      const { id, content } = valid(args.editMessage, input);
      await assertMember(tx, actor);
      const message = await assertMessage(tx, id);
      if (message.authorID !== actor.userID) {
        throw new Refusal("not-allowed", "Only its author can edit a message.");
      }
      if (!message.files) valid(args.text, input);
      if (message.content === content) return;
      const edited: Message = { ...message, content, editedAt: actor.now() };
      if (tx.location === "client") edited.pending = true;
      await tx.set(`message/${id}`, edited);
    },

    /** Changes nothing when the message is gone already. */
    async deleteMessage(tx: WriteTransaction, input: Args) {
      const { id } = valid(args.deleteMessage, input);
      const member = await assertMember(tx, actor);
      const message = await messageIn(tx, id);
      if (!message) return;
      if (message.authorID !== actor.userID && member.role !== "owner") {
        throw new Refusal(
          "not-allowed",
          "Only its author or an owner of the room can delete a message.",
        );
      }
      await tx.del(`message/${id}`);
    },

    /** Taking one back is never refused: earlier releases stored more, and longer ones. */
    async setReaction(tx: WriteTransaction, input: Args) {
      const { id, emoji, on } = valid(args.setReaction, input);
      await assertMember(tx, actor);
      const message = await assertMessage(tx, id);
      const those = Object.hasOwn(message.reactions, emoji)
        ? message.reactions[emoji]
        : [];
      if (those.includes(actor.userID) === on) return;
      const people = on
        ? [...those, actor.userID]
        : those.filter((userID) => userID !== actor.userID);
      const reactions = { ...message.reactions, [emoji]: people };
      if (people.length === 0) delete reactions[emoji];
      const isKindTooMany = those.length === 0 &&
        Object.keys(reactions).length > MAX_REACTION_KINDS;
      const { length } = new TextEncoder().encode(JSON.stringify(reactions));
      if (on && (isKindTooMany || length > MAX_REACTIONS)) {
        throw new Refusal("full", "This message can't take more reactions.");
      }
      await tx.set(`message/${id}`, { ...message, reactions });
    },

    /** Args are checked by the form and by the server (names.ts), which the room's page need not load. */
    async updateRoom(tx: WriteTransaction, input: Args) {
      const member = await assertMember(tx, actor);
      if (member.role !== "owner") {
        throw new Refusal("not-allowed", "Only owners can change the room.");
      }
      const room = await assertRoom(tx);
      const { name = room.name, topic = room.topic } = input as Partial<Room>;
      await tx.set("room", { ...room, name, topic });
    },
  };
}

/** Whom a person has blocked besides this one. */
const others = async (tx: WriteTransaction, userID: string) =>
  (await blockedBy(tx)).filter(({ id }) => id !== userID);

/**
 * The mutators of a user's own space, as far as islands call them. Their args
 * are checked by the server, so that the room's page need not load that.
 */
export function userMutators() {
  return {
    /**
     * Never goes back, so devices can call it in any order. The first one is
     * stored even with 0: it says that the person has been in the room.
     */
    async markRead(tx: WriteTransaction, input: Args) {
      const { roomID, seq } = input as ReadState & { roomID: string };
      const key = `read/${roomID}`;
      if (await tx.has(key) && seq <= await readStateOf(tx, roomID)) return;
      await tx.set(key, { seq });
    },

    async blockPerson(tx: WriteTransaction, input: Args) {
      const person = input as BlockedPerson;
      await tx.set("blocked", [...await others(tx, person.id), person]);
    },

    async unblockPerson(tx: WriteTransaction, input: Args) {
      const { id } = input as BlockedPerson;
      await tx.set("blocked", await others(tx, id));
    },

    /**
     * What is not named stays. Goes with the membership, so that there are no
     * more of them than rooms.
     */
    async setRoomSettings(tx: WriteTransaction, input: Args) {
      const changes = input as RoomSettings;
      const { roomID } = changes;
      if (!await tx.has(`membership/${roomID}`)) return;
      const key = `settings/${roomID}`;
      const before = await tx.get(key) as RoomSettings | undefined;
      await tx.set(key, { ...before, ...changes });
    },

    /** Saves a message for later, or, without `message`, takes it out again. */
    async setSaved(tx: WriteTransaction, input: Args) {
      const { roomID, id, message } = input as {
        roomID: string;
        id: string;
        message?: ReadonlyJSONValue;
      };
      const key = `saved/${roomID}/${id}`;
      if (message) await tx.set(key, message);
      else await tx.del(key);
    },

    /**
     * `was` is the draft as this device knew it: what another device has written
     * since then stays (merge_drafts.ts). Without it `content` replaces the draft.
     */
    async setDraft(tx: WriteTransaction, input: Args) {
      const { roomID, was, ...given } = input as {
        roomID: string;
        content: string;
        was?: string;
      };
      const content = was === undefined
        ? given.content
        : mergeDrafts(await draftOf(tx, roomID), was, given.content)
          .slice(0, MAX_DRAFT).replace(/[\ud800-\udbff]$/, "");
      if (content === "") await tx.del(`draft/${roomID}`);
      else await tx.set(`draft/${roomID}`, { content });
    },
  };
}
