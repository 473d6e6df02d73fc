// A person's profile: their name, picture and status, in their own space and in the rooms they are in.
import { deviceStrings } from "../../chat/strings/device.ts";
import { nameArgs, serverUserMutators } from "../../chat/server_mutators.ts";
import {
  memberIn,
  membershipsOf,
  profileOf,
  roomIn,
} from "../../chat/queries.ts";
import { Refusal } from "../../chat/refusal.ts";
import { type Profile, valid } from "../../chat/schema.ts";
import { GENERAL, roomSpace, userSpace } from "../../chat/spaces.ts";
import type { User } from "../../chat/views.ts";
import { assertPerson } from "../auth/access.ts";
import type { ChatSync } from "./domain.ts";
import { addMember } from "./members.ts";

/** A person by their ID; null when there is none. */
export async function userOf(
  sync: ChatSync,
  userID: string,
): Promise<User | null> {
  const [profile] = await sync.get(userSpace(userID), "profile");
  if (!profile) return null;
  const { name, avatar } = profile as Profile;
  return { userID, name, ...avatar && { avatar } };
}

/** Throws a `bad-args` refusal unless a person has typed their own name, to be sure of what they do. */
export function assertOwnName({ name }: User, typed: unknown): void {
  const isIt = typeof typed === "string" &&
    typed.trim().normalize() === name.normalize();
  if (!isIt) {
    throw new Refusal("bad-args", `name: ${deviceStrings.deleteAccount.wrong}`);
  }
}

/** Makes a person: their own space is born with their name, as a member of General. */
export async function makePerson(sync: ChatSync, user: User): Promise<void> {
  const { userID, name } = user;
  const spaces = [userSpace(userID), roomSpace(GENERAL)];
  await sync.write(spaces, async (own, general) => {
    await own.set("profile", { name });
    await own.set("called", { name });
    const room = await roomIn(general);
    if (room) await addMember(general, own, room, userID, { name });
  });
}

/**
 * Gives a person another name, also where they are a member; what they wrote
 * keeps the one it was written under. Throws a `bad-args` refusal for a bad
 * `name` in what came in.
 */
export async function rename(
  sync: ChatSync,
  userID: string,
  input: unknown,
): Promise<User> {
  const { name } = valid(nameArgs, input);
  await sync.write([userSpace(userID)], async (own) => {
    await own.set("profile", { ...await assertPerson(own), name });
  });
  await updateProfileInRooms(sync, userID);
  return { userID, name };
}

/** What a person says of themselves; empty when nothing. */
export async function statusOf(
  sync: ChatSync,
  userID: string,
): Promise<string> {
  const [profile] = await sync.get(userSpace(userID), "profile");
  return (profile as Profile | undefined)?.status ?? "";
}

/** Has a person say another status. Throws a `bad-args` refusal for a bad `status` in what came in. */
export async function setStatus(
  sync: ChatSync,
  userID: string,
  { status }: { status: string },
): Promise<void> {
  const { setProfile } = serverUserMutators(() => undefined);
  await sync.write([userSpace(userID)], (own) => setProfile(own, { status }));
  await updateProfileInRooms(sync, userID);
}

/**
 * Brings a person's profile to the rooms they are in, if those have another,
 * after a change by a form or by a push. Room by room; when it fails on the way,
 * the next call does the rest.
 */
export async function updateProfileInRooms(
  sync: ChatSync,
  userID: string,
): Promise<void> {
  const space = userSpace(userID);
  const [profile, called] = await sync.get(space, "profile", "called");
  if (!profile || isSame(profile as Profile, called as Profile)) return;

  const memberships = await sync.write([space], (own) => membershipsOf(own));
  for (const { roomID } of memberships) {
    await sync.write([roomSpace(roomID), space], async (there, own) => {
      // Read here, so that of two changes at once the later one stays.
      const profile = await profileOf(own);
      const member = await memberIn(there, userID);
      if (!profile || !member || isSame(profile, member)) return;
      const { id, role, joinedAt } = member;
      await there.set(`member/${userID}`, { id, ...profile, role, joinedAt });
    });
  }
  await sync.write([space], async (own) => {
    const now = await profileOf(own);
    if (now && isSame(now, profile as Profile)) await own.set("called", now);
  });
}

const isSame = (a: Profile, b: Profile | undefined): boolean =>
  a.name === b?.name && a.avatar === b.avatar && a.status === b.status;
