// Deletes a room, in steps: when the process dies on the way, doing it again does the rest.
import { Refusal } from "../../chat/refusal.ts";
import type { Member } from "../../chat/schema.ts";
import {
  DIRECTORY,
  GENERAL,
  kindOf,
  roomSpace,
  userSpace,
} from "../../chat/spaces.ts";
import { noSuchRoom } from "../auth/access.ts";
import { botsSpace } from "../bots/bots.ts";
import { deleteIndex } from "../search/index_store.ts";
import type { ChatSync } from "./domain.ts";

/** What a member's own space has of a room. */
const ABOUT_ROOM = ["membership", "settings", "left", "read", "draft"];

/**
 * Deletes a room with all that was written in it. From the first step on nobody
 * may read or join it; those who have it open are told `gone`. What people
 * have of it who had left before goes with their account. Throws a refusal:
 * `not-found`, and `not-allowed` for General.
 */
export async function deleteRoom(
  kv: Deno.Kv,
  sync: ChatSync,
  roomID: string,
): Promise<void> {
  const space = roomSpace(roomID);
  if (!kindOf(space)) throw noSuchRoom();
  if (roomID === GENERAL) {
    throw new Refusal("not-allowed", "All who sign in are in General.");
  }
  const isThere = await sync.stateOf(space) !== undefined;
  if (isThere) {
    await sync.write([space, DIRECTORY], async (there, directory) => {
      await there.del("room");
      await directory.del(`listing/${roomID}`);
    });
    for await (const { value } of sync.scan(space, "member/")) {
      await forget(sync, roomID, (value as Member).id);
    }
  }
  // What a process that died has left, too.
  await sync.erase(botsSpace(roomID));
  await sync.erase(space);
  await deleteIndex(kv, space);
  if (!isThere) throw noSuchRoom();
}

/** Takes a member out of a room, and the room out of the member's own space. */
async function forget(
  sync: ChatSync,
  roomID: string,
  userID: string,
): Promise<void> {
  await sync.write(
    [roomSpace(roomID), userSpace(userID)],
    async (there, own) => {
      await there.del(`member/${userID}`);
      for (const kind of ABOUT_ROOM) await own.del(`${kind}/${roomID}`);
    },
  );
}
