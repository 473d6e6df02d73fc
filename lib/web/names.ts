// What people are called: in their own space, and in the rooms they are in.
import { memberIn, membershipsOf } from "../chat/queries.ts";
import { Name } from "../chat/names.ts";
import { type Profile, valid } from "../chat/schema.ts";
import { roomSpace, userSpace } from "../chat/spaces.ts";
import type { User } from "../chat/views.ts";
import { actorOf, type ChatSync } from "./domain.ts";

/** A person by their ID; null when there is none. */
export async function userOf(
  sync: ChatSync,
  userID: string,
): Promise<User | null> {
  const [profile] = await sync.get(userSpace(userID), "profile");
  return profile ? { userID, name: (profile as Profile).name } : null;
}

/** Puts a name into a person's own space, which is born by it. */
export async function setName(
  sync: ChatSync,
  { userID, name }: User,
): Promise<void> {
  const profile: Profile = { name };
  await sync.write([userSpace(userID)], (own) => own.set("profile", profile));
}

/**
 * Gives a person another name, also where they are a member; what they wrote
 * keeps the one it was written under. Room by room: when it fails on the way,
 * doing it again does the rest. Throws a `bad-args` refusal for a bad name.
 */
export async function rename(
  sync: ChatSync,
  userID: string,
  input: unknown,
): Promise<User> {
  const user = { userID, name: valid(Name, input) };
  await setName(sync, user);
  const own = await sync.view(userSpace(userID), actorOf(userID), 1);
  for (const { roomID } of await membershipsOf(own)) {
    await sync.write([roomSpace(roomID)], async (there) => {
      const member = await memberIn(there, userID);
      if (!member || member.name === user.name) return;
      await there.set(`member/${userID}`, { ...member, name: user.name });
    });
  }
  return user;
}
