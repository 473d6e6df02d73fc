// The mutators as the server runs them: those of mutators.ts with its further checks, and `setProfile`.
import * as v from "@badrap/valita";
import type { WriteTransaction } from "replicache";
import {
  type Actor,
  type Args,
  roomMutators as islandRoomMutators,
  userMutators,
} from "./mutators.ts";
import { DELETED_USER } from "./direct.ts";
import { filesArgs } from "./files.ts";
import { mayHaveDraft } from "./drafts.ts";
import { MAX_SAVED, MAX_SHOWN_UNITS, savedOf, tooManySaved } from "./inbox.ts";
import { MAX_CONTENT, MAX_DRAFT, MAX_NAME } from "./lengths.ts";
import { lookOf } from "./name_tags.ts";
import { Name, Status, updateRoomArgs } from "./names.ts";
import {
  blockedBy,
  memberIn,
  messageIn,
  profileOf,
  roomIn,
} from "./queries.ts";
import { Refusal } from "./refusal.ts";
import { args, type FileFacts, ID, type MessageFile, valid } from "./schema.ts";

export type { Actor };

/** What a person may be called: not what stands in the place of people who are gone. */
const PersonName = Name.assert(
  (name) => lookOf(name) !== lookOf(DELETED_USER),
  `“${DELETED_USER}” stands for people who have left.`,
);

/** What signing in and renaming ask for. */
export const nameArgs = v.object({ name: PersonName });

/** What `setProfile` may change; an empty status is none. */
const setProfileArgs = v.object({
  name: PersonName.optional(),
  status: Status.optional(),
});

// One that Unicode recommends, family, flag or keycap too; one without the
// selector that colours it; or one that is newer than this server's Unicode.
const EMOJI =
  /^(?:\p{RGI_Emoji}|(?!\p{Emoji_Component})\p{Emoji}|(?=\p{Cn})\p{Extended_Pictographic}\p{Emoji_Modifier}?)$/v;

/** One emoji, as a reaction is. */
export const Emoji = v.string().assert(
  // The last release's list of emoji has a selector after coloured ones, too.
  (text) =>
    EMOJI.test(text.replace(/(?<=^\p{Emoji_Presentation})\ufe0f$/u, "")),
  "This is not one emoji.",
);
const setReactionArgs = v.object({ emoji: Emoji });

/**
 * What is stored of a file that the actor has uploaded for a message of theirs:
 * `missing` when they have uploaded none, or it has gone, and `full` when the
 * room takes no more.
 */
export type FileOf = (
  messageID: string,
  fileID: string,
) => FileFacts | "missing" | "full";

/**
 * The mutators of a room. What the server checks besides is here, so that the
 * room's page need not load it.
 */
export function serverRoomMutators(
  actor: Actor,
  fileOf: FileOf = () => "missing",
) {
  const { createMessage, setReaction, updateRoom, ...others } =
    islandRoomMutators(actor);

  /** The files of a message that is created, as far as the server knows better. */
  function storedFiles(messageID: string, input: Args): MessageFile[] {
    return valid(filesArgs, input).files.map(({ id, name, alt }) => {
      const facts = fileOf(messageID, id);
      if (facts === "missing") {
        throw new Refusal("file-missing", `“${name}” is to be uploaded again.`);
      }
      if (facts === "full") {
        throw new Refusal("full", "This room can't take more files.");
      }
      return { ...facts, name, ...alt !== undefined && { alt } };
    });
  }

  return {
    ...others,

    async createMessage(tx: WriteTransaction, input: Args) {
      const { id, files = [] } = valid(args.createMessage, input);
      // Of one that is there already it is nobody's business what its files have become.
      const isNew = files.length > 0 && await memberIn(tx, actor.userID) &&
        !await messageIn(tx, id);
      await createMessage(
        tx,
        isNew ? { ...input as object, files: storedFiles(id, input) } : input,
      );
    },

    async setReaction(tx: WriteTransaction, input: Args) {
      // What was stored once can be taken back, whatever it is.
      if (valid(args.setReaction, input).on) valid(setReactionArgs, input);
      await setReaction(tx, input);
    },

    async updateRoom(tx: WriteTransaction, input: Args) {
      await updateRoom(tx, valid(updateRoomArgs, input));
    },

    /** The server has made the room before, or has deleted it since: no mutator makes one. */
    async beginDirect(tx: WriteTransaction) {
      if (await roomIn(tx)) return;
      throw new Refusal("not-found", "That room is no longer there.");
    },
  };
}

