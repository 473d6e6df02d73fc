// Rooms of direct messages: which room a group of people has, how each of them sees it.
import * as v from "@badrap/valita";
import type { WriteTransaction } from "replicache";
import type { Actor, Args } from "./mutators.ts";
import { roomIn } from "./queries.ts";
import { ID, type Member, type Room, valid } from "./schema.ts";
import { DIRECT } from "./spaces.ts";
import { nameTagsFor } from "./name_tags.ts";
import type { Person, RoomSummary } from "./views.ts";

/** What it is called where it is not known who looks, and to pages of before there were any. */
const DIRECT_NAME = "Direct message";

/** What stands for the name of somebody who has deleted their account. */
export const DELETED_USER = "Deleted user";

/** Of the hash, in hex digits: 192 bits. */
const HASH_LENGTH = 48;

/**
 * The ID of the room that these people have, in whatever order they are named.
 * `sha256` gives the hash of a text, as hex digits in small letters.
 */
export const directRoomID = (
  userIDs: readonly string[],
  sha256: (text: string) => string,
): string =>
  DIRECT +
  sha256([...new Set(userIDs)].sort().join(" ")).slice(0, HASH_LENGTH);

/** What asks for a room of direct messages: who is to be in it, with or without the one who asks. Names count in the browser alone. */
export const beginDirectArgs = v.object({
  people: v.array(v.object({ id: ID, name: v.string().optional() })),
});

const beginInBrowserArgs = v.object({
  roomID: ID,
  people: v.array(v.object({ id: ID, name: v.string() })),
});

/** The mutator that shows a room of direct messages before the server has made it. */
export const directMutators = (actor: Actor) => ({
  /** `people` are all who are to be in it. Changes nothing where the room is there. */
  async beginDirect(tx: WriteTransaction, input: Args) {
    if (await roomIn(tx)) return;
    const { roomID, people } = valid(beginInBrowserArgs, input);
    const now = actor.now();
    for (const { id, name } of people) {
      const member: Member = { id, name, role: "member", joinedAt: now };
      await tx.set(`member/${id}`, member);
    }
    const room: Room = {
      id: roomID,
      ...newDirectRoom(actor.userID, people.length, now),
      pending: true,
    };
    await tx.set("room", room);
  },
});

export type DirectMutators = ReturnType<typeof directMutators>;

/** All but the ID of a room of direct messages between `size` people that is begun at a time. */
export const newDirectRoom = (
  createdBy: string,
  size: number,
  createdAt: number,
): Omit<Room, "id"> => ({
  name: DIRECT_NAME,
  topic: "",
  visibility: "private",
  createdBy,
  createdAt,
  messageCount: 0,
  direct: true,
  size,
});

/** The others in a room, by name: everywhere in the same order. */
export const othersIn = (
  members: readonly Member[],
  userID: string,
): Person[] =>
  members.filter(({ id }) => id !== userID)
    .map(({ id, name, avatar }) => ({ id, name, ...avatar && { avatar } }))
    .sort((a, b) => a.name < b.name ? -1 : 1);

type TagOf = ReturnType<typeof nameTagsFor>;

/** What a person is called among others, as `nameTagsFor` tells them apart. */
export const calledAmong = (tagOf: TagOf, person: Person): string =>
  [person.name, tagOf(person)].filter(Boolean).join(" ");

/** What direct messages with these others are called. */
export const namesOf = (
  people: readonly Person[],
  tagOf: TagOf = nameTagsFor(people),
): string =>
  people.map((each) => calledAmong(tagOf, each)).join(", ") || "Only you";

/** A person's rooms, those of direct messages called so that no two look the same: names that do among the people of all of them have tags. */
export function toldApart(rooms: readonly RoomSummary[]): RoomSummary[] {
  const people = rooms.flatMap(({ people = [] }) => people);
  const byID = new Map(people.map((each) => [each.id, each]));
  const tagOf = nameTagsFor([...byID.values()]);
  return rooms.map((room) =>
    room.people?.length ? { ...room, name: namesOf(room.people, tagOf) } : room
  );
}

/**
 * A room as one of its people sees it: one of direct messages is named by the
 * others, and says of the one other what they say of themselves. Of two nobody
 * leaves as long as both are there: who is missing has deleted their account.
 */
export function asSeenBy(
  room: Room,
  members: readonly Member[],
  userID: string,
): Room {
  if (!room.direct) return room;
  const others = members.filter(({ id }) => id !== userID);
  const topic = others.length === 1 ? others[0].status ?? "" : "";
  const isGone = others.length === 0 && room.size === 2;
  const name = isGone ? DELETED_USER : namesOf(othersIn(members, userID));
  return { ...room, name, topic };
}

/**
 * Whether a room is in a person's list: direct messages that another has begun
 * are, once something was written, or while they are open.
 */
export const isListed = (
  { direct, messageCount, begunBy, roomID }: RoomSummary,
  userID: string,
  openRoomID: string | undefined,
): boolean =>
  !direct || messageCount > 0 || begunBy === userID || roomID === openRoomID;

/**
 * Whether a person does not want to know of a room of direct messages: one that
 * somebody has begun whom they have blocked, or with nobody else in it.
 */
export const isUnwanted = (
  begunBy: string,
  others: readonly Person[],
  blocked: ReadonlySet<string>,
): boolean =>
  blocked.has(begunBy) || (others.length === 1 && blocked.has(others[0].id));
