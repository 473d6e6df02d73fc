// What people do in a room and in their own space from the islands; the same functions run in the browser and on the server.
import type { ReadonlyJSONValue, WriteTransaction } from "replicache";
import { mergeDrafts } from "./merge_drafts.ts";
import { withRun } from "./read_state.ts";
import { Refusal } from "./refusal.ts";
import { MAX_DRAFT } from "./lengths.ts";
import { args, type Message, type Room, valid } from "./schema.ts";
import {
  draftOf,
  memberIn,
  messageIn,
  readStateOf,
  roomIn,
} from "./queries.ts";

/**
 * Who acts. On the server it comes from the session, never from args; in the
 * browser it is what the page was told. What they are called stands in the
 * room, with the member. `now` gives milliseconds since 1970.
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

/** What people do in a room, bound to who acts. */
export function roomMutators(actor: Actor) {
  return {
    /** Under an ID that its author has used already it changes nothing. */
    async createMessage(tx: WriteTransaction, input: Args) {
      const { id, content, replyTo } = valid(args.createMessage, input);
      const { name } = await assertMember(tx, actor);
      const there = await messageIn(tx, id);
      if (there?.authorID === actor.userID) return;
      if (there) throw new Refusal("taken", "That id is someone else's.");

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
      if (tx.location === "client") message.pending = true;
      await tx.set(`message/${id}`, message);
      const runs = withRun(room.runs, actor.userID, seq);
      await tx.set("room", { ...room, messageCount: seq, runs });
    },

    async editMessage(tx: WriteTransaction, input: Args) {
      const { id, content } = valid(args.editMessage, input);
      await assertMember(tx, actor);
      const message = await assertMessage(tx, id);
      if (message.authorID !== actor.userID) {
        throw new Refusal("not-allowed", "Only its author can edit a message.");
      }
      if (message.content === content) return;
      const edited: Message = { ...message, content, editedAt: actor.now() };
      if (tx.location === "client") edited.pending = true;
      await tx.set(`message/${id}`, edited);
    },

    /** Deleting what is gone already changes nothing. */
    async deleteMessage(tx: WriteTransaction, input: Args) {
      const { id } = valid(args.deleteMessage, input);
      const member = await assertMember(tx, actor);
      const message = await messageIn(tx, id);
      if (!message) return;
      if (message.authorID !== actor.userID && member.role !== "owner") {
        throw new Refusal(
          "not-allowed",
          "Only its author or the room's owner can delete a message.",
        );
      }
      await tx.del(`message/${id}`);
    },

    async setReaction(tx: WriteTransaction, input: Args) {
      const { id, emoji, on } = valid(args.setReaction, input);
      await assertMember(tx, actor);
      const message = await assertMessage(tx, id);
      const { [emoji]: those = [], ...others } = message.reactions;
      const rest = those.filter((userID) => userID !== actor.userID);
      const people = on ? [...rest, actor.userID] : rest;
      await tx.set(`message/${id}`, {
        ...message,
        reactions: people.length > 0 ? { ...others, [emoji]: people } : others,
      });
    },

    /** What a room may be called the form checks that asks for this, and the server. */
    async updateRoom(tx: WriteTransaction, input: Args) {
      const member = await assertMember(tx, actor);
      if (member.role !== "owner") {
        throw new Refusal("not-allowed", "Only the owner can change the room.");
      }
      const room = await assertRoom(tx);
      const { name = room.name, topic = room.topic } = input as Partial<Room>;
      await tx.set("room", { ...room, name, topic });
    },
  };
}

/** What the islands do in a user's own space. */
export function userMutators() {
  return {
    /**
     * Never moves backwards, so two devices can mark in any order. A first mark
     * is kept even at 0: it says that they have been there.
     */
    async markRead(tx: WriteTransaction, input: Args) {
      const { roomID, seq } = valid(args.markRead, input);
      const key = `read/${roomID}`;
      if (await tx.has(key) && seq <= await readStateOf(tx, roomID)) return;
      await tx.set(key, { seq });
    },

    /**
     * `was` is what the writer knew: what another device has written since is
     * left in. Without it `content` takes the place of whatever is there.
     */
    async setDraft(tx: WriteTransaction, input: Args) {
      const { roomID, was, ...given } = valid(args.setDraft, input);
      const content = was === undefined
        ? given.content
        : mergeDrafts(await draftOf(tx, roomID), was, given.content)
          .slice(0, MAX_DRAFT);
      if (content === "") await tx.del(`draft/${roomID}`);
      else await tx.set(`draft/${roomID}`, { content });
    },
  };
}
