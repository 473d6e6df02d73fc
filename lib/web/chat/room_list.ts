// The list of rooms that there are for a person, page by page: their own, then the public ones.
import * as v from "@badrap/valita";
import {
  asSeenBy,
  isUnwanted,
  othersIn,
  toldApart,
} from "../../chat/direct.ts";
import { inboxIn, unreadOf } from "../../chat/inbox.ts";
import { folded } from "../../chat/last_message.ts";
import { MAX_TOPIC } from "../../chat/lengths.ts";
import { blockedBy, membershipsOf, readStateOf } from "../../chat/queries.ts";
import { readSeqIn } from "../../chat/read_state.ts";
import { roomFinder } from "../../chat/room_finder.ts";
import { inOrderOfUse } from "../../chat/room_order.ts";
import { pagesOfOwn } from "../../chat/room_pages.ts";
import { roomSettingsOf } from "../../chat/room_settings.ts";
import { type Listing, valid } from "../../chat/schema.ts";
import { DIRECTORY, roomSpace, userSpace } from "../../chat/spaces.ts";
import type { RoomPage, RoomSummary, User } from "../../chat/views.ts";
import { isBanned } from "../auth/access.ts";
import { actorOf } from "./domain.ts";
import type { State } from "../state.ts";
import { updateProfileInRooms } from "./profile.ts";

const LISTINGS = "listing/";
const PAGE = 100; // rooms
const MAX_SCANNED = 1_000; // listings, for one page: of what is sought there may be none

/** Where a page begins: behind a room of one's own, by when one joined it, or behind a public one, by when it was made. */
type Cursor = { part: "own" | "public"; at: number; roomID: string };

const cursorOf = ({ part, at, roomID }: Cursor) => `${part}.${at}.${roomID}`;

/** The place that a text names; undefined when it names none. */
function cursorIn(text: string): Cursor | undefined {
  const [, part, at, roomID] =
    text.match(/^(own|public)\.(\d{1,16})\.([A-Za-z0-9_-]{1,64})$/) ?? [];
  return part ? { part, at: Number(at), roomID } as Cursor : undefined;
}

const After = v.string().chain((text) => {
  const cursor = cursorIn(text);
  return cursor
    ? v.ok(cursor)
    : v.err("This is no place in the list of rooms.");
});

const Query = v.object({
  q: v.string().assert(
    ({ length }) => length <= MAX_TOPIC,
    `A search has at most ${MAX_TOPIC} characters.`,
  ).optional(() => ""),
  after: After.optional(),
});

/** Which rooms are wanted: those that have the words `q`, from `after` on. */
export type RoomQuery = { q: string; after?: Cursor };

/** The query of an address. Throws a `bad-args` refusal that names the field. */
export const roomQueryIn = ({ searchParams }: URL): RoomQuery =>
  valid(Query, Object.fromEntries(searchParams));

type Services = Pick<State, "sync" | "roomDigests" | "held">;

/**
 * A page of the rooms for a person: their own, longest there first, then the
 * public ones, newest first. A page of a search may be short, or empty, before
 * the end of the list.
 */
