// The list of rooms: its pages, a search in it, and what is unread.
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { RoomPage, RoomSummary } from "../../lib/chat/views.ts";
import { DIRECTORY } from "../../lib/chat/spaces.ts";
import { Sync } from "../../lib/sync/mod.ts";
import { chatDomain } from "../../lib/web/chat/domain.ts";
import { countReads } from "../support/counted_reads.ts";
import type { Person } from "../support/person.ts";
import { app, appTest as test } from "../support/shared_app.ts";
import { Writer } from "../support/writer.ts";

async function list(person: Person, query = ""): Promise<RoomPage> {
  const { status, body } = await person.get(`/api/rooms${query}`);
  assertEquals(status, 200);
  return body;
}

const names = ({ rooms }: RoomPage) => rooms.map(({ name }) => name);

const makeRooms = (person: Person, count: number, name: string) =>
  Promise.all(
    Array.from(
      { length: count },
      (_, i) => person.post("/api/rooms", { name: `${name} ${i}` }),
    ),
  );

/** A public room of this name with Ada and Bob in it: how Ada's list has it, and Bob writing there. */
async function meet(name: string) {
  const [ada, bob] = [await app.signIn("Ada"), await app.signIn("Bob")];
  const { roomID, space } = (await ada.post("/api/rooms", { name })).body;
  await bob.post(`/api/rooms/${roomID}/members`, {});
  const listed = async (person = ada): Promise<RoomSummary> => {
    const { rooms } = await list(person, `?q=${name}`);
    return rooms[0];
  };
  const writer = (person: Person) => {
    const writes = new Writer(person);
    return (...calls: Parameters<Writer["push"]>[0]) =>
      writes.push(calls, space);
  };
  const write = writer(bob);
  const say = (id: string, content: string) =>
    write(["createMessage", { id, content }]);
  const read = (seq: number) =>
    new Writer(ada).push([["markRead", { roomID, seq }]], `user:${ada.userID}`);
  return { ada, bob, roomID, listed, write, say, read, writer };
}

/** All pages from the first on. */
async function pages(person: Person, q = ""): Promise<RoomPage[]> {
  const found: RoomPage[] = [];
  let after = "";
  for (;;) {
    const page = await list(person, `?q=${encodeURIComponent(q)}${after}`);
    found.push(page);
    if (page.next === null) return found;
    after = `&after=${page.next}`;
  }
}

test("one's own rooms come first, then the public ones, a hundred at a time (T26)", async () => {
  const [ada, bob] = [await app.signIn("Ada"), await app.signIn("Bob")];
  await makeRooms(ada, 103, "Pager");
  await makeRooms(bob, 100, "Pager of Bob");
  const all = await pages(ada, "pager");
  assertEquals(all.map(({ rooms }) => rooms.length), [100, 100, 3]);
  const rooms = all.flatMap((page) => page.rooms);
  assertEquals(new Set(rooms.map(({ roomID }) => roomID)).size, 203);
  assertEquals(rooms.findLastIndex(({ member }) => member), 102);
  assertEquals(rooms.findIndex(({ member }) => !member), 103);

  // A room that is made meanwhile moves nothing on the pages behind.
  await makeRooms(bob, 1, "Pager anew");
  const again = await list(ada, `?q=pager&after=${all[1].next}`);
  assertEquals(names(again), names(all[2]));
  // Without a search it is the same list.
  const [first] = await pages(ada);
  assertEquals(names(first), ["General", ...names(all[0]).slice(0, 99)]);
});

test("exactly a hundred rooms are one page (T26)", async () => {
  const ada = await app.signIn("Ada");
  await makeRooms(ada, 100, "Hundred");
  const { rooms, next } = await list(ada, "?q=hundred");
  assertEquals([rooms.length, next], [100, null]);
});

