// Who is banned from a room: banning a person, allowing them again, and who it is for the owners to see.
import type { WriteTransaction } from "replicache";
import { bansIn, memberIn } from "../../chat/queries.ts";
import { Refusal } from "../../chat/refusal.ts";
import type { Ban } from "../../chat/schema.ts";
import { DELETED_USER } from "../../chat/direct.ts";
import type { BannedPerson, User } from "../../chat/views.ts";
import { assertOwner } from "../auth/access.ts";
import type { ChatSync } from "./domain.ts";
import { noSuchMember, putOut, spaceOf, spaceOfPerson } from "./members.ts";
import { userOf } from "./profile.ts";

/** Of one room: all are in one entry, which every reader of the room is sent. */
const MAX_BANS = 500;

/**
 * Bans a person who is or was a member, by an owner: they are out, may not join
 * again, and the room is to them as if it were not there. Who is banned stays
 * so. Throws a refusal: `not-found` for a room one may not see or who never was
 * a member, `not-allowed`, `full`.
 */
export async function banPerson(
  sync: ChatSync,
  owner: User,
  roomID: string,
  userID: string,
): Promise<void> {
  const spaces = [spaceOf(roomID), spaceOfPerson(userID)];
  await sync.write(spaces, async (there, own) => {
    await assertOwner(there, owner.userID);
    if (userID === owner.userID) {
      throw new Refusal("not-allowed", "You can't ban yourself.");
    }
    const bans = await bansIn(there);
    if (bans.some(({ id }) => id === userID)) return;
    const isMember = await memberIn(there, userID) !== undefined;
    // Others can't be asked about: an ID alone tells nothing of a person.
    if (!isMember && !await own.has(`left/${roomID}`)) throw noSuchMember();
    if (bans.length >= MAX_BANS) {
      throw new Refusal(
        "full",
        `${MAX_BANS} people are banned from this room. Allow one of them again first.`,
      );
    }
    if (isMember) await putOut(there, own, roomID, userID);
    await setBans(there, [...bans, { id: userID, at: Date.now() }]);
  });
}

/**
 * Lets a banned person come back, by an owner: they are no member by that.
 * Throws a refusal: `not-found` for a room one may not see or who is not
 * banned, `not-allowed`.
 */
export async function allowAgain(
  sync: ChatSync,
  owner: User,
  roomID: string,
  userID: string,
): Promise<void> {
  await sync.write([spaceOf(roomID)], async (there) => {
    await assertOwner(there, owner.userID);
    const bans = await bansIn(there);
    const others = bans.filter(({ id }) => id !== userID);
    if (others.length === bans.length) {
      throw new Refusal("not-found", "That person is not banned.");
    }
    await setBans(there, others);
  });
}

async function setBans(there: WriteTransaction, bans: Ban[]): Promise<void> {
  if (bans.length > 0) await there.set("bans", bans);
  else await there.del("bans");
}

/** Banned people, the last one first, under the names that they have by now. */
export const bannedPeople = (
  sync: ChatSync,
  bans: readonly Ban[],
): Promise<BannedPerson[]> =>
  Promise.all(
    bans.toReversed().map(async ({ id, at }) => {
      const person = await userOf(sync, id);
      return { id, at, name: person?.name ?? DELETED_USER };
    }),
  );