export async function roomsFor(
  { sync, roomDigests, held }: Services,
  user: User,
  { q, after }: RoomQuery,
): Promise<RoomPage> {
  const { userID } = user;
  // If a process has died before it had told the rooms of another name.
  await updateProfileInRooms(sync, userID);
  const own = await sync.view(
    userSpace(userID),
    actorOf(userID),
    PAGE,
    held.tryAdd,
  );
  const memberships = await membershipsOf(own);
  const blocked = new Set((await blockedBy(own)).map(({ id }) => id));
  const settings = await roomSettingsOf(own);
  const joined = new Set(memberships.map(({ roomID }) => roomID));
  const isSought = roomFinder(q);

  const found: { room: RoomSummary; cursor: Cursor }[] = [];
  const add = async (cursors: Cursor[]) => {
    const rooms = await Promise.all(cursors.map(async ({ roomID }) => {
      const digest = await roomDigests.of(roomID);
      if (!digest) return undefined;
      const { last, lastAuthorID = "", bans, members = [] } = digest;
      const room = asSeenBy(digest.room, members, userID);
      if (!isSought(room) || isBanned(bans, userID)) return undefined;
      const { name, topic, visibility, messageCount, direct } = room;
      const people = othersIn(members, userID);
      const begunBy = room.createdBy;
      if (direct && isUnwanted(begunBy, people, blocked)) return undefined;
      const member = joined.has(roomID);
      const readSeq = readSeqIn(room, userID, await readStateOf(own, roomID));
      const counted = member
        ? await roomDigests.unreadOf(digest, user, readSeq, blocked)
        : { unread: 0, mentions: 0 };
      const { unread } = counted;
      // Each direct message is as good as a mention.
      const mentions = direct ? unread : counted.mentions;
      const { favourite, notify } = settings.get(roomID) ?? {};
      const summary: RoomSummary = {
        roomID,
        space: roomSpace(roomID),
        name,
        topic,
        visibility,
        member,
        messageCount,
        readSeq,
        unread,
        mention: mentions > 0,
        // Most have none of these: lists of many rooms are on every page.
        ...mentions > 0 && { mentions },
        ...favourite && { favourite },
        ...notify && notify !== "all" && { notify },
        ...direct && { direct, people, begunBy },
        lastAt: last?.createdAt ?? null,
        last: last && blocked.has(lastAuthorID) ? folded(last) : last,
      };
      return summary;
    }));
    const mayRead = await readableIn(sync, userID, rooms);
    rooms.forEach((room, i) => {
      if (room && mayRead(room)) found.push({ room, cursor: cursors[i] });
    });
    return found.length > PAGE; // so that there is a next page
  };
  const page = (next: Cursor | null): RoomPage => ({
    rooms: toldApart(found.slice(0, PAGE).map(({ room }) => room)),
    next: next && cursorOf(next),
  });
  const fullPage = () => page(found[PAGE - 1].cursor);

  if (after?.part !== "public") {
    const left = memberships.map(({ joinedAt, roomID }): Cursor => ({
      part: "own",
      at: joinedAt,
      roomID,
    })).filter((each) => !after || isBehind(each, after));
    while (left.length > 0) {
      if (await add(left.splice(0, PAGE + 1))) return fullPage();
    }
  }
  let end = after?.part === "public" ? after : undefined;
  for (let scanned = 0; scanned < MAX_SCANNED; scanned += PAGE) {
    const listings = await sync.newest(
      DIRECTORY,
      LISTINGS,
      PAGE,
      end && { order: end.at, key: LISTINGS + end.roomID },
    );
    if (listings.length === 0) return page(null);
    const read = listings.map(({ order, value }) => {
      const listing = value as Listing;
      const { roomID } = listing;
      return {
        listing,
        cursor: { part: "public", at: order, roomID } as Cursor,
      };
    });
    const candidates = read.filter(({ listing }) =>
      !joined.has(listing.roomID) && isSought(listing)
    );
    if (await add(candidates.map(({ cursor }) => cursor))) return fullPage();
    end = read.at(-1)!.cursor;
  }
  return page(end!);
}

/** Of two places among one's own rooms. */
const isBehind = (a: Cursor, b: Cursor): boolean =>
  a.at > b.at || (a.at === b.at && a.roomID > b.roomID);

/** Whether a person may still read a room; asked after the last read, as for a pull. */
async function readableIn(
  sync: State["sync"],
  userID: string,
  rooms: (RoomSummary | undefined)[],
): Promise<(room: RoomSummary) => boolean> {
  const own = rooms.filter((room) => room?.visibility === "private")
    .map((room) => room!.roomID);
  const still = await Promise.all(own.map(async (roomID) => {
    const key = `membership/${roomID}`;
    const [membership] = await sync.get(userSpace(userID), key);
    return membership ? [roomID] : [];
  }));
  const members = new Set(still.flat());
  return ({ visibility, roomID }) =>
    visibility === "public" || members.has(roomID);
}

/** How much of a person's inbox is unread, for beside the list. */
export async function inboxUnreadFor(
  { sync, held }: Services,
  { userID }: User,
): Promise<number> {
  const own = await sync.view(
    userSpace(userID),
    actorOf(userID),
    1,
    held.tryAdd,
  );
  return unreadOf(await inboxIn(own));
}

/** All rooms of a person, in the order of use, and the public ones of the first page, or of that after a place. */
export async function ownRoomsFor(
  services: Services,
  user: User,
  { q, after }: RoomQuery,
): Promise<RoomPage> {
  const { rooms, next } = await pagesOfOwn(
    (next) =>
      roomsFor(services, user, { q, after: next ? cursorIn(next) : after }),
  );
  return { rooms: inOrderOfUse(toldApart(rooms)), next };
}
