// What people can do in a room and in their own space: all that the server takes.
import * as v from "@badrap/valita";
import type { WriteTransaction } from "replicache";
import {
  type Actor,
  type Args,
  roomMutators as islandRoomMutators,
  userMutators,
} from "./mutators.ts";
import { Name, updateRoomArgs } from "./names.ts";
import { profileOf } from "./queries.ts";
import { Refusal } from "./refusal.ts";
import { args, valid } from "./schema.ts";

export type { Actor };

/** What `setProfile` and signing in ask for. */
export const setProfileArgs = v.object({ name: Name });

/**
 * An emoji, with its joiners and modifiers; not a way to store a text. Digits
 * and their like are parts of emoji, and none by themselves.
 */
const Emoji = v.string().assert(
  (text) => /^(?![\d#*]*$)[\p{Emoji}\p{Emoji_Component}]{1,32}$/u.test(text),
  "This is no emoji.",
);
const setReactionArgs = v.object({ emoji: Emoji });

/**
 * The mutators of a room, and what the server checks besides: it need not come
 * with every room's page.
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

/** How many messages there have been in a room; undefined when one may not know. */
export type Confirmed = (roomID: string) => number | undefined;

/** The mutators of a user's own space; the engine lets nobody else in. */
export function serverUserMutators(confirmed: Confirmed) {
  const { markRead, ...reading } = userMutators();
  return {
    ...reading,

    /** As in the browser; a `seq` that no message has yet marks nothing. */
    async markRead(tx: WriteTransaction, input: Args) {
      const { roomID, seq } = valid(args.markRead, input);
      if (seq <= (confirmed(roomID) ?? -1)) await markRead(tx, input);
    },

    async setProfile(tx: WriteTransaction, input: Args) {
      const { name } = valid(setProfileArgs, input);
      // Or an account would come to life again that is being deleted.
      if (!await profileOf(tx)) {
        throw new Refusal("not-found", "There is no such account any more.");
      }
      await tx.set("profile", { name });
    },
  };
}