/** All are in one entry, of 58,000 bytes at the most (C5). */
const MAX_BLOCKED = 200;
const setRoomSettingsArgs = v.object({
  roomID: ID,
  favourite: v.boolean().optional(),
  notify: v.union(
    v.literal("all"),
    v.literal("mentions"),
    v.literal("muted"),
  ).optional(),
});
const blockPersonArgs = v.object({ id: ID, name: Name });
const unblockPersonArgs = v.object({ id: ID });
export const markReadArgs = v.object({
  roomID: ID,
  seq: v.number().assert(
    (n) => Number.isInteger(n) && n >= 0,
    "This is not a whole number.",
  ),
});
const draft = (most: number) =>
  v.string().assert(
    ({ length }) => length <= most,
    `A draft has at most ${most} characters.`,
  );
const setDraftArgs = v.object({
  roomID: ID,
  content: draft(MAX_CONTENT),
  was: draft(MAX_DRAFT).optional(),
});

const count = v.number().assert(
  (n) => Number.isSafeInteger(n) && n >= 0,
  "This is not a whole number.",
);
const atMost = (most: number) =>
  v.string().assert(({ length }) => length <= most, "This is too long.");

/** What `setSaved` asks for: with `message` to save it, without to take it out. */
const setSavedArgs = v.object({
  roomID: ID,
  id: ID,
  message: v.object({
    roomID: ID,
    id: ID,
    seq: count,
    authorID: ID,
    from: atMost(2 * MAX_NAME),
    content: atMost(MAX_SHOWN_UNITS + 1),
    createdAt: count,
    fileCount: count.optional(),
    savedAt: count,
  }).optional(),
});

const isFull = async (tx: WriteTransaction): Promise<boolean> =>
  (await tx.scan({ prefix: "saved/", limit: MAX_SAVED }).keys().toArray())
    .length >= MAX_SAVED;

/** The `messageCount` of a room; undefined when the person may not read it. */
export type MessageCountOf = (roomID: string) => number | undefined;

/** The mutators of a user's own space, to which only that user can push. */
export function serverUserMutators(messageCountOf: MessageCountOf) {
  const {
    markRead,
    blockPerson,
    unblockPerson,
    setRoomSettings,
    setSaved,
    setDraft,
  } = userMutators();
  return {
    /** As in the browser; with a `seq` that no message has yet it changes nothing. */
    async markRead(tx: WriteTransaction, input: Args) {
      const { roomID, seq } = valid(markReadArgs, input);
      if (seq <= (messageCountOf(roomID) ?? -1)) await markRead(tx, input);
    },

    async blockPerson(tx: WriteTransaction, input: Args) {
      const person = valid(blockPersonArgs, input);
      const blocked = await blockedBy(tx);
      const isNew = !blocked.some(({ id }) => id === person.id);
      if (isNew && blocked.length >= MAX_BLOCKED) {
        throw new Refusal(
          "full",
          `You have blocked ${MAX_BLOCKED} people. Unblock one of them first.`,
        );
      }
      await blockPerson(tx, person);
    },

    async unblockPerson(tx: WriteTransaction, input: Args) {
      await unblockPerson(tx, valid(unblockPersonArgs, input));
    },

    /** As in the browser, which tells of no draft that is one too many. */
    async setDraft(tx: WriteTransaction, input: Args) {
      const args = valid(setDraftArgs, input);
      if (await mayHaveDraft(tx, args.roomID)) await setDraft(tx, args);
    },

    async setRoomSettings(tx: WriteTransaction, input: Args) {
      await setRoomSettings(tx, valid(setRoomSettingsArgs, input));
    },

    /** As in the browser, of a room that the person is a member of. What is in the copy is looked up a moment later. */
    async setSaved(tx: WriteTransaction, input: Args) {
      const { roomID, id, message } = valid(setSavedArgs, input);
      if (message && !await tx.has(`membership/${roomID}`)) return;
      const isNew = message && !await tx.has(`${savedOf(roomID)}${id}`);
      if (isNew && await isFull(tx)) throw tooManySaved();
      const named = message && { ...message, roomID, id };
      await setSaved(
        tx,
        named ? { roomID, id, message: named } : { roomID, id },
      );
    },

    async setProfile(tx: WriteTransaction, input: Args) {
      const changes = valid(setProfileArgs, input);
      const profile = await profileOf(tx);
      // An account that is being deleted must not come to life again.
      if (!profile) {
        throw new Refusal("not-found", "There is no such account any more.");
      }
      const { status, ...rest } = { ...profile, ...changes };
      await tx.set("profile", status ? { ...rest, status } : rest);
    },
  };
}
