// The shapes of what a room and a person's space hold, and of what a mutation may ask.
import * as v from "@badrap/valita"; // as Replicache does: no second one travels
import { MAX_CONTENT, MAX_DRAFT } from "./lengths.ts";
import { Refusal } from "./refusal.ts";

/** A client-made identifier: 1–64 of `A-Za-z0-9_-`. */
export const ID = v.string().assert(
  (text) => /^[A-Za-z0-9_-]{1,64}$/.test(text),
  "An id is 1–64 of A-Za-z0-9_-.",
);

/** A text of so many characters (code points) after trimming; `what` it is begins the reason why not. */
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

/** What a message says: 1–4,000 characters after trimming. */
export const Content = text("A message", 1, MAX_CONTENT);

const seq = v.number().assert(
  (n) => Number.isInteger(n) && n >= 0,
  "No whole number.",
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
  markRead: v.object({ roomID: ID, seq }),
  setDraft: v.object({
    roomID: ID,
    content: draft(MAX_CONTENT),
    was: draft(MAX_DRAFT).optional(),
  }),
};

/** Messages in a row by one author, from one `seq` to another. */
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
  /** The last few times that one author wrote alone, oldest first: nobody has to read their own. */
  runs?: Run[];
};

/** `member/<userID>`: who is in the room. Times are milliseconds since 1970. */
export type Member = {
  id: string;
  name: string;
  role: "owner" | "member";
  joinedAt: number;
};

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
 * `invitation/<id>`: lets whoever holds its secret join. The ID is the secret's
 * hash, so that reading it lets nobody in.
 */
export type Invitation = {
  id: string;
  /** The userID of who made it. */
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

/** `profile` in a user's space; `called` there is the one that all rooms know by now. */
export type Profile = { name: string };
/** `membership/<roomID>` in a user's space. */
export type Membership = { roomID: string; name: string; joinedAt: number };
/** `left/<roomID>` in a user's space: a room that they are not in any more; what they wrote is. */
export type LeftRoom = { roomID: string };
/** `read/<roomID>` in a user's space. */
export type ReadState = { seq: number };
/** `draft/<roomID>` in a user's space. */
export type Draft = { content: string };

/**
 * Checks a value against a schema and returns it as the schema makes it
 * (trimmed, unknown fields dropped, as the tutorial's `from` and `order` must
 * be). Throws a `bad-args` refusal that says what is wrong and, inside an
 * object, in which field.
 */
export function valid<T>(schema: v.Type<T>, value: unknown): T {
  const result = schema.try(value, { mode: "strip" });
  if (result.ok) return result.value;
  const [{ path, ...issue }] = result.issues;
  const said = "error" in issue ? issue.error : "This is missing or not valid.";
  const field = path.map((key) => `${key}: `).join("");
  throw new Refusal("bad-args", `${field}${said}`);
}
