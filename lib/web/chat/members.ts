// Members of a room: joining, leaving, removing, inviting.
import type { WriteTransaction } from "replicache";
import * as v from "@badrap/valita";
import {
  bansIn,
  invitationsIn,
  memberIn,
  membershipsOf,
  roomIn,
} from "../../chat/queries.ts";
import { Refusal } from "../../chat/refusal.ts";
import {
  type Ban,
  type Invitation,
  type LeftRoom,
  type Member,
  type Membership,
  type Profile,
  type Role,
  type Room,
  valid,
} from "../../chat/schema.ts";
import { kindOf, roomSpace, userSpace } from "../../chat/spaces.ts";
import type { User } from "../../chat/views.ts";
import {
  assertMember,
  assertOwner,
  assertPerson,
  isBanned,
  noSuchRoom,
} from "../auth/access.ts";
import type { ChatSync as Sync } from "./domain.ts";
import { hashOf, newToken } from "../auth/token.ts";

const INVITATION_LIFETIME_MS = 7 * 24 * 60 * 60 * 1000;
const MAX_INVITATIONS_PER_ROOM = 50; // then the oldest goes
const MAX_ROOMS_PER_PERSON = 500; // lists and new names go through all of them

/**
 * Makes a person a member of a public room, or of a private one by an
 * invitation's secret; a member stays one. Throws a `not-found` refusal for a
 * room that is unknown, that they are banned from, or that is private without
 * an invitation that holds, and a `not-allowed` one for a person who is in too
 * many.
 */
export async function joinRoom(
  sync: Sync,
  { userID }: User,
  roomID: string,
  secret?: string,
): Promise<void> {
  const spaces = [spaceOf(roomID), userSpace(userID)];
  const id = secret === undefined ? "" : hashOf(secret);
  await sync.write(spaces, async (there, own) => {
    const room = await roomIn(there);
    if (room && await memberIn(there, userID)) return;
    const mayJoin = room?.visibility === "public" ||
      await invitationIn(there, id);
    if (!room || !mayJoin || isBanned(await bansIn(there), userID)) {
      throw noSuchRoom();
    }
    const profile = await assertPerson(own);
    await assertBelowRoomLimit(own);
    await addMember(there, own, room, userID, profile);
  });
}

/** Makes a person a member of a room, in the room's space and their own. */
export async function addMember(
  there: WriteTransaction,
  own: WriteTransaction,
  room: Room,
  userID: string,
  profile: Profile,
): Promise<void> {
  const { id: roomID } = room;
  const joinedAt = Date.now();
  const member: Member = { id: userID, ...profile, role: "member", joinedAt };
  const membership: Membership = { roomID, name: room.name, joinedAt };
  if (room.direct) {
    membership.direct = true;
    membership.begunBy = room.createdBy;
  }
  await there.set(`member/${userID}`, member);
  await own.set(`membership/${roomID}`, membership);
  await own.del(`left/${roomID}`);
}

/** Throws a `not-allowed` refusal unless a person, whose own space this is, may be in another room; direct messages count apart. */
export async function assertBelowRoomLimit(
  own: WriteTransaction,
): Promise<void> {
  const rooms = (await membershipsOf(own)).filter(({ direct }) => !direct);
  if (rooms.length < MAX_ROOMS_PER_PERSON) return;
  throw new Refusal(
    "not-allowed",
    `You are in ${MAX_ROOMS_PER_PERSON} rooms. Leave one of them first.`,
  );
}

/** The invitation of that ID, if it holds. */
async function invitationIn(tx: WriteTransaction, id: string) {
  const invitations = await invitationsIn(tx, Date.now());
  return invitations.find((invitation) => invitation.id === id);
}

/**
 * As `endMember`, by the person themselves: direct messages between two are not
 * left while both are there, which is a `not-allowed` refusal.
 */
export async function leaveRoom(
  sync: Sync,
  userID: string,
  roomID: string,
): Promise<void> {
  const space = spaceOf(roomID);
  const [room, member] = await sync.get(space, "room", `member/${userID}`);
  const isOfTwo = member && (room as Room | undefined)?.size === 2;
  if (isOfTwo && await heirOf(sync, space, userID)) {
    throw new Refusal(
      "not-allowed",
      "Direct messages between two can't be left. Mute them instead.",
    );
  }
  await endMember(sync, userID, roomID);
}

