// What the server itself does with rooms: show and make them.
import { ulid } from "@std/ulid";
import type { ReadTransaction, WriteTransaction } from "replicache";
import * as v from "@badrap/valita";
import {
  bansIn,
  importedIn,
  invitationsIn,
  memberIn,
  membersIn,
  messagesIn,
  roomIn,
} from "../../chat/queries.ts";
import { asSeenBy } from "../../chat/direct.ts";
import { Name } from "../../chat/names.ts";
import { Refusal } from "../../chat/refusal.ts";
import {
  type BlockedPerson,
  type Member,
  type Membership,
  type Message,
  type ReadState,
  type Room,
  valid,
} from "../../chat/schema.ts";
import {
  DIRECTORY,
  GENERAL,
  kindOf,
  roomSpace,
  userSpace,
} from "../../chat/spaces.ts";
import { pageStrings } from "../../chat/strings/pages.ts";
import type { PeopleView, RoomView, User } from "../../chat/views.ts";
import {
  assertOwner,
  assertPerson,
  mayRead,
  mayReadBy,
  noSuchRoom,
} from "../auth/access.ts";
import type { Held } from "../http/memory_budget.ts";
import {
  listingOf,
  repairListing,
  repairMembership,
} from "./room_name_copies.ts";
import { botsOf } from "../bots/bots.ts";
import { blockedPeople } from "./blocking.ts";
import { bannedPeople } from "./bans.ts";
import { actorOf, type ChatSync as Sync } from "./domain.ts";
import { assertBelowRoomLimit } from "./members.ts";

const PAGE_MESSAGES = 50; // messages in a page's HTML,
const MAX_PAGE_MESSAGES = 300; // or as many as are unread, up to this,
const READ_CONTEXT = 10; // and a few that were read before

type Services = { sync: Sync; held: Held };

/** A room with its newest messages; null when there is none or the person may not read it. */
export async function viewRoom(
  services: Services,
  roomID: string,
  userID: string,
): Promise<RoomView | null> {
  const { sync } = services;
  const space = roomSpace(roomID);
  if (!await mayRead(sync, userID, space)) return null;
  const own = await sync.get(userSpace(userID), `read/${roomID}`, "blocked");
  // Undefined when they were never there.
  const readSeq = (own[0] as ReadState | undefined)?.seq;
  const unread = readSeq === undefined
    ? 0
    : await sync.countAbove(space, "message/", readSeq, MAX_PAGE_MESSAGES);
  const window = Math.min(
    MAX_PAGE_MESSAGES,
    Math.max(PAGE_MESSAGES, unread + READ_CONTEXT),
  );
  const tx = await viewIfReadable(services, space, userID, window);
  const room = tx && await roomIn(tx);
  if (!room) return null;
  await Promise.all([
    repairListing(sync, roomID),
    repairMembership(sync, userID, room),
  ]);
  const members = await membersIn(tx);
  return {
    readSeq,
    blocked: own[1] as BlockedPerson[] | undefined ?? [],
    room: asSeenBy(room, members, userID),
    me: await memberIn(tx, userID),
    members,
    messages: await messagesIn(tx),
  };
}

/** A room's space with so many of its newest messages; null when the person may not read what is in it. */
async function viewIfReadable(
  { sync, held }: Services,
  space: string,
  userID: string,
  window: number,
): Promise<ReadTransaction | null> {
  const tx = await sync.view(space, actorOf(userID), window, held.tryAdd);
  // As of the same moment: they may have been removed since it was asked for.
  const entries = (...keys: string[]) =>
    Promise.all(keys.map((key) => tx.get(key)));
  return await mayReadBy(entries, userID, space) ? tx : null;
}

/** Who wrote a message, under the name that stands in it; undefined when it is not there. */
export async function authorOf(
  sync: Sync,
  roomID: string,
  messageID: string,
): Promise<{ id: string; name: string } | undefined> {
  const [found] = await sync.get(roomSpace(roomID), `message/${messageID}`);
  const message = found as Message | undefined;
  return message && { id: message.authorID, name: message.from };
}