test("a search finds names and topics, however they are written, among one's own and the public ones (T26)", async () => {
  const [ada, bob] = [await app.signIn("Ada"), await app.signIn("Bob")];
  const make = async (person: Person, name: string, visibility: string) =>
    (await person.post("/api/rooms", { name, visibility })).body;
  await make(ada, "Café Straße", "private");
  const { space, roomID } = await make(bob, "Night café", "public");
  await make(bob, "Hidden café", "private");
  const topic = { topic: "ПРИВЕТ, brühwarm" };
  await new Writer(bob).push([["updateRoom", topic]], space);
  await bob.get(`/rooms/${roomID}`); // tells the directory
  const sought = async (q: string) =>
    names(await list(ada, `?q=${encodeURIComponent(q)}`));
  assertEquals(await sought("cafe"), ["Café Straße", "Night café"]);
  assertEquals(await sought("strasse CAF"), ["Café Straße"]);
  assertEquals(await sought("привет bruh"), ["Night café"]);
  assertEquals(await sought("no such words"), []);
  assertEquals((await sought("  ")).slice(0, 2), ["General", "Café Straße"]);
});

test("what cannot be read of a query is 400, and names the field (T2, T26)", async () => {
  const ada = await app.signIn("Ada");
  const wrong = ["own", "own.1", "own.x.general", "mine.1.general", ""];
  wrong.push("public.1.%2F", "public.-1.a", `public.1.${"x".repeat(65)}`);
  for (const after of wrong) {
    const { status, body } = await ada.get(`/api/rooms?after=${after}`);
    assertEquals([status, body.error], [400, "bad-args"], after);
    assertMatch(body.message, /^after: /);
    assertEquals((await ada.get(`/?after=${after}`)).status, 400);
  }
  const { status, body } = await ada.get(`/api/rooms?q=${"x".repeat(201)}`);
  assertEquals(status, 400);
  assertMatch(body.message, /^q: /);
  await list(ada, `?q=${"x".repeat(200)}`);
});

test("what was deleted is not unread, nor is it the last message (T27)", async () => {
  const { ada, listed, write, say, read, writer } = await meet("Deletions");
  const empty = await listed();
  assertEquals([empty.unread, empty.last, empty.lastAt], [0, null, null]);

  for (const id of ["a", "b", "c"]) await say(id, `Message ${id}`);
  const first = await listed();
  assertEquals([first.unread, first.messageCount], [3, 3]);
  const { createdAt, ...last } = first.last!;
  assertEquals(last, { id: "c", from: "Bob", content: "Message c" });
  assertEquals(createdAt, first.lastAt);

  await write(["deleteMessage", { id: "c" }], ["deleteMessage", { id: "a" }]);
  const then = await listed();
  assertEquals([then.unread, then.messageCount], [1, 3]);
  assertEquals(then.last!.id, "b");
  await write(["editMessage", { id: "b", content: "Edited" }]);
  assertEquals((await listed()).last!.content, "Edited");

  await write(["deleteMessage", { id: "b" }]);
  const none = await listed();
  assertEquals([none.unread, none.last, none.lastAt], [0, null, null]);

  // One's own is not unread, among others' either.
  await say("d", "Four");
  await writer(ada)(["createMessage", { id: "e", content: "Mine" }]);
  await say("f", "Six");
  assertEquals((await listed()).unread, 2);
  await read(6);
  const seen = await listed();
  assertEquals([seen.unread, seen.readSeq], [0, 6]);
});

test("unread messages are counted up to 99, and a visitor has none (T27)", async () => {
  const { ada, roomID, listed, write } = await meet("Hundreds");
  await write(
    ...Array.from({ length: 150 }, (_, i) => {
      const message = { id: `m${i}`, content: "One of many" };
      return ["createMessage", message] as [string, typeof message];
    }),
  );
  assertEquals((await listed()).unread, 99);
  // Made by Ada, it is Bob's once she is gone.
  await ada.ask(`/api/rooms/${roomID}/members/me`, { method: "DELETE" });
  const { unread, member, last } = await listed();
  assertEquals([unread, member, last!.id], [0, false, "m149"]);
});

