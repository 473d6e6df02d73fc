// The types of all entries, and the checks of mutations' args. The README says what each is for.
import * as v from "@badrap/valita"; // Replicache has it in its bundle already
import { MAX_CONTENT, MAX_DRAFT } from "./lengths.ts";
import { Refusal } from "./refusal.ts";
import { isVisible, trimContent } from "./visible.ts";

/** An ID, which clients make: 1–64 characters of `A-Za-z0-9_-`. */
export const ID = v.string().assert(
  (text) => /^[A-Za-z0-9_-]{1,64}$/.test(text),
  "An ID has 1–64 characters, each one of A-Za-z0-9_-.",
);

/** A text of `least` to `most` characters (code points) after trimming; `what` is the subject of the sentence that refuses it. */
export const text = (what: string, least: number, most: number) =>
  v.string().map((text) => text.trim())
    .assert(
      ({ length }) => length >= least,
      `${what} has at least one character.`,
    )
    .assert(
      (text) => text.length <= most || [...text].length <= most,
      `${what} has at most ${most} characters.`,
    );

/** What a message says: 1–4,000 characters after trimming, one of them visible. */
export const Content = v.string().map(trimContent)
  .assert(isVisible, "A message has at least one character that can be seen.")
  .assert(
    (text) => text.length <= MAX_CONTENT || [...text].length <= MAX_CONTENT,
    `A message has at most ${MAX_CONTENT} characters.`,
  );

const seq = v.number().assert(
  (n) => Number.isInteger(n) && n >= 0,
  "This is not a whole number.",
);

const draft = (most: number) =>
  v.string().assert(
    ({ length }) => length <= most,
    `A draft has at most ${most} characters.`,
  );

export const args = {
  createMessage: v.object({
    id: ID,
    content: Content,
    replyTo: ID.optional(),
  }),
  editMessage: v.object({ id: ID, content: Content }),
  deleteMessage: v.object({ id: ID }),
  setReaction: v.object({ id: ID, emoji: v.string(), on: v.boolean() }),
  blockPerson: v.object({ id: ID, name: v.string() }),
  unblockPerson: v.object({ id: ID }),
  markRead: v.object({ roomID: ID, seq }),
  setDraft: v.object({
    roomID: ID,
    content: draft(MAX_CONTENT),
    was: draft(MAX_DRAFT).optional(),
  }),
};

/** Consecutive messages of one author, `by`, from one `seq` to another. */
export type Run = { by: string; from: number; to: number };

/** `room`: what a room is. `messageCount` counts messages ever made and never goes down. */
export type Room = {
  id: string;
  name: string;
  topic: string;
  visibility: "public" | "private";
  createdBy: string;
  createdAt: number;
  messageCount: number;
  /** The latest runs, oldest first: what people wrote themselves counts as read (read_state.ts). */
  runs?: Run[];
};

/** What a member may do: owners change the room and who is in it. */
export type Role = "owner" | "member";

/** `member/<userID>`: who is in the room. Times are milliseconds since 1970. */
export type Member = {
  id: string;
  name: string;
  role: Role;
  joinedAt: number;
};

/** Of the entry `bans`, a list: a person who may not read or join the room, and since when. */
export type Ban = { id: string; at: number };

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

/** `profile` in a user's space. The entry `called` has the same shape: the name that all their rooms know by now. */
export type Profile = { name: string };
/** `membership/<roomID>` in a user's space. */
export type Membership = { roomID: string; name: string; joinedAt: number };
/** `left/<roomID>` in a user's space: they were a member, and their messages are still there. */
export type LeftRoom = { roomID: string };
/** `read/<roomID>` in a user's space. */
export type ReadState = { seq: number };
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
