// What pages and islands are handed of rooms: made by the server, shown by both.
import type { Invitation, Member, Message, Room } from "./schema.ts";

/** A room in a list: what it is called, and how much of it a person has read. */
export type RoomSummary =
  & Pick<Room, "name" | "topic" | "visibility" | "messageCount">
  & { roomID: string; space: string; member: boolean; readSeq: number }
  /** Whether its page is on the device; said by lists that the device itself has made. */
  & { kept?: boolean };

/** A room as one person sees it; `me` is undefined for a visitor. */
export type RoomView = {
  room: Room;
  me: Member | undefined;
  members: Member[];
  messages: Message[];
  /** The last `seq` that they have read; undefined for who was never here. */
  readSeq?: number;
};

/** The people of a room as one of them, or a visitor, sees them. */
export type PeopleView = Pick<RoomView, "room" | "me" | "members"> & {
  /** Those that hold; none for a visitor. */
  invitations: Invitation[];
};

/** Who is signed in. */
export type User = { userID: string; name: string };