test("a list says whether an unread message mentions the person, by their present name (T27, A13)", async () => {
  const { ada, bob, listed, say, read } = await meet("Mentions");
  await say("a", "@Adam, `@Ada` and @Countess, @bob");
  const mentions = [(await listed()).mention, (await listed(bob)).mention];
  assertEquals(mentions, [false, false]);
  await say("b", "so, @ADA?");
  assertEquals((await listed()).mention, true);
  await read(2);
  assertEquals((await listed()).mention, false);
  await say("c", "@Countess!");
  assertEquals((await listed()).mention, false);
  await ada.post("/api/session", { name: "Countess" });
  assertEquals((await listed()).mention, true);
});

test("a list says what the person has set for a room, and how many mentions are unread, which pages then count (T27, A21)", async () => {
  const { ada, bob, roomID, listed, say } = await meet("Settled");
  const set = (change: Record<string, unknown>) =>
    new Writer(ada).push(
      [["setRoomSettings", { roomID, ...change }]],
      `user:${ada.userID}`,
    );
  await say("a", "Hello");
  await say("b", "@Ada?");
  await say("c", "@ada!");
  const { favourite, notify } = await listed();
  assertEquals([favourite, notify], [undefined, undefined]);
  const shown = async () => {
    const { unread, mentions, ...room } = await listed();
    return [unread, mentions, room.favourite, room.notify];
  };
  const titled = async () =>
    (await ada.get("/rooms/general")).body
      .match(/>Settled<[\s\S]*?<\/a>/)![0].match(/>([\d+]+)</)?.[1];
  assertEquals(await titled(), "3");
  await set({ notify: "mentions" });
  assertEquals(await shown(), [3, 2, undefined, "mentions"]);
  assertEquals(await titled(), "2");
  await set({ notify: "muted", favourite: true });
  assertEquals(await shown(), [3, 2, true, "muted"]);
  assertEquals(await titled(), undefined);
  assertEquals((await listed(bob)).favourite, undefined);
});

test("a last message is told to those who may read it, and its beginning only (T14, T27)", async () => {
  const [ada, bob] = [await app.signIn("Ada"), await app.signIn("Bob")];
  const cellar = { name: "Cellar", visibility: "private" };
  const { space } = (await ada.post("/api/rooms", cellar)).body;
  await new Writer(ada).write("😀".repeat(300), space);
  const [{ last }] = (await list(ada, "?q=cellar")).rooms;
  assertEquals(last!.content, `${"😀".repeat(200)}…`);
  assertEquals((await list(bob, "?q=cellar")).rooms, []);
});

test("a list of rooms that have not changed reads a key or two of each (T27)", async () => {
  const ada = await app.signIn("Ada");
  await makeRooms(ada, 80, "Quiet");
  await list(ada);
  const calls = countReads(app.kv);
  const { rooms } = await list(ada);
  const keys = calls.reduce((sum, each) => sum + each, 0);
  assert(keys < 2 * rooms.length, `${keys} keys for ${rooms.length} rooms`);
});

test("a search among many rooms looks through so many of them, and goes on from there (T26)", async () => {
  const bob = await app.signIn("Bob");
  const elsewhere = new Sync(app.kv, chatDomain);
  const createdAt = Date.now() + 1_000; // all before General, all at once
  for (let from = 0; from < 1_500; from += 100) {
    await elsewhere.write([DIRECTORY], async (directory) => {
      for (let i = from; i < from + 100; i++) {
        const listing = { roomID: `x${i}`, name: "X", topic: "", createdAt };
        await directory.set(`listing/x${i}`, listing);
      }
    });
  }
  await bob.ask("/api/rooms/general/members/me", { method: "DELETE" });
  const found = await pages(bob, "general");
  assertEquals(found.map(names), [[], ["General"]]);
  // What only the directory has is left out.
  const all = (await pages(bob)).flatMap(names);
  assertEquals([all.includes("X"), all.at(-1)], [false, "General"]);
});
