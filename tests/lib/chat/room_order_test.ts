// The order of rooms in a person's list.
import { assertEquals } from "@std/assert";
import {
  asTheyStand,
  inOrderOfUse,
  inStandingOrder,
  ranksOf,
} from "../../../lib/chat/room_order.ts";
import type { RoomSummary } from "../../../lib/chat/views.ts";

const room = (roomID: string, more: Partial<RoomSummary>): RoomSummary => ({
  roomID,
  space: `room:${roomID}`,
  name: roomID,
  topic: "",
  visibility: "public",
  member: true,
  messageCount: 100,
  readSeq: 90,
  unread: 0,
  mention: false,
  lastAt: null,
  last: null,
  ...more,
});

const unread = { unread: 2 };
const mentioned = { unread: 2, mention: true, mentions: 1 };
const IDs = (rooms: RoomSummary[]) => rooms.map(({ roomID }) => roomID);

const ROOMS = [
  room("public", { member: false, lastAt: 9 }),
  room("empty", {}),
  room("old", { lastAt: 1 }),
  room("new", { lastAt: 5 }),
  room("unread", { lastAt: 3, ...unread }),
  room("unread-newer", { lastAt: 4, ...unread }),
  room("mentioned", { lastAt: 2, ...mentioned }),
  room("favourite", { lastAt: 0, favourite: true }),
  room("favourite-unread", { lastAt: 0, favourite: true, ...unread }),
];

Deno.test("Favourites come first, then mentions, then what is unread, then what was written in last; rooms one is not in follow (A20)", () => {
  assertEquals(IDs(inOrderOfUse(ROOMS)), [
    ...["favourite-unread", "favourite", "mentioned"],
    ...["unread-newer", "unread", "new", "old", "empty", "public"],
  ]);
});

Deno.test("In the list a room that one looks at stands between one's own and direct messages (A1, A28)", () => {
  const rooms = [
    room("direct", { direct: true }),
    room("own", {}),
    room("looked-at", { member: false }),
  ];
  const parts = Object.entries(asTheyStand(rooms));
  assertEquals(parts.map(([part, some]) => [part, ...IDs(some)]), [
    ["yours", "own"],
    ["others", "looked-at"],
    ["direct", "direct"],
  ]);
});

Deno.test("What a person does not want to be told of lifts no room, nor does what this page knows to be read (A20, A21)", () => {
  const rooms = [
    room("muted", { ...mentioned, notify: "muted", lastAt: 1 }),
    room("mentions", { ...unread, notify: "mentions", lastAt: 2 }),
    room("mentioned", { ...mentioned, notify: "mentions", lastAt: 0 }),
    room("read", { ...mentioned, lastAt: 3 }),
    room("unread", { ...unread, lastAt: 0 }),
  ];
  const ranks = ranksOf(rooms, new Map([["read", 100]]));
  assertEquals(IDs(inOrderOfUse(rooms, ranks)), [
    ...["mentioned", "unread", "read", "mentions", "muted"],
  ]);
});

Deno.test("An order that stands moves no room: what is gone goes, what is new comes last (A20)", () => {
  const standing = ["b", "gone", "c", "a"];
  const rooms = ["new", "a", "b", "c"].map((roomID) => room(roomID, {}));
  assertEquals(IDs(inStandingOrder(rooms, standing)), ["b", "c", "a", "new"]);
});