/**
 * Ends a person's membership; what they wrote stays. When the last owner
 * leaves, the member who has been there longest owns the room. Throws a
 * `not-found` refusal for a person who is no member.
 */
export async function endMember(
  sync: Sync,
  userID: string,
  roomID: string,
): Promise<void> {
  const space = spaceOf(roomID);
  /** An owner stays behind, if the room has one; else who is to be one. */
  let heir: Member | undefined;
  const leave = (there: WriteTransaction, own: WriteTransaction) =>
    leaveTo(there, own, roomID, userID, heir);
  while (!await sync.write([space, userSpace(userID)], leave)) {
    heir = await heirOf(sync, space, userID);
  }
}

/** False, and changes nothing, when an owner leaves who has another heir than this one. */
async function leaveTo(
  there: WriteTransaction,
  own: WriteTransaction,
  roomID: string,
  userID: string,
  heir: Member | undefined,
): Promise<boolean> {
  const member = await memberIn(there, userID);
  if (!member) throw noSuchRoom();
  if (member.role === "owner" && heir) {
    const found = await memberIn(there, heir.id);
    if (found?.role !== heir.role) return false;
    if (found.role !== "owner") await setRole(there, found, "owner");
  } else if (member.role === "owner") {
    const some = await there.scan({ prefix: "member/", limit: 2 }).toArray();
    if (some.length > 1) return false;
    // The room is empty: none of its members can withdraw them any more.
    await withdrawAllInvitations(there);
  }
  await there.del(`member/${userID}`);
  await endMembership(own, roomID);
  return true;
}

/**
 * Another owner than this person, or, if there is none, the member who has been
 * there longest. All members are read for it, a few at a time and before the
 * room is written to: of very many it takes seconds, in which others write.
 */
async function heirOf(
  sync: Sync,
  space: string,
  userID: string,
): Promise<Member | undefined> {
  let longest: Member | undefined;
  for await (const { value } of sync.scan(space, "member/")) {
    const member = value as Member;
    if (member.id === userID) continue;
    if (member.role === "owner") return member;
    if (!longest || member.joinedAt < longest.joinedAt) longest = member;
  }
  return longest;
}

const RoleChange = v.object({
  role: v.union(v.literal("owner"), v.literal("member")),
});

const setRole = (there: WriteTransaction, member: Member, role: Role) =>
  there.set(`member/${member.id}`, { ...member, role });

/**
 * Makes a member an owner, or an owner an ordinary member, by an owner. The last
 * owner stays one, so that somebody can look after the room. Throws a refusal: `bad-args`, `not-found` for a room one may not see or who
 * is no member, `not-allowed`.
 */
export async function changeRole(
  sync: Sync,
  owner: User,
  roomID: string,
  userID: string,
  input: unknown,
): Promise<void> {
  spaceOfPerson(userID);
  const space = spaceOf(roomID);
  let other: Member | undefined;
  const change = async (there: WriteTransaction) => {
    await assertOwner(there, owner.userID);
    const { role } = valid(RoleChange, input);
    const member = await memberIn(there, userID);
    if (!member) throw noSuchMember();
    if (role === member.role) return true;
    if (member.role === "owner") {
      const found = other && await memberIn(there, other.id);
      if (found?.role !== "owner") return false;
    }
    await setRole(there, member, role);
    return true;
  };
  while (!await sync.write([space], change)) {
    other = await heirOf(sync, space, userID);
    if (other?.role === "owner") continue;
    throw new Refusal(
      "not-allowed",
      "This room has no other owner. Make another member an owner first.",
    );
  }
}

/**
 * Ends another's membership, by an owner. All invitations to the room are
 * withdrawn, as the one who is out may hold one. Throws a refusal: `not-found`
 * for a room one may not see or who is no member, `not-allowed`.
 */
export async function removeMember(
  sync: Sync,
  owner: User,
  roomID: string,
  userID: string,
): Promise<void> {
  if (userID === owner.userID) return await leaveRoom(sync, userID, roomID);
  const spaces = [spaceOf(roomID), spaceOfPerson(userID)];
  await sync.write(spaces, async (there, own) => {
    await assertOwner(there, owner.userID);
    if (!await memberIn(there, userID)) throw noSuchMember();
    await putOut(there, own, roomID, userID);
  });
}

/** Ends a membership against its member's will, and all invitations, in the room's space and the member's. */
export async function putOut(
  there: WriteTransaction,
  own: WriteTransaction,
  roomID: string,
  userID: string,
): Promise<void> {
  await there.del(`member/${userID}`);
  await endMembership(own, roomID);
  await withdrawAllInvitations(there);
}

