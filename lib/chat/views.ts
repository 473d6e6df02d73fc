// The shapes in which the server hands rooms and people to pages and islands.
import type {
  Ban,
  BlockedPerson,
  Invitation,
  Member,
  Message,
  Room,
  RoomSettings,
} from "./schema.ts";

/** A room in a person's list of rooms, with what they have set for it, if anything. */
export type RoomSummary =
  & Pick<Room, "name" | "topic" | "visibility" | "messageCount">
  & Pick<RoomSettings, "favourite" | "notify">
  & {
    roomID: string;
    space: string;
    member: boolean;
    readSeq: number;
    /** How many messages of others a member has not read: those that are there, `MAX_UNREAD` at the most. */
    unread: number;
    /** Whether one of those mentions the person, and how many do, if any. */
    mention: boolean;
    mentions?: number;
    /** When the last message was written, in milliseconds since 1970; null without one. */
    lastAt: number | null;
    /** The last message that is there, of which `content` has the beginning; without name and text if the person has blocked its author. */
    last: LastMessage | null;
    /** Whether a copy of it is on the device; only in lists that were made on the device. */
    onDevice?: boolean;
  };

export type LastMessage = Pick<
  Message,
  "id" | "from" | "content" | "createdAt"
>;

/** A page of a list of rooms; `next` is where the one after it begins, null at the end. */
export type RoomPage = { rooms: RoomSummary[]; next: string | null };

/** A room as one person sees it; `me` is undefined for a visitor. */
export type RoomView = {
  room: Room;
  me: Member | undefined;
  members: Member[];
  messages: Message[];
  /** The last `seq` that they have read; undefined when they have never been in the room. */
  readSeq?: number;
  /** Whom they have blocked; only as the server hands it to the page. */
  blocked?: readonly BlockedPerson[];
};

export type BannedPerson = Ban & { name: string };

/** The people of a room as one of them, or a visitor, sees them. */
export type PeopleView = Pick<RoomView, "room" | "me" | "members"> & {
  /** The valid ones; none for a visitor. */
  invitations: Invitation[];
  /** For owners alone, else none. */
  banned: BannedPerson[];
  /** Whom the one who looks has blocked. */
  blocked: readonly BlockedPerson[];
};

/** Who is signed in. */
export type User = { userID: string; name: string };
