// What people can do in a room and in their own space: all that the server takes.
import type { WriteTransaction } from "replicache";
import {
  type Actor,
  type Args,
  readingMutators,
  roomMutators,
} from "./island_mutators.ts";
import { setProfileArgs } from "./names.ts";
import { profileOf } from "./queries.ts";
import { Refusal } from "./refusal.ts";
import { args, valid } from "./schema.ts";

export { type Actor, roomMutators };

/** How many messages there have been in a room; undefined when one may not know. */
export type Confirmed = (roomID: string) => number | undefined;

/** The mutators of a user's own space; the engine lets nobody else in. */
export function userMutators(confirmed: Confirmed) {
  const { markRead, ...reading } = readingMutators();
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
