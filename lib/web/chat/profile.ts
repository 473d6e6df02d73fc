// A person's profile: what they are called, in their own space and in the rooms they are in.
import { deviceStrings } from "../../chat/strings/device.ts";
import { setProfileArgs } from "../../chat/server_mutators.ts";
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
  return profile ? { userID, name: (profile as Profile).name } : null;
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
    if (room) await addMember(general, own, room, user);
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
  const { name } = valid(setProfileArgs, input);
  await sync.write([userSpace(userID)], async (own) => {
    await assertPerson(own);
    await own.set("profile", { name });
  });
  await updateNameInRooms(sync, userID);
  return { userID, name };
}

/**
 * Brings a person's name to the rooms they are in, if it is not what they are
 * called there, after a change by a form or by a push. Room by room; when it
 * fails on the way, the next call does the rest.
 */
export async function updateNameInRooms(
  sync: ChatSync,
  userID: string,
): Promise<void> {
  const space = userSpace(userID);
  const [profile, called] = await sync.get(space, "profile", "called");
  const name = (profile as Profile | undefined)?.name;
  if (name === undefined) return;
  if ((called as Profile | undefined)?.name === name) return;

  const memberships = await sync.write([space], (own) => membershipsOf(own));
  for (const { roomID } of memberships) {
    await sync.write([roomSpace(roomID), space], async (there, own) => {
      // Read here, so that of two changes at once the later one stays.
      const profile = await profileOf(own);
      const member = await memberIn(there, userID);
      if (!profile || !member || member.name === profile.name) return;
      await there.set(`member/${userID}`, { ...member, name: profile.name });
    });
  }
  await sync.write([space], async (own) => {
    if ((await profileOf(own))?.name === name) {
      await own.set("called", { name });
    }
  });
}
