// Rooms of direct messages, as lib/chat/README.md numbers their rules, on entries in memory.
import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { createHash } from "node:crypto";
import {
  asSeenBy,
  directMutators,
  directRoomID,
  isListed,
  isUnwanted,
  namesOf,
  toldApart,
} from "../../../lib/chat/direct.ts";
import { roomMutators } from "../../../lib/chat/mutators.ts";
import { Refusal } from "../../../lib/chat/refusal.ts";
import { ID, type Member, type Room } from "../../../lib/chat/schema.ts";
import { serverRoomMutators } from "../../../lib/chat/server_mutators.ts";
import { Sha256 } from "../../../islands/parts/files/sha256.ts";
import type { Person, RoomSummary } from "../../../lib/chat/views.ts";
import { memoryTransaction } from "../../support/memory_transaction.ts";

const onServer = (text: string) =>
  createHash("sha256").update(text).digest("hex");
const inBrowser = (text: string) =>
  new Sha256().update(new TextEncoder().encode(text)).digest();

const ada = { userID: "ada", now: () => 7 };

const people = ["ada", "bob"].map((id) => ({ id, name: id.toUpperCase() }));

Deno.test("The same people have the same room, in the browser as on the server, and others have another (M14)", () => {
  const ids = ["b", "a", "C_-9"];
  const roomID = directRoomID(ids, onServer);
  assertMatch(roomID, /^direct-[0-9a-f]{48}$/);
  assertEquals(ID.try(roomID).ok, true);
  for (const same of [ids, ids.toSorted(), ["a", "C_-9", "b", "a"]]) {
    assertEquals(directRoomID(same, inBrowser), roomID);
  }
  const others = [["a", "b"], ["ab", "C_-9"], ["a", "bC_-9"], [...ids, "d"]];
  const all = others.map((each) => directRoomID(each, onServer));
  assertEquals(new Set([roomID, ...all]).size, 5);
});

Deno.test("It is called after the others who are in it, and any other room by its name (M14)", () => {
  const member = (id: string, name: string) => ({ id, name }) as Member;
  const direct = { name: "Direct message", direct: true } as Room;
  const named = (room: Room, ...members: Member[]) =>
    asSeenBy(room, members, "ada").name;
  const [me, cy, bob] = [
    member("ada", "Ada"),
    member("1", "Cy"),
    member("2", "Bob"),
  ];
  assertEquals(named(direct, cy, me, bob), "Bob, Cy");
  assertEquals(named({ ...direct, size: 3 }, me), "Only you");
  // Of two nobody leaves: the other has no account any more.
  assertEquals(named({ ...direct, size: 2 }, me), "Deleted user");
  assertEquals(named({ ...direct, direct: undefined }, me, bob), direct.name);
});

Deno.test("Names that look the same have tags, in a room and among all rooms of a list (M14, A14)", () => {
  const [bob, rob, cy] = [["1-BOB1", "Bob"], ["2-BOB2", "bob"], ["3", "Cy"]]
    .map(([id, name]) => ({ id, name }));
  assertEquals(namesOf([bob, cy]), "Bob, Cy");
  assertEquals(namesOf([bob, rob, cy]), "Bob BOB1, bob BOB2, Cy");
  const room = (name: string, people?: Person[]) =>
    ({ name, people }) as RoomSummary;
  const rooms = [
    room("Bob", [bob]),
    room("bob, Cy", [rob, cy]),
    room("Bob"),
    room("Deleted user", []),
  ];
  assertEquals(
    toldApart(rooms).map(({ name }) => name),
    ["Bob BOB1", "bob BOB2, Cy", "Bob", "Deleted user"],
  );
});

Deno.test("beginDirect shows a room in which one can write, once, until the server has made it (M15, E3)", async () => {
  const entries = new Map<string, unknown>();
  const tx = memoryTransaction(entries, "client");
  const { beginDirect } = directMutators(ada);
  await beginDirect(tx, { roomID: "direct-1", people });
  const room = entries.get("room") as Room;
  assertEquals(
    [room.pending, room.direct, room.size, room.createdBy, room.createdAt],
    [true, true, 2, "ada", 7],
  );
  assertEquals((entries.get("member/bob") as Member).name, "BOB");
  await roomMutators(ada).createMessage(tx, { id: "m", content: "Hi" });
  await beginDirect(tx, { roomID: "direct-1", people: [] });
  assertEquals((entries.get("room") as Room).messageCount, 1);
  assertEquals((entries.get("room") as Room).pending, true);
});

Deno.test("On the server beginDirect makes nothing, and changes nothing of what is there (M15)", async () => {
  const entries = new Map<string, unknown>();
  const tx = memoryTransaction(entries);
  const { beginDirect } = serverRoomMutators(ada);
  const refusal = await assertRejects(() => beginDirect(tx), Refusal);
  assertEquals(refusal.code, "not-found");
  assertEquals(entries.size, 0);
  entries.set("room", { id: "direct-1" });
  await beginDirect(tx);
  assertEquals([...entries], [["room", { id: "direct-1" }]]);
});

Deno.test("What another has begun is listed once something was written, or while it is open (A28)", () => {
  const room = { roomID: "r", direct: true, messageCount: 0, begunBy: "bob" };
  const listed = (more: Partial<RoomSummary>, open?: string) =>
    isListed({ ...room, ...more } as RoomSummary, "ada", open);
  assertEquals(listed({}), false);
  assertEquals(listed({}, "r"), true);
  assertEquals(listed({ begunBy: "ada" }), true);
  assertEquals(listed({ messageCount: 1 }), true);
  assertEquals(listed({ direct: undefined }), true);
});

Deno.test("Unwanted is what somebody has begun whom one has blocked, and what is with nobody else (M16)", () => {
  const blocked = new Set(["eve"]);
  const [bob, eve] = ["bob", "eve"].map((id) => ({ id, name: id }));
  assertEquals(isUnwanted("eve", [bob, eve], blocked), true);
  assertEquals(isUnwanted("ada", [eve], blocked), true);
  assertEquals(isUnwanted("bob", [bob, eve], blocked), false);
  assertEquals(isUnwanted("bob", [bob], blocked), false);
  assertEquals(isUnwanted("ada", [], blocked), false);
});
