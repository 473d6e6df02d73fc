// Begins rooms of direct messages: whoever does so, the same people get the same room.
import { createHash } from "node:crypto";
import type { ReadTransaction, WriteTransaction } from "replicache";
import {
  beginDirectArgs,
  directRoomID,
  newDirectRoom,
} from "../../chat/direct.ts";
import { MAX_PEOPLE } from "../../chat/lengths.ts";
import {
  blockedBy,
  memberIn,
  membershipsOf,
  profileOf,
  roomIn,
} from "../../chat/queries.ts";
import { Refusal } from "../../chat/refusal.ts";
import { type Room, valid } from "../../chat/schema.ts";
import { roomSpace, userSpace } from "../../chat/spaces.ts";
import type { User } from "../../chat/views.ts";
import { mayMeet } from "../auth/access.ts";
import type { State } from "../state.ts";
import { actorOf } from "./domain.ts";
import { addMember } from "./members.ts";

/** Of direct messages that a person has begun, besides their other rooms. */
const MAX_BEGUN = 500;
/** Of those that others have added them to, without what is begun by people whom they have blocked: else these could close them. */
const MAX_ADDED = 2_000;
/** Of those that one person has added another to. */
const MAX_ADDED_BY_ONE = 100;
/** People of whom one commit writes, so that it fits a KV server's ten checks: two for each, and two for the room. */
const PEOPLE_PER_COMMIT = 4;

const sha256 = (text: string) =>
  createHash("sha256").update(text).digest("hex");

type Services = Pick<State, "sync" | "limits" | "held">;
type Begun = { roomID: string; space: string };

/**
 * The room of direct messages that a person and the people of `input` have: it
 * is made if it is not there; who has left it comes back, and nobody else does.
 * They are added before the room itself is there: until then nobody sees
 * anything of it, and when the process dies on the way, doing it again does the
 * rest. Throws a refusal: `bad-args`, `not-found` for somebody who is not there
 * or shares no room with the person, `full`; and a `LimitReached`.
 */
export async function beginDirect(
  { sync, limits, held }: Services,
  { userID }: User,
  input: unknown,
): Promise<Begun> {
  const { people } = valid(beginDirectArgs, input);
  const others = [...new Set(people.map(({ id }) => id))]
    .filter((id) => id !== userID);
  assertNumber(others.length + 1);
  const all = [...others, userID].sort();
  const roomID = directRoomID(all, sha256);
  const space = roomSpace(roomID);
  const begun = { roomID, space };
  const [isThere, isMember] = await sync
    .get(space, "room", `member/${userID}`);
  if (isThere && isMember) return begun;
  await limits.count("direct", userID);

  const room: Room = {
    id: roomID,
    ...newDirectRoom(userID, all.length, Date.now()),
  };
  const add = (some: string[]) =>
    sync.write(
      [space, ...some.map(userSpace)],
      async (there, ...owns) => {
        const isBegun = await roomIn(there) !== undefined;
        for (const [i, id] of some.entries()) {
          // Who has left it meanwhile is not brought back by others.
          if (isBegun && id !== userID) continue;
          await addPerson(there, owns[i], room, id);
        }
        if (!isBegun && some.includes(userID)) await there.set("room", room);
      },
    );
  if (!isThere) {
    await assertMayMeet({ sync, held }, userID, others);
    while (others.length >= PEOPLE_PER_COMMIT) {
      await add(others.splice(0, PEOPLE_PER_COMMIT));
    }
  }
  await add(isThere ? [userID] : [...others, userID]);
  return begun;
}

function assertNumber(people: number): void {
  if (people < 2) {
    throw new Refusal("bad-args", "people: Choose somebody else, too.");
  }
  if (people > MAX_PEOPLE) {
    throw new Refusal(
      "bad-args",
      `people: Direct messages are between ${MAX_PEOPLE} people at the most.`,
    );
  }
}

/** One and the same for who is not there and who is not to be written to: it tells nobody who there is. */
const noSuchPerson = () =>
  new Refusal(
    "not-found",
    "One of them is not there, or is in no room with you.",
  );

/**
 * Throws a refusal unless a person is in some room with each of these, and all
 * may be in one more: before anything is written. The commits look again.
 */
async function assertMayMeet(
  { sync, held }: Pick<State, "sync" | "held">,
  userID: string,
  others: readonly string[],
): Promise<void> {
  for (const id of [userID, ...others]) {
    const space = userSpace(id);
    const [profile] = await sync.get(space, "profile");
    if (!profile || !await mayMeet(sync, userID, id)) throw noSuchPerson();
    const own = await sync.view(space, actorOf(id), 1, held.tryAdd);
    await assertBelowLimit(own, id, userID);
  }
}

/** Throws a `full` refusal unless a person, whose own space this is, may be in one more that somebody begins. */
async function assertBelowLimit(
  own: ReadTransaction,
  userID: string,
  begunBy: string,
): Promise<void> {
  const direct = (await membershipsOf(own)).filter((each) => each.direct);
  const by = direct.filter((each) => each.begunBy === begunBy).length;
  if (begunBy === userID) {
    if (by < MAX_BEGUN) return;
    throw new Refusal(
      "full",
      `You have begun direct messages with ${MAX_BEGUN} others.`,
    );
  }
  const blocked = new Set((await blockedBy(own)).map(({ id }) => id));
  const added = direct.filter((each) =>
    each.begunBy !== userID && !blocked.has(each.begunBy ?? "")
  );
  if (by < MAX_ADDED_BY_ONE && added.length < MAX_ADDED) return;
  throw new Refusal("full", "One of them has too many direct messages.");
}

/** Makes somebody a member, who may be one already, in the room's space and their own. */
async function addPerson(
  there: WriteTransaction,
  own: WriteTransaction,
  room: Room,
  userID: string,
): Promise<void> {
  if (await memberIn(there, userID)) return;
  const profile = await profileOf(own);
  if (!profile) throw noSuchPerson(); // meanwhile
  await assertBelowLimit(own, userID, room.createdBy);
  await addMember(there, own, room, userID, profile);
}
