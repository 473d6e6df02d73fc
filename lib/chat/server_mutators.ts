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
import { profileOf } from "./queries.ts";
import { Refusal } from "./refusal.ts";
import { args, valid } from "./schema.ts";
import { pageStrings } from "./strings/pages.ts";

export type { Actor };

/** What a person may be called: not what stands in the place of people who are gone. */
const PersonName = Name.assert(
  (name) => lookOf(name) !== lookOf(pageStrings.deletedUser),
  `“${pageStrings.deletedUser}” stands for people who have left.`,
);

/** What `setProfile` and signing in ask for. */
export const setProfileArgs = v.object({ name: PersonName });

/**
 * An emoji with its joiners and modifiers, so that no text can be stored as a
 * reaction. Digits, # and * are parts of emoji, but no emoji by themselves.
 */
const Emoji = v.string().assert(
  (text) => /^(?![\d#*]*$)[\p{Emoji}\p{Emoji_Component}]{1,32}$/u.test(text),
  "This is not an emoji.",
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
      valid(setReactionArgs, input);
      await setReaction(tx, input);
    },

    async updateRoom(tx: WriteTransaction, input: Args) {
      await updateRoom(tx, valid(updateRoomArgs, input));
    },
  };
}

/** The `messageCount` of a room; undefined when the person may not read it. */
export type MessageCountOf = (roomID: string) => number | undefined;

/** The mutators of a user's own space, to which only that user can push. */
export function serverUserMutators(messageCountOf: MessageCountOf) {
  const { markRead, ...others } = userMutators();
  return {
    ...others,

    /** As in the browser; with a `seq` that no message has yet it changes nothing. */
    async markRead(tx: WriteTransaction, input: Args) {
      const { roomID, seq } = valid(args.markRead, input);
      if (seq <= (messageCountOf(roomID) ?? -1)) await markRead(tx, input);
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
