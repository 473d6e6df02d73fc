// The corners of the HTTP contract: what it leaves to whoever reads it, answered as they would expect.
import { assert, assertEquals, assertMatch } from "@std/assert";
import { DIRECTORY, userSpace } from "../../lib/chat/spaces.ts";
import { Sync } from "../../lib/sync/mod.ts";
import { chatDomain } from "../../lib/web/chat/domain.ts";
import { permitted } from "../support/permitted.ts";
import type { Person } from "../support/person.ts";
import { app, appTest as test } from "../support/shared_app.ts";

let ada: Person;
let bob: Person;
Deno.test.beforeAll(async () => {
  if (!permitted) return;
  [ada, bob] = [await app.signIn("Ada"), await app.signIn("Bob")];
});

const push = "/api/replicache/push?space=room:general";
const pull = "/api/replicache/pull?space=room:general";
const poke = "/api/replicache/poke?space=room:general";

let serial = 0;
/** A push of one mutation, by a client of its own. */
const mutate = (person: Person, space: string, name: string, args: unknown) => {
  const clientID = `client${++serial}`;
  const mutation = { id: 1, clientID, name, args, timestamp: 0 };
  return person.push(space, `group${serial}`, [mutation]);
};

/** What somebody's replica of a space holds. */
async function viewOf(person: Person, space: string) {
  const { body } = await person.pull(space, `view${++serial}`);
  const puts = body.patch.filter(({ op }: { op: string }) => op === "put");
  // deno-lint-ignore no-explicit-any -- entries of every shape
  return new Map<string, any>(
    puts.map(({ key, value }: { key: string; value: unknown }) => [key, value]),
  );
}

async function makeRoom(owner: Person, name: string, visibility = "public") {
  const { body } = await owner.post("/api/rooms", { name, visibility });
  return body as { roomID: string; space: string };
}

test("a replica that says of no user whose it is, as Replicache does by itself, is the session's (T3)", async () => {
  const headers = { authorization: "" };
  const answer = await ada.post(pull, {
    pullVersion: 1,
    schemaVersion: "1",
    profileID: "p",
    clientGroupID: "of-nobody",
    cookie: null,
  }, headers);
  assertEquals(answer.status, 200);
});

test("a method that a route of Replicache's does not take is answered 405 to anybody (T6)", async () => {
  const nobody = Object.assign(await app.signIn("Nobody"), { cookie: "" });
  for (const person of [ada, nobody]) {
    for (
      const [path, method, allow] of [
        [push, "GET", "POST"],
        [pull, "DELETE", "POST"],
        ["/api/replicache/push", "PUT", "POST"],
        [poke, "POST", "GET, HEAD"],
      ]
    ) {
      const { status, headers } = await person.ask(path, { method });
      assertEquals([status, headers.get("allow")], [405, allow], path);
    }
  }
  const { status, headers } = await ada.ask("/icon.svg", { method: "POST" });
  assertEquals([status, headers.get("allow")], [405, "GET, HEAD"]);
});

test("a HEAD of a stream is answered as a GET would be (T6)", async () => {
  const { space } = await makeRoom(ada, "Mine", "private");
  const head = (person: Person, of: string) =>
    person.fetch(`/api/replicache/poke?space=${of}`, { method: "HEAD" });
  assertEquals((await head(ada, space)).status, 200);
  assertEquals((await head(bob, space)).status, 404);
});

test("what is wrong with a body is said with its field (T2)", async () => {
  for (
    const [path, body, field] of [
      ["/api/session", { name: 5 }, "name"],
      ["/api/session", {}, "name"],
      ["/api/session", { name: "" }, "name"],
      ["/api/rooms/general/members", { invite: 5 }, "invite"],
      ["/api/typing", { typing: true }, "space"],
      ["/api/typing?space=room:general", {}, "typing"],
      ["/api/replicache/push", {}, "space"],
      ["/api/subscription", {}, "endpoint"],
    ] as const
  ) {
    const answer = await bob.post(path, body);
    assertEquals(answer.status, 400, path);
    assertMatch(answer.body.message, new RegExp(`^${field}: .*\\.$`));
  }
  await mutate(bob, userSpace(bob.userID), "dismissRejection", {});
  const own = await viewOf(bob, userSpace(bob.userID));
  const [refused] = [...own].filter(([key]) => key.startsWith("rejection/"))
    .map(([, value]) => value);
  assertEquals(refused.code, "bad-args");
  assertMatch(refused.message, /^clientID, mutationID: .*\.$/);
});

test("what needs no body is done without one, and refused with one that is no JSON (T7)", async () => {
  const { roomID } = await makeRoom(ada, "Nest", "private");
  for (const path of ["/api/session/link", `/api/rooms/${roomID}/invites`]) {
    assertEquals((await ada.ask(path, { method: "POST" })).status, 201, path);
    const text = await ada.ask(path, { method: "POST", body: "x" });
    assertEquals(text.status, 415, path);
    const large = await ada.post(path, { x: "x".repeat(2 ** 20) });
    assertEquals(large.status, 413, path);
  }
  const join = "/api/rooms/general/members";
  assertEquals((await ada.ask(join, { method: "POST" })).status, 204);
});

