// The types of all entries, and the checks of mutations' args. The README says what each is for.
import * as v from "@badrap/valita"; // Replicache has it in its bundle already
import { MAX_CONTENT } from "./lengths.ts";
import { Refusal } from "./refusal.ts";
import { isVisible, trimContent } from "./visible.ts";

/** An ID, which clients make: 1–64 characters of `A-Za-z0-9_-`. */
export const ID = v.string().assert(
  (text) => /^[A-Za-z0-9_-]{1,64}$/.test(text),
  "An ID has 1–64 characters, each one of A-Za-z0-9_-.",
);

/** What a message says beside its files: up to 4,000 characters after trimming. */
const Caption = v.string().map(trimContent).assert(
  (text) => text.length <= MAX_CONTENT || [...text].length <= MAX_CONTENT,
  `A message has at most ${MAX_CONTENT} characters.`,
);

/** What a message without files says: one visible character at least. */
export const Content = Caption.assert(
  isVisible,
  "A message has at least one character that can be seen.",
);

/** Of the mutators of a room; those of a person's own space are checked by the server alone. */
export const args = {
  createMessage: v.object({
    id: ID,
    content: Caption,
    replyTo: ID.optional(),
    files: v.array(v.unknown()).optional(), // checked by the server (files.ts)
  }),
  editMessage: v.object({ id: ID, content: Caption }),
  /** Of a message without files. */
  text: v.object({ content: Content }),
  deleteMessage: v.object({ id: ID }),
  setReaction: v.object({ id: ID, emoji: v.string(), on: v.boolean() }),
};

/** Consecutive messages of one author, `by`, from one `seq` to another. */
export type Run = { by: string; from: number; to: number };

/** `room`: what a room is. `messageCount` counts messages ever made and never goes down, `pendingCount` those of them that the server has not confirmed. */
export type Room = {
  id: string;
  name: string;
  topic: string;
  visibility: "public" | "private";
  createdBy: string;
  createdAt: number;
  messageCount: number;
  pendingCount?: number;
  /** The latest runs, oldest first: what people wrote themselves counts as read (read_state.ts). */
  runs?: Run[];
  /** Whether it is one of direct messages: between the people for whom it was begun, and without an owner. */
  direct?: true;
  /** How many people that were, where it is one. */
  size?: number;
  /** Whether it is yet to be made by the server. */
  pending?: true;
};

/** What a member may do: owners change the room and who is in it. */
export type Role = "owner" | "member";

/** `member/<userID>`: who is in the room, with their profile. Times are milliseconds since 1970. */
export type Member = Profile & {
  id: string;
  role: Role;
  joinedAt: number;
};

/** `imported/<id>`: somebody of the room that this one was imported from. */
export type ImportedPerson = { id: string; name: string };

/** Of the entry `bans`, a list: a person who may not read or join the room, and since when. */
export type Ban = { id: string; at: number };

/** What the server has found out of a file: `type` from its content, the size of a picture in pixels. */
export type FileFacts = {
  /** The SHA-256 of the content, 64 hex digits. */
  id: string;
  /** In bytes. */
  size: number;
  /** One of the types of pictures that browsers show, else `application/octet-stream`. */
  type: string;
  width?: number;
  height?: number;
};

/** A file of a message; `alt` says what a picture shows to those who can't see it. */
export type MessageFile = FileFacts & { name: string; alt?: string };

/** `message/<id>`. `pending` is there only while the server has not confirmed it. */
export type Message = {
  id: string;
  seq: number;
  authorID: string;
  from: string;
  content: string;
  createdAt: number;
  editedAt?: number;
  replyTo?: string;
  reactions: Record<string, string[]>;
  /** One at least, where it has any. */
  files?: MessageFile[];
  /** The userID of who uploaded them, where that is not the author: of imported ones. */
  filesBy?: string;
  pending?: true;
};

/**
 * `invitation/<id>`: lets anyone join who has its secret. The ID is the secret's
 * hash, so that reading the entry lets nobody in.
 */
export type Invitation = {
  id: string;
  /** The userID of the member who made it. */
  by: string;
  createdAt: number;
  expiresAt: number;
};

/** `listing/<roomID>` in the directory. */
export type Listing = {
  roomID: string;
  name: string;
  topic: string;
  createdAt: number;
};

/**
 * `profile` in a user's space. The entry `called` has the same shape: what all
 * their rooms know by now. `avatar` is the ID of their own picture, if they have
 * one, and `status` a line that they say of themselves.
 */
export type Profile = { name: string; avatar?: string; status?: string };
/** `membership/<roomID>` in a user's space. */
export type Membership = {
  roomID: string;
  name: string;
  joinedAt: number;
  direct?: true;
  /** Of direct messages, who made this person a member: themselves or another, a userID. Those of before have none. */
  begunBy?: string;
};
/** `left/<roomID>` in a user's space: they were a member, and their messages are still there. */
export type LeftRoom = { roomID: string };
/** `read/<roomID>` in a user's space. */
export type ReadState = { seq: number };
/** A message as its copy in a person's own space has it: the beginning of its text without formatting, and how many files it has, if any. */
export type MessageCopy =
  & Pick<Message, "id" | "seq" | "authorID" | "from" | "content" | "createdAt">
  & { roomID: string; fileCount?: number };
/** `inbox/<roomID>/<messageID>` in a user's space: a message that speaks to them, and why it is there. */
export type InboxEntry = MessageCopy & {
  why: "mention" | "reply" | "direct";
};
/** `saved/<roomID>/<messageID>` in a user's space: what they have saved for later, and when. */
export type SavedMessage = MessageCopy & { savedAt: number };
/** Of the entry `blocked` in a user's space, a list: whose messages they do not want to see, by the name they know. */
export type BlockedPerson = { id: string; name: string };
/** `draft/<roomID>` in a user's space. */
export type Draft = { content: string };
/** What is counted and told of in a room: every message, those that mention the person, or nothing. */
export type Notify = "all" | "mentions" | "muted";
/** `settings/<roomID>` in a user's space; only of rooms that they are a member of. */
export type RoomSettings = {
  roomID: string;
  favourite?: boolean;
  /** `"all"` unless it is set. */
  notify?: Notify;
};

/**
 * Checks a value against a schema and returns what the schema makes of it:
 * trimmed, and without unknown fields (the tutorial's clients send `from` and
 * `order`). Throws a `bad-args` refusal that says what is wrong and, inside an
 * object, in which field.
 */
export function valid<T>(schema: v.Type<T>, value: unknown): T {
  const result = schema.try(value, { mode: "strip" });
  if (result.ok) return result.value;
  const [{ path, ...issue }] = result.issues;
  const reason = "error" in issue
    ? issue.error
    : "This is missing or not valid.";
  const field = path.map((key) => `${key}: `).join("");
  throw new Refusal("bad-args", `${field}${reason}`);
}
