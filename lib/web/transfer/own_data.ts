// All that is stored of a person, as lines of JSON for them to have.
import { MESSAGES } from "../../chat/queries.ts";
import type { LeftRoom, Membership, Message, Room } from "../../chat/schema.ts";
import { avatarSpace, roomSpace, userSpace } from "../../chat/spaces.ts";
import { mayRead } from "../auth/access.ts";
import { sessionEndsOf } from "../auth/session.ts";
import { signInLinkMadeAt } from "../auth/sign_in_link.ts";
import { actorOf, type ChatSync } from "../chat/domain.ts";
import { fileKeys, type StoredFile } from "../files/file_store.ts";
import type { Subscription } from "../notices/subscriptions.ts";
import type { Services } from "../state.ts";
import { type Done, importsOf, type UnderWay } from "./import_records.ts";

/** A line. Times are milliseconds since 1970; an entry's key and value are those of lib/chat. */
export type OwnLine =
  | { kvetch: "person"; exportedAt: number; userID: string }
  | { entry: string; value: unknown }
  | { session: { expiresAt: number } }
  | { signInLink: { createdAt: number } }
  | { subscription: Pick<Subscription, "endpoint" | "wanted" | "at"> }
  | { import: UnderWay | Done }
  | { file: { id: string; size: number; type?: string } }
  | { message: Message; room: Named }
  | { reaction: { messageID: string; emoji: string }; room: Named }
  | { rejection: unknown; room?: Named };

type Named = Pick<Room, "id" | "name">;

/** So many messages are looked at between two looks at whether the room may still be read. */
const MESSAGES_PER_LOOK = 50;

/**
 * What is stored of a person: their own space (name, status, rooms, how far they have
 * read, drafts, settings, whom they have blocked), their picture, their sessions and sign-in link without what
 * opens them, their push subscriptions without what encrypts for them, their
 * imports, their files, and what they have written, how they have reacted
 * and what they were refused in the rooms that they can read. What is written
 * meanwhile is in it or not.
 */
export async function* ownLines(
  { kv, sync, subscriptions }: Pick<
    Services,
    "kv" | "sync" | "subscriptions"
  >,
  userID: string,
): AsyncGenerator<OwnLine> {
  yield { kvetch: "person", exportedAt: Date.now(), userID };
  for await (const { key, value } of sync.scan(userSpace(userID), "")) {
    yield { entry: key, value };
  }
  for await (const { key, value } of sync.scan(avatarSpace(userID), "")) {
    yield { entry: key, value };
  }
  yield* refusedIn(sync, userID, userSpace(userID));
  for await (const expiresAt of sessionEndsOf(kv, userID)) {
    yield { session: { expiresAt } };
  }
  const createdAt = await signInLinkMadeAt(kv, userID);
  if (createdAt !== null) yield { signInLink: { createdAt } };
  for (const { value } of await subscriptions.allOf(userID)) {
    const { endpoint, wanted, at } = value;
    yield { subscription: { endpoint, wanted, at } };
  }
  for await (const each of importsOf(kv, userID)) yield { import: each };
  const files = { prefix: fileKeys.filesOf(userID) };
  for await (
    const { key, value } of kv.list<StoredFile>(files, { batchSize: 10 })
  ) {
    const { size, found } = value;
    yield { file: { id: key[2] as string, size, type: found?.type } };
  }
  for (const prefix of ["membership/", "left/"]) {
    for await (const { value } of sync.scan(userSpace(userID), prefix)) {
      const { roomID } = value as Membership | LeftRoom;
      yield* doneIn(sync, userID, roomID);
    }
  }
}

/** What a person was refused in a space, with what they wanted, as long as it is there. */
async function* refusedIn(
  sync: ChatSync,
  userID: string,
  space: string,
  room?: Named,
): AsyncGenerator<OwnLine> {
  const tx = await sync.view(space, actorOf(userID), 1);
  for await (const rejection of tx.scan({ prefix: "rejection/" }).values()) {
    yield { rejection, room };
  }
}

/** What a person has done in a room, for as long as they can read it. */
async function* doneIn(
  sync: ChatSync,
  userID: string,
  roomID: string,
): AsyncGenerator<OwnLine> {
  const space = roomSpace(roomID);
  if (!await mayRead(sync, userID, space)) return;
  const [found] = await sync.get(space, "room") as (Room | undefined)[];
  if (!found) return;
  const room = { id: roomID, name: found.name };
  yield* refusedIn(sync, userID, space, room);
  let looked = 0;
  for await (const { value } of sync.scan(space, MESSAGES)) {
    const message = value as Message;
    if (++looked % MESSAGES_PER_LOOK === 0) {
      if (!await mayRead(sync, userID, space)) return;
    }
    if (message.authorID === userID) yield { message, room };
    for (const [emoji, people] of Object.entries(message.reactions)) {
      if (!people.includes(userID)) continue;
      yield { reaction: { messageID: message.id, emoji }, room };
    }
  }
}