/** Replaces a membership, and what was set for the room, by `left/<roomID>`: what the person wrote is still in the room. */
export async function endMembership(
  own: WriteTransaction,
  roomID: string,
): Promise<void> {
  // A space that was erased meanwhile stays so.
  if (await own.isEmpty()) return;
  const left: LeftRoom = { roomID };
  await own.del(`membership/${roomID}`);
  await own.del(`settings/${roomID}`);
  await own.set(`left/${roomID}`, left);
}

/**
 * Makes an invitation to a room, by any of its members. Its secret is given
 * back here; only its hash is stored. Throws a refusal: `not-found`, `not-allowed`.
 */
export async function inviteTo(
  sync: Sync,
  { userID }: User,
  roomID: string,
): Promise<{ secret: string; invitation: Invitation }> {
  const secret = newToken();
  const id = hashOf(secret);
  const createdAt = Date.now();
  const expiresAt = createdAt + INVITATION_LIFETIME_MS;
  const invitation: Invitation = { id, by: userID, createdAt, expiresAt };
  await sync.write([spaceOf(roomID)], async (there) => {
    const { room } = await assertMember(there, userID);
    if (room.direct) {
      throw new Refusal(
        "not-allowed",
        "Nobody is added to direct messages. Begin others, with all of them.",
      );
    }
    const all = await invitationsIn(there, createdAt);
    const newest = new Set(
      all.slice(-(MAX_INVITATIONS_PER_ROOM - 1)).map(({ id }) => id),
    );
    for (const { id } of await invitationsIn(there, 0)) {
      if (!newest.has(id)) await there.del(`invitation/${id}`);
    }
    await there.set(`invitation/${id}`, invitation);
  });
  return { secret, invitation };
}

/**
 * Withdraws an invitation: by the member who made it or an owner. Throws a refusal:
 * `not-found`, `not-allowed`.
 */
export async function withdrawInvitation(
  sync: Sync,
  { userID }: User,
  roomID: string,
  id: string,
): Promise<void> {
  await sync.write([spaceOf(roomID)], async (there) => {
    const { member } = await assertMember(there, userID);
    const invitation = (await invitationsIn(there, 0))
      .find((each) => each.id === id);
    if (!invitation) {
      throw new Refusal("not-found", "There is no such invitation.");
    }
    if (invitation.by !== userID && member.role !== "owner") {
      throw new Refusal(
        "not-allowed",
        "Only the member who made an invitation, or an owner of the room, can withdraw it.",
      );
    }
    await there.del(`invitation/${id}`);
  });
}

/** The names of a room and of the member who invites to it, if that is there. */
export type Invited = { room: string; by: string | undefined };

/**
 * What an invitation's secret opens; null when it opens nothing (any more), or
 * not to this person, if it is known who asks.
 */
export async function findInvitation(
  sync: Sync,
  roomID: string,
  secret: string,
  userID?: string,
): Promise<Invited | null> {
  const space = roomSpace(roomID);
  if (!kindOf(space)) return null;
  const id = hashOf(secret);
  const [room, found, bans] = await sync
    .get(space, "room", `invitation/${id}`, "bans");
  const invitation = found as Invitation | undefined;
  if (userID && isBanned(bans as Ban[] | undefined, userID)) return null;
  if (!room || !invitation || invitation.expiresAt <= Date.now()) return null;
  const [host] = await sync.get(space, `member/${invitation.by}`);
  const nameOf = (value: unknown) => (value as Member | undefined)?.name;
  return { room: nameOf(room)!, by: nameOf(host) };
}

async function withdrawAllInvitations(tx: WriteTransaction): Promise<void> {
  for (const { id } of await invitationsIn(tx, 0)) {
    await tx.del(`invitation/${id}`);
  }
}

/** The space of a room that there can be; throws a `not-found` refusal for others. */
export function spaceOf(roomID: string): string {
  const space = roomSpace(roomID);
  if (!kindOf(space)) throw noSuchRoom();
  return space;
}

/** The space of a person whom there can be; throws a `not-found` refusal for others. */
export function spaceOfPerson(userID: string): string {
  const space = userSpace(userID);
  if (!kindOf(space)) throw noSuchMember();
  return space;
}

export const noSuchMember = () =>
  new Refusal("not-found", "There is no such member in this room.");
