// The one place that decides who may read a space, and who is a member or an owner of a room:
// pages, push, pull, poke and the rooms API ask it.
import type { ReadTransaction } from "replicache";
import { bansIn, memberIn, profileOf, roomIn } from "../../chat/queries.ts";
import { Refusal } from "../../chat/refusal.ts";
import type { Ban, Member, Profile, Room } from "../../chat/schema.ts";
import {
  DIRECTORY,
  GENERAL,
  kindOf,
  roomSpace,
  userSpace,
} from "../../chat/spaces.ts";
import { SyncError, unknownSpace } from "../../sync/mod.ts";
import type { ChatSync as Sync } from "../chat/domain.ts";

/** Where a user stands in a room; `member` is undefined for a visitor. */
export type Standing = { room: Room; member: Member | undefined };

/** Whether a person is among those who are banned from a room. */
export const isBanned = (
  bans: readonly Ban[] | undefined,
  userID: string,
): boolean => bans?.some(({ id }) => id === userID) ?? false;

/** Who may see a room: its members, and a public one anyone who is not banned. */
const maySee = (
  room: Room | undefined,
  member: Member | undefined,
  bans: readonly Ban[] | undefined,
  userID: string,
) =>
  room !== undefined && (member !== undefined ||
    (room.visibility === "public" && !isBanned(bans, userID)));

/**
 * Whether a user may read a space: a public room, a room of theirs, their own
 * space, the directory. What cannot exist may not be read either, so that the
 * answer does not tell what there is.
 */
export const mayRead = (
  sync: Sync,
  userID: string,
  space: string,
): Promise<boolean> =>
  mayReadBy((...keys) => sync.get(space, ...keys), userID, space);

/** The same, by entries that `entries` gives. */
export async function mayReadBy(
  entries: (...keys: string[]) => Promise<unknown[]>,
  userID: string,
  space: string,
): Promise<boolean> {
  const kind = kindOf(space);
  switch (kind?.kind) {
    case "directory":
      return true;
    case "user":
      return kind.userID === userID;
    case "room": {
      const [room, member, bans] = await entries(
        "room",
        `member/${userID}`,
        "bans",
      );
      return maySee(
        room as Room | undefined,
        member as Member | undefined,
        bans as Ban[] | undefined,
        userID,
      );
    }
    default:
      return false;
  }
}

/** Throws `unknown-space` unless the user may read it. */
export async function assertMayRead(
  sync: Sync,
  userID: string,
  space: string,
): Promise<void> {
  if (!await mayRead(sync, userID, space)) throw unknownSpace();
}

/**
 * The same, for what asks again before anything comes of it: a remembered
 * membership is enough to say yes. All else takes one fresh look, whatever is
 * remembered, so that the time that a "no" takes tells nothing either.
 */
export async function assertMayAsk(
  sync: Sync,
  userID: string,
  space: string,
): Promise<void> {
  const standing = sync.remembered(space, "room", `member/${userID}`);
  if (!standing?.every(Boolean)) await assertMayRead(sync, userID, space);
}

/**
 * Throws `unknown-space` when the user may not read the space, and `forbidden`
 * for a space that takes no pushes. A user who may read any other may push: its
 * mutators refuse, a member whom another process has removed as well, as the
 * commit proves what they read.
 */
export async function assertMayPush(
  sync: Sync,
  userID: string,
  space: string,
): Promise<void> {
  if (space === DIRECTORY) {
    throw new SyncError("forbidden", "The directory takes no pushes.");
  }
  await assertMayAsk(sync, userID, space);
}

/**
 * Whether a person may see and write to another: they share a room, General too,
 * or are the same.
 */
export async function mayMeet(
  sync: Sync,
  userID: string,
  otherID: string,
): Promise<boolean> {
  if (userID === otherID) return true;
  // Most are in General, so that mostly this is all that is read.
  const inGeneral = await sync
    .get(roomSpace(GENERAL), `member/${userID}`, `member/${otherID}`);
  if (inGeneral.every(Boolean)) return true;
  const mine = new Set<string>();
  for await (const { key } of sync.scan(userSpace(userID), MEMBERSHIPS)) {
    mine.add(key);
  }
  for await (const { key } of sync.scan(userSpace(otherID), MEMBERSHIPS)) {
    if (mine.has(key)) return true;
  }
  return false;
}

const MEMBERSHIPS = "membership/";

/** Throws `unknown-space` when the user may not read a room's space, and `forbidden` when they are no member. */
export async function assertMayTellTyping(
  sync: Sync,
  userID: string,
  space: string,
): Promise<void> {
  await assertMayRead(sync, userID, space);
  const [member] = kindOf(space)?.kind === "room"
    ? await sync.get(space, `member/${userID}`)
    : [];
  if (member) return;
  throw new SyncError("forbidden", "Only members of a room can do this.");
}

/**
 * Where a user stands in the room of this transaction. Throws a `not-found`
 * refusal when they may not see it.
 */
export async function assertMaySee(
  tx: ReadTransaction,
  userID: string,
): Promise<Standing> {
  const room = await roomIn(tx);
  const member = await memberIn(tx, userID);
  if (!room || !maySee(room, member, await bansIn(tx), userID)) {
    throw noSuchRoom();
  }
  return { room, member };
}

/** As `assertMaySee`; throws `not-allowed` when the user sees the room and is no member of it. */
export async function assertMember(
  tx: ReadTransaction,
  userID: string,
): Promise<{ room: Room; member: Member }> {
  const { room, member } = await assertMaySee(tx, userID);
  if (member) return { room, member };
  throw new Refusal("not-allowed", "Only members of the room can do this.");
}

/** As `assertMember`, for what is its owners' alone. */
export async function assertOwner(
  tx: ReadTransaction,
  userID: string,
): Promise<{ room: Room; member: Member }> {
  const standing = await assertMember(tx, userID);
  if (standing.member.role === "owner") return standing;
  throw new Refusal("not-allowed", "Only an owner of the room can do this.");
}

/**
 * Throws `not-found` when a user may not see a room, and `not-allowed` when they
 * may not have all of it as a file: its owners may, and of direct messages,
 * which nobody owns, all who are in them.
 */
export async function assertMayExport(
  sync: Sync,
  userID: string,
  roomID: string,
): Promise<void> {
  const space = roomSpace(roomID);
  if (!kindOf(space)) throw noSuchRoom();
  const [room, member, bans] = await sync
    .get(space, "room", `member/${userID}`, "bans") as [
      Room | undefined,
      Member | undefined,
      Ban[] | undefined,
    ];
  if (!room || !maySee(room, member, bans, userID)) throw noSuchRoom();
  if (member && (member.role === "owner" || room.direct)) return;
  throw new Refusal("not-allowed", "Only an owner of the room can do this.");
}

/**
 * What the person of this space is called. Throws `not-allowed` for one whose
 * account was deleted while the request was under way.
 */
export async function assertPerson(own: ReadTransaction): Promise<Profile> {
  const profile = await profileOf(own);
  if (profile) return profile;
  throw new Refusal("not-allowed", "There is no such account any more.");
}

export const noSuchRoom = () =>
  new Refusal("not-found", "There is no such room.");
