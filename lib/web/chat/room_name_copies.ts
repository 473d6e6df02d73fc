// Repairs the copies of a room's name and topic: in the directory, and in its members' own spaces.
import { roomIn } from "../../chat/queries.ts";
import type { Listing, Membership, Room } from "../../chat/schema.ts";
import { DIRECTORY, roomSpace, userSpace } from "../../chat/spaces.ts";
import type { ChatSync } from "./domain.ts";

/** A room as the directory has it. */
export const listingOf = (
  { id, name, topic, createdAt }: Room,
): Listing => ({ roomID: id, name, topic, createdAt });

/**
 * Brings a public room's name and topic to the directory, if they are others
 * there. When it fails, the next time that the room is opened does it.
 */
export async function repairListing(
  sync: ChatSync,
  roomID: string,
): Promise<void> {
  const space = roomSpace(roomID);
  const key = `listing/${roomID}`;
  const [room] = await sync.get(space, "room") as (Room | undefined)[];
  if (room?.visibility !== "public") return;
  const [listing] = await sync.get(DIRECTORY, key);
  const { name, topic } = (listing ?? {}) as Partial<Listing>;
  if (name === room.name && topic === room.topic) return;
  await sync.write([space, DIRECTORY], async (there, directory) => {
    // Read here, so that of two changes at once the later one stays.
    const room = await roomIn(there);
    if (room?.visibility !== "public") return;
    await directory.set(key, listingOf(room));
  });
}

/** Brings a room's name to a member's own space, if it is another there. */
export async function repairMembership(
  sync: ChatSync,
  userID: string,
  { id: roomID, name }: Room,
): Promise<void> {
  const own = userSpace(userID);
  const key = `membership/${roomID}`;
  const [membership] = await sync.get(own, key);
  if (!membership || (membership as Membership).name === name) return;
  await sync.write([own], async (tx) => {
    const membership = await tx.get(key) as Membership | undefined;
    if (membership) await tx.set(key, { ...membership, name });
  });
}