/** Who is in a room; null when there is none or the person may not read it. */
export async function viewPeople(
  services: Services,
  roomID: string,
  userID: string,
): Promise<PeopleView | null> {
  const { sync } = services;
  const space = roomSpace(roomID);
  if (!await mayRead(sync, userID, space)) return null;
  const tx = await viewIfReadable(services, space, userID, 1);
  const room = tx && await roomIn(tx);
  if (!room) return null;
  const me = await memberIn(tx, userID);
  const members = await membersIn(tx);
  return {
    room: asSeenBy(room, members, userID),
    me,
    members,
    imported: await importedIn(tx),
    bots: (await botsOf(sync, roomID)).map(({ id, name, hooks }) => ({
      id,
      name,
      hears: hooks.some(({ wants }) => wants === "all")
        ? "all"
        : hooks.length > 0
        ? "addressed"
        : "nothing",
    })),
    invitations: me ? await invitationsIn(tx, Date.now()) : [],
    banned: me?.role === "owner"
      ? await bannedPeople(sync, await bansIn(tx))
      : [],
    blocked: await blockedPeople(sync, userID),
  };
}

const Visibility = v.union(v.literal("public"), v.literal("private"));
const NewRoom = v.object({
  name: Name,
  visibility: Visibility.optional(() => "public" as const),
});

/** Throws a `not-allowed` refusal where rooms are made by the operator alone. */
export function assertMayMakeRooms(
  { mayMakeRooms }: { mayMakeRooms: boolean },
): void {
  if (mayMakeRooms) return;
  throw new Refusal("not-allowed", pageStrings.makeRooms.operatorOnly);
}

/**
 * Makes a room whose maker is its owner: in the room's space, the maker's and,
 * when it is public, the directory, all at once. Throws a refusal: `bad-args`, or
 * `not-allowed` for a person who is in too many.
 */
export async function createRoom(
  sync: Sync,
  { userID }: User,
  input: unknown,
): Promise<{ roomID: string; space: string }> {
  const { name, visibility } = valid(NewRoom, input);
  const roomID = ulid();
  const space = roomSpace(roomID);
  const room: Room = {
    id: roomID,
    name,
    topic: "",
    visibility,
    createdBy: userID,
    createdAt: Date.now(),
    messageCount: 0,
  };
  await sync.write(
    [space, userSpace(userID), DIRECTORY],
    (there, own, directory) => openRoom(room, there, own, directory),
  );
  return { roomID, space };
}

/**
 * What makes a room be there, with its maker as its owner: in its own space, the
 * maker's and the directory. Throws a `not-allowed` refusal for a maker who is
 * in too many, or has no account any more.
 */
export async function openRoom(
  room: Room,
  there: WriteTransaction,
  own: WriteTransaction,
  directory: WriteTransaction,
): Promise<void> {
  const { id: roomID, name, createdBy: id, visibility } = room;
  const joinedAt = Date.now();
  const profile = await assertPerson(own);
  await assertBelowRoomLimit(own);
  const owner: Member = { id, ...profile, role: "owner", joinedAt };
  const membership: Membership = { roomID, name, joinedAt };
  await there.set("room", room);
  await there.set(`member/${id}`, owner);
  await own.set(`membership/${roomID}`, membership);
  if (visibility !== "public") return;
  await directory.set(`listing/${roomID}`, listingOf(room));
}

const Change = v.object({ visibility: Visibility });

/**
 * Opens a room to all, or to its members alone, by its owner: in the room's
 * space and the directory at once. Those who may not read it any more are told
 * `gone`. Throws a refusal: `bad-args`, `not-found`, `not-allowed`.
 */
export async function setVisibility(
  sync: Sync,
  { userID }: User,
  roomID: string,
  input: unknown,
): Promise<void> {
  const space = roomSpace(roomID);
  if (!kindOf(space)) throw noSuchRoom();
  await sync.write([space, DIRECTORY], async (there, directory) => {
    const { room } = await assertOwner(there, userID);
    const { visibility } = valid(Change, input);
    if (visibility === room.visibility) return;
    await there.set("room", { ...room, visibility });
    const key = `listing/${roomID}`;
    if (visibility === "public") await directory.set(key, listingOf(room));
    else await directory.del(key);
  });
}

/** Makes the room "General" unless it is there. */
export async function seedGeneral(sync: Sync): Promise<void> {
  const createdAt = Date.now();
  const room: Room = {
    id: GENERAL,
    name: "General",
    topic: "Welcome! For everyone, about everything: say hello.",
    visibility: "public",
    createdBy: "kvetch",
    createdAt,
    messageCount: 0,
  };
  await sync.write(
    [roomSpace(GENERAL), DIRECTORY],
    async (there, directory) => {
      if (await roomIn(there)) return;
      await there.set("room", room);
      await directory.set(`listing/${GENERAL}`, listingOf(room));
    },
  );
}
