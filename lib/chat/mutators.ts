// What people can do in a room and in their own space: all that the server takes.
import type { WriteTransaction } from "replicache";
import {
  type Actor,
  type Args,
  assertMember,
  assertRoom,
  messageMutators,
  readingMutators,
} from "./island_mutators.ts";
import { namingArgs } from "./names.ts";
import { Refusal } from "./refusal.ts";
import { valid } from "./schema.ts";

export type { Actor };

/** The mutators of a room's space, bound to who acts. */
export function roomMutators(actor: Actor) {
  return {
    ...messageMutators(actor),

    async updateRoom(tx: WriteTransaction, input: Args) {
      const changes = valid(namingArgs.updateRoom, input);
      const member = await assertMember(tx, actor);
      if (member.role !== "owner") {
        throw new Refusal("not-allowed", "Only the owner can change the room.");
      }
      await tx.set("room", { ...await assertRoom(tx), ...changes });
    },
  };
}

/** The mutators of a user's own space; the engine lets nobody else in. */
export function userMutators() {
  return {
    ...readingMutators(),

    async setProfile(tx: WriteTransaction, input: Args) {
      const { name } = valid(namingArgs.setProfile, input);
      await tx.set("profile", { name });
    },
  };
}

export type RoomMutators = ReturnType<typeof roomMutators>;
export type UserMutators = ReturnType<typeof userMutators>;
