// The mutators as the server runs them: those of mutators.ts with its further checks, and `setProfile`.
import * as v from "@badrap/valita";
import type { WriteTransaction } from "replicache";
import {
  type Actor,
  type Args,
  roomMutators as islandRoomMutators,
  userMutators,
} from "./mutators.ts";
import { lookOf } from "./name_tags.ts";
import { Name, updateRoomArgs } from "./names.ts";
import { blockedBy, profileOf } from "./queries.ts";
import { Refusal } from "./refusal.ts";
import { args, ID, valid } from "./schema.ts";
import { pageStrings } from "./strings/pages.ts";

export type { Actor };

/** What a person may be called: not what stands in the place of people who are gone. */
const PersonName = Name.assert(
  (name) => lookOf(name) !== lookOf(pageStrings.deletedUser),
  `“${pageStrings.deletedUser}” stands for people who have left.`,
);

/** What `setProfile` and signing in ask for. */
export const setProfileArgs = v.object({ name: PersonName });

// One that Unicode recommends, family, flag or keycap too; one without the
// selector that colours it; or one that is newer than this server's Unicode.
const EMOJI =
  /^(?:\p{RGI_Emoji}|(?!\p{Emoji_Component})\p{Emoji}|(?=\p{Cn})\p{Extended_Pictographic}\p{Emoji_Modifier}?)$/v;

const Emoji = v.string().assert(
  // The last release's list of emoji has a selector after coloured ones, too.
  (text) =>
    EMOJI.test(text.replace(/(?<=^\p{Emoji_Presentation})\ufe0f$/u, "")),
  "This is not one emoji.",
);
const setReactionArgs = v.object({ emoji: Emoji });

/**
 * The mutators of a room. What the server checks besides is here, so that the
 * room's page need not load it.
 */
export function serverRoomMutators(actor: Actor) {
  const { setReaction, updateRoom, ...others } = islandRoomMutators(actor);
  return {
    ...others,

    async setReaction(tx: WriteTransaction, input: Args) {
      // What was stored once can be taken back, whatever it is.
      if (valid(args.setReaction, input).on) valid(setReactionArgs, input);
      await setReaction(tx, input);
    },

    async updateRoom(tx: WriteTransaction, input: Args) {
      await updateRoom(tx, valid(updateRoomArgs, input));
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

/** The `messageCount` of a room; undefined when the person may not read it. */
export type MessageCountOf = (roomID: string) => number | undefined;

/** The mutators of a user's own space, to which only that user can push. */
export function serverUserMutators(messageCountOf: MessageCountOf) {
  const { markRead, blockPerson, setRoomSettings, ...others } = userMutators();
  return {
    ...others,

    /** As in the browser; with a `seq` that no message has yet it changes nothing. */
    async markRead(tx: WriteTransaction, input: Args) {
      const { roomID, seq } = valid(args.markRead, input);
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

    async setRoomSettings(tx: WriteTransaction, input: Args) {
      await setRoomSettings(tx, valid(setRoomSettingsArgs, input));
    },

    async setProfile(tx: WriteTransaction, input: Args) {
      const { name } = valid(setProfileArgs, input);
      // An account that is being deleted must not come to life again.
      if (!await profileOf(tx)) {
        throw new Refusal("not-found", "There is no such account any more.");
      }
      await tx.set("profile", { name });
    },
  };
}
