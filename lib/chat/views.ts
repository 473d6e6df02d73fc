// The shapes in which the server hands rooms and people to pages and islands.
import type {
  Ban,
  BlockedPerson,
  ImportedPerson,
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
    /** Whether the server is yet to make it; only in lists that were made on the device. */
    pending?: true;
    /** Whether it is one of direct messages: it is named by the others in it, who are `people`; and the userID of who has begun it. */
    direct?: true;
    people?: Person[];
    begunBy?: string;
  };

/** A person by name, with the ID of their own picture if they have one. */
export type Person = Pick<Member, "id" | "name" | "avatar">;

/** `fileCount` is how many files it has, where it has any. */
export type LastMessage =
  & Pick<Message, "id" | "from" | "content" | "createdAt">
  & { fileCount?: number };

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

/** A bot of a room, and which messages it is told of. */
export type BotView = {
  id: string;
  name: string;
  hears: "all" | "addressed" | "nothing";
};

/** The people of a room as one of them, or a visitor, sees them. */
export type PeopleView = Pick<RoomView, "room" | "me" | "members"> & {
  /** Who is known of the room that this one was imported from. */
  imported: readonly ImportedPerson[];
  bots: readonly BotView[];
  /** The valid ones; none for a visitor. */
  invitations: Invitation[];
  /** For owners alone, else none. */
  banned: BannedPerson[];
  /** Whom the one who looks has blocked. */
  blocked: readonly BlockedPerson[];
};

/** Who is signed in. */
export type User = Pick<Member, "name" | "avatar"> & { userID: string };

/** A message that the server has found, with the name of its room. */
export type FoundMessage =
  & Pick<Message, "id" | "authorID" | "from" | "content" | "createdAt">
  & { roomID: string; room: string; files?: { name: string }[] };

/**
 * A page of what the server has found, newest first. `next` is where the one
 * after it begins, null at the end; `until` says, where the most that is read
 * for a page was reached before it was full, up to when messages were looked
 * through, in milliseconds since 1970. `incomplete`: not all of the rooms is
 * indexed yet.
 */
export type SearchPage = {
  messages: FoundMessage[];
  next: string | null;
  until?: number;
  incomplete?: true;
};
