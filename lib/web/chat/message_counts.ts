// Looks up the message counts of the rooms that a push reports as read.
import {
  markReadArgs,
  type MessageCountOf,
} from "../../chat/server_mutators.ts";
import type { Room } from "../../chat/schema.ts";
import { roomSpace } from "../../chat/spaces.ts";
import { mayRead } from "../auth/access.ts";
import type { ChatSync } from "./domain.ts";

const MAX_ROOMS_PER_PUSH = 500; // rooms that are looked up for one push

/**
 * Looks up the rooms that a push reports as read. What a browser has seen
 * confirmed is in what is found: a room's count never goes down.
 */
export async function messageCountsFor(
  sync: ChatSync,
  userID: string,
  mutations: readonly unknown[],
): Promise<MessageCountOf> {
  const rooms = new Set<string>();
  for (const mutation of mutations) {
    const { name, args: input } = (mutation ?? {}) as Record<string, unknown>;
    if (name !== "markRead" || rooms.size === MAX_ROOMS_PER_PUSH) continue;
    const parsed = markReadArgs.try(input, { mode: "strip" });
    if (parsed.ok) rooms.add(parsed.value.roomID);
  }
  const counts = new Map<string, number>();
  await Promise.all([...rooms].map(async (roomID) => {
    const space = roomSpace(roomID);
    // How much there is in a room is for those who may read it.
    if (!await mayRead(sync, userID, space)) return;
    const [room] = await sync.get(space, "room");
    if (room) counts.set(roomID, (room as Room).messageCount);
  }));
  return (roomID) => counts.get(roomID);
}