test("an invitation is taken as it was given out, and by its secret alone", async () => {
  const { roomID } = await makeRoom(ada, "Nest", "private");
  const { body } = await ada.post(`/api/rooms/${roomID}/invites`, {});
  for (const invite of [body.url, new URL(body.url).pathname.slice(-43)]) {
    const guest = await app.signIn("Guest");
    const path = `/api/rooms/${roomID}/members`;
    assertEquals((await guest.post(path, { invite })).status, 204);
  }
});

test("a mutation with args nested deeply is refused alone, and not its push", async () => {
  const deep = JSON.parse("[".repeat(200) + "]".repeat(200));
  const answer = await mutate(ada, "room:general", "createMessage", deep);
  assertEquals([answer.status, answer.body], [200, {}]);
});

test("a room's new name and topic reach the directory, and its members when they open it (E7)", async () => {
  const { roomID, space } = await makeRoom(ada, "Old");
  assertEquals(
    (await bob.post(`/api/rooms/${roomID}/members`, {})).status,
    204,
  );
  const change = { name: "New", topic: "Of late" };
  await mutate(ada, space, "updateRoom", change);
  const listing = (await viewOf(bob, DIRECTORY)).get(`listing/${roomID}`);
  assertEquals([listing.name, listing.topic], ["New", "Of late"]);
  const membership = async () =>
    (await viewOf(bob, userSpace(bob.userID))).get(`membership/${roomID}`);
  assertEquals((await membership()).name, "Old");
  assertEquals((await bob.get(`/rooms/${roomID}`)).status, 200);
  assertEquals((await membership()).name, "New");
  // A process died after the push and before the directory knew.
  const elsewhere = new Sync(app.kv, chatDomain);
  await elsewhere.write(
    [DIRECTORY],
    (tx) => tx.set(`listing/${roomID}`, { ...listing, name: "Old" }),
  );
  await bob.get(`/rooms/${roomID}`);
  const again = (await viewOf(bob, DIRECTORY)).get(`listing/${roomID}`);
  assertEquals(again.name, "New");
  // A private room is in no directory, whatever it is called.
  const mine = await makeRoom(ada, "Mine", "private");
  await mutate(ada, mine.space, "updateRoom", change);
  assert(!(await viewOf(ada, DIRECTORY)).has(`listing/${mine.roomID}`));
});

test("a read mark goes as far as there are messages, and into rooms that one may see (M8)", async () => {
  const carol = await app.signIn("Carol");
  const own = userSpace(carol.userID);
  const { roomID, space } = await makeRoom(carol, "Read");
  const hidden = await makeRoom(ada, "Hidden", "private");
  await mutate(ada, hidden.space, "createMessage", { id: "h", content: "x" });
  const mark = async (roomID: string, seq: number) => {
    await mutate(carol, own, "markRead", { roomID, seq });
    return (await viewOf(carol, own)).get(`read/${roomID}`)?.seq;
  };
  assertEquals(await mark(roomID, 1_000), undefined);
  assertEquals(await mark(roomID, 0), 0);
  await mutate(carol, space, "createMessage", { id: "one", content: "x" });
  await mutate(carol, space, "createMessage", { id: "two", content: "x" });
  assertEquals(await mark(roomID, 3), 0);
  assertEquals(await mark(roomID, 2), 2);
  assertEquals(await mark(roomID, 1), 2);
  assertEquals(await mark("nowhere", 0), undefined);
  assertEquals(await mark(hidden.roomID, 1), undefined);
  const rejections = [...(await viewOf(carol, own)).keys()]
    .filter((key) => key.startsWith("rejection/"));
  assertEquals(rejections, []);
});

test("a character is what a person takes for one, or a part of it: an emoji counts as few (M5)", async () => {
  const eve = await app.signIn("🙂".repeat(40));
  assertEquals(eve.userID.length, 26);
  const long = await app.signIn("Eve");
  const name = "🙂".repeat(41);
  assertEquals((await long.post("/api/session", { name })).status, 400);
  const { space } = await makeRoom(eve, "Long");
  for (const [id, many] of [["fits", 4_000], ["not", 4_001]] as const) {
    const content = "🙂".repeat(many);
    await mutate(eve, space, "createMessage", { id, content });
  }
  const view = await viewOf(eve, space);
  assertEquals(view.get("message/fits")?.content.length, 8_000);
  assertEquals(view.get("message/not"), undefined);
});

test("one reacts with any emoji, and with nothing else (M7)", async () => {
  const { space } = await makeRoom(ada, "Reacting");
  await mutate(ada, space, "createMessage", { id: "m", content: "x" });
  const good = ["👍", "👍🏽", "❤️", "🏳️‍🌈", "👨‍👩‍👧", "1️⃣", "🇮🇱", "☕"];
  const bad = ["constructor", "__proto__", "hello", "1", "", "👍 yes", "<b>"];
  for (const emoji of [...good, ...bad]) {
    await mutate(ada, space, "setReaction", { id: "m", emoji, on: true });
  }
  const view = await viewOf(ada, space);
  const { reactions } = view.get("message/m");
  assertEquals(Object.keys(reactions).sort(), good.sort());
  const codes = [...view].filter(([key]) => key.startsWith("rejection/"))
    .map(([, { code }]) => code);
  assertEquals(codes, bad.map(() => "bad-args"));
});
