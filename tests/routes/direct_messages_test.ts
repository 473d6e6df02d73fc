// Direct messages: who gets which room, what is refused there, and who is told nothing.
import {
  assert,
  assertEquals,
  assertNotEquals,
  assertRejects,
} from "@std/assert";
import type { RoomSummary } from "../../lib/chat/views.ts";
import { Sync } from "../../lib/sync/mod.ts";
import { chatDomain } from "../../lib/web/chat/domain.ts";
import { beginDirect } from "../../lib/web/chat/direct_rooms.ts";
import { LimitReached, RateLimits } from "../../lib/web/http/rate_limits.ts";
import type { Person } from "../support/person.ts";
import { app, appTest as test } from "../support/shared_app.ts";
import { Writer } from "../support/writer.ts";
import { unlimited } from "../support/unlimited.ts";

const idsOf = (people: readonly Person[]) =>
  people.map(({ userID }) => ({ id: userID }));

/** Begins direct messages; the answer. */
const ask = (from: Person, ...to: Person[]) =>
  from.post("/api/messages", { people: idsOf(to) });

/** The same; the room. */
async function begin(
  from: Person,
  ...to: Person[]
): Promise<{ roomID: string; space: string }> {
  const { status, body } = await ask(from, ...to);
  assertEquals(status, 200, JSON.stringify(body));
  return body;
}

const signIn = (...names: string[]) =>
  Promise.all(names.map((name) => app.signIn(name)));

async function listed(person: Person, roomID: string) {
  const { body } = await person.get("/api/rooms");
  return (body.rooms as RoomSummary[]).find((each) => each.roomID === roomID);
}

const say = (from: Person, space: string, content: string) =>
  new Writer(from).push([["createMessage", {
    id: crypto.randomUUID(),
    content,
  }]], space);

const setOwn = (
  person: Person,
  name: string,
  args: Record<string, unknown>,
) => new Writer(person).push([[name, args]], `user:${person.userID}`);

/** What the room's space has for a person. */
async function entriesOf(person: Person, space: string) {
  const { status, body } = await person.pull(space, crypto.randomUUID());
  assertEquals(status, 200);
  return new Map<string, Record<string, unknown>>(
    body.patch.filter(({ key }: { key?: string }) => key)
      .map(({ key, value }: { key: string; value: unknown }) => [key, value]),
  );
}

test("The same people get the same room, whoever begins it and in whatever order (T74)", async () => {
  const [ada, bob, cy] = await signIn("Ada", "Bob", "Cy");
  const { roomID, space } = await begin(ada, bob);
  assertEquals(space, `room:${roomID}`);
  assertEquals((await begin(bob, ada)).roomID, roomID);
  assertEquals((await begin(bob, ada, bob, ada)).roomID, roomID);
  const group = await begin(ada, bob, cy);
  assertNotEquals(group.roomID, roomID);
  assertEquals((await begin(cy, bob, ada)).roomID, group.roomID);

  const entries = await entriesOf(ada, group.space);
  const { direct, visibility, size, name } = entries.get("room")!;
  assertEquals([direct, visibility, size], [true, "private", 3]);
  // No name stands in it that could outlive an account.
  assertEquals(name, "Direct message");
  for (const { userID } of [ada, bob, cy]) {
    assertEquals(entries.get(`member/${userID}`)!.role, "member");
  }
});

test("Of eight people who begin the same at once, in several processes, all are in one room (T74)", async () => {
  const people = await signIn(..."ABCDEFGH");
  // As other processes: they remember nothing of each other.
  // And as with a KV server, which takes ten checks a commit.
  const processes = people.map(() =>
    new Sync(app.kv, chatDomain, { maxChecks: 10 })
  );
  const begun = await Promise.all(
    people.map(({ userID, name }, i) =>
      beginDirect(
        { sync: processes[i], ...unlimited() },
        { userID, name },
        { people: idsOf(people) },
      )
    ),
  );
  await Promise.all(processes.map((each) => each.close()));
  const { roomID, space } = begun[0];
  assertEquals(new Set(begun.map((each) => each.roomID)).size, 1);
  for (const person of people) {
    const entries = await entriesOf(person, space);
    const members = [...entries.keys()].filter((key) =>
      key.startsWith("member/")
    );
    assertEquals(members.length, 8);
    assertEquals((await listed(person, roomID))!.people!.length, 7);
  }
});

test("Direct messages are between two and eight people, who are there and share a room with who begins; all else is refused, and makes nothing (T74)", async () => {
  const people = await signIn(..."ABCDEFGHI");
  const [ada, bob, cy] = people;
  assertEquals((await ask(ada)).status, 400);
  assertEquals((await ask(ada, ada)).status, 400);
  assertEquals((await ask(ada, ...people)).status, 400);
  for (const people of [undefined, "x", [1], [{}], [{ id: "/" }]]) {
    const { status, body } = await ada.post("/api/messages", { people });
    assertEquals([status, body.error], [400, "bad-args"]);
  }
  // Somebody who has left General is in no room with others; nor is one who is not.
  await cy.ask("/api/rooms/general/members/me", { method: "DELETE" });
  const before = app.commits();
  const [apart, unknown] = [
    await ask(ada, bob, cy),
    await ada.post(
      "/api/messages",
      { people: [{ id: "nobody" }] },
    ),
  ];
  assertEquals(app.commits(), before);
  assertEquals(apart.status, 404);
  assertEquals([unknown.status, unknown.body], [404, apart.body]);
  await cy.post("/api/rooms/general/members", {});
  await begin(ada, bob, cy);
});

test("To whoever is not in it the room is not there, and nothing of it is in the directory (T74, T5)", async () => {
  const [ada, bob, eve] = await signIn("Ada", "Bob", "Eve");
  const { roomID, space } = await begin(ada, bob);
  await say(ada, space, "For Bob alone");
  assertEquals((await eve.get(`/rooms/${roomID}`)).status, 404);
  assertEquals((await eve.get(`/rooms/${roomID}/people`)).status, 404);
  assertEquals((await eve.pull(space, "g")).status, 404);
  assertEquals((await eve.push(space, "g", [])).status, 404);
  assertEquals(
    (await eve.post(`/api/rooms/${roomID}/members`, {})).status,
    404,
  );
  const { body } = await eve.get(`/api/rooms?q=Ada`);
  assertEquals(body.rooms, []);
  const { body: directory } = await eve.pull("directory", crypto.randomUUID());
  assert(!JSON.stringify(directory).includes(roomID));
});

test("What owners do in other rooms nobody does in direct messages (T76)", async () => {
  const [ada, bob, cy] = await signIn("Ada", "Bob", "Cy");
  const { roomID, space } = await begin(ada, bob, cy);
  const path = `/api/rooms/${roomID}`;
  const asking = (method: string, rest: string, body?: unknown) =>
    ada.ask(path + rest, {
      method,
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body ?? {}),
    });
  const refused = [
    await asking("PATCH", "", { visibility: "public" }),
    await asking("PATCH", `/members/${bob.userID}`, { role: "owner" }),
    await asking("PATCH", `/members/${ada.userID}`, { role: "owner" }),
    await asking("DELETE", `/members/${bob.userID}`),
    await asking("POST", "/bans", { userID: bob.userID }),
    await asking("DELETE", `/messages?by=${bob.userID}`),
    await asking("POST", "/invites"),
  ];
  for (const { status, body } of refused) {
    assertEquals([status, body.error], [403, "not-allowed"]);
  }
  await say(bob, space, "Mine");
  const [key, message] = [...await entriesOf(ada, space)]
    .find(([key]) => key.startsWith("message/"))!;
  assert(key);
  await new Writer(ada).push([
    ["updateRoom", { name: "Ours", topic: "x" }],
    ["deleteMessage", { id: message.id }],
    ["beginDirect", { roomID, people: [] }],
  ], space);
  const after = await entriesOf(ada, space);
  assertEquals(after.get("room")!.name, "Direct message");
  assert(after.has(key));
});

test("A group is left, and who has left it comes back by beginning it again, but is brought back by nobody (T76)", async () => {
  const [ada, bob, cy, dot] = await signIn("Ada", "Bob", "Cy", "Dot");
  const { roomID } = await begin(ada, bob, cy);
  const leave = (person: Person, room = roomID) =>
    person.ask(`/api/rooms/${room}/members/me`, { method: "DELETE" });
  assertEquals((await leave(cy)).status, 204);
  assertEquals(await listed(cy, roomID), undefined);
  await begin(ada, bob, cy);
  assertEquals(await listed(cy, roomID), undefined);
  assertEquals((await listed(ada, roomID))!.name, "Bob");
  await begin(cy, ada, bob);
  assertEquals((await listed(ada, roomID))!.name, "Bob, Cy");

  // With somebody more it is another room.
  assertNotEquals((await begin(ada, bob, cy, dot)).roomID, roomID);
  // One of two is not left, not by its owners' route either.
  const two = await begin(ada, bob);
  for (const id of ["me", ada.userID]) {
    const path = `/api/rooms/${two.roomID}/members/${id}`;
    const { status, body } = await ada.ask(path, { method: "DELETE" });
    assertEquals([status, body.error], [403, "not-allowed"]);
  }
  const form = new URLSearchParams({ do: "leave" });
  const { status } = await ada.ask(`/rooms/${two.roomID}/people`, {
    method: "POST",
    body: form,
  });
  assertEquals(status, 403);
  assert(await listed(ada, two.roomID));
});

test("Each direct message counts as a mention, and the room is named by the others in it (T77, M17)", async () => {
  const [ada, bob, cy] = await signIn("Ada", "Bob", "Cy");
  const { roomID, space } = await begin(ada, bob, cy);
  await say(bob, space, "Hello");
  await say(cy, space, "Hello, too");
  const room = (await listed(ada, roomID))!;
  const { unread, mention, mentions, name, direct, people } = room;
  assertEquals([unread, mention, mentions], [2, true, 2]);
  assertEquals([name, direct], ["Bob, Cy", true]);
  assertEquals(people, [
    { id: bob.userID, name: "Bob" },
    { id: cy.userID, name: "Cy" },
  ]);
  const { body: found } = await ada.get("/api/rooms?q=cy");
  assertEquals(found.rooms.map((each: RoomSummary) => each.roomID), [roomID]);
  const { body: page } = await ada.get(`/rooms/${roomID}`);
  assert(page.includes(">Bob, Cy</h1>"));
  // A new name shows at once.
  await cy.post("/api/session", { name: "Cyd" });
  assertEquals((await listed(ada, roomID))!.name, "Bob, Cyd");
});

test("Who has blocked somebody is told nothing of what they begin, who are told nothing of that; once they are unblocked all of it is there (T75, M16)", async () => {
  const [ada, bob, cy] = await signIn("Ada", "Bob", "Cy");
  await setOwn(bob, "blockPerson", { id: ada.userID, name: "Ada" });
  const two = await begin(ada, bob);
  const three = await begin(ada, bob, cy);
  await say(ada, two.space, "Can you hear me?");
  await say(ada, three.space, "Can you two hear me?");
  await say(cy, three.space, "I can.");
  const rooms = [two.roomID, three.roomID];
  for (const roomID of rooms) {
    assertEquals(await listed(bob, roomID), undefined);
    assert((await listed(ada, roomID))!.name.startsWith("Bob"));
  }
  const { body: page } = await bob.get("/rooms/general");
  for (const roomID of rooms) assert(!page.includes(`href="/rooms/${roomID}"`));

  await setOwn(bob, "unblockPerson", { id: ada.userID });
  assertEquals((await listed(bob, two.roomID))!.unread, 1);
  assertEquals((await listed(bob, three.roomID))!.unread, 2);

  // A room that was there before is hidden as well; one that a third has begun
  // stays, and counts what others write.
  const other = await begin(bob, ada);
  assertEquals(other.roomID, two.roomID);
  const dot = await app.signIn("Dot");
  const four = await begin(dot, ada, bob);
  await setOwn(bob, "blockPerson", { id: ada.userID, name: "Ada" });
  await say(ada, four.space, "And here?");
  await say(dot, four.space, "Here I am.");
  assertEquals(await listed(bob, two.roomID), undefined);
  assertEquals((await listed(bob, four.roomID))!.unread, 1);
});

test("Of one who deletes their account the room stays to the others, without their name; begun again it is the same (T76, T9)", async () => {
  const [ada, bob, cy] = await signIn("Ada", "Bob Gone", "Cy");
  const two = await begin(ada, bob);
  const three = await begin(bob, ada, cy);
  await say(bob, two.space, "Goodbye");
  await bob.ask("/api/account", {
    method: "DELETE",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name: "Bob Gone" }),
  });
  await app.erased();
  assertEquals((await listed(ada, two.roomID))!.name, "Deleted user");
  assertEquals((await listed(ada, three.roomID))!.name, "Cy");
  for (const { space } of [two, three]) {
    const entries = JSON.stringify([...await entriesOf(ada, space)]);
    assert(!entries.includes("Bob Gone"), entries);
  }
  assertEquals((await begin(ada, bob)).roomID, two.roomID);
  assertEquals((await ask(cy, bob)).status, 404);
  // With nobody else there it is left as any room.
  const left = await ada.ask(`/api/rooms/${two.roomID}/members/me`, {
    method: "DELETE",
  });
  assertEquals(left.status, 204);
  assertEquals(await listed(ada, two.roomID), undefined);
});

test("What breaks off after some of many were added is of no use to anybody, and is done by doing it again (T74)", async () => {
  const people = await signIn(..."ABCDEFGH");
  const [ada] = people;
  const sync = new Sync(app.kv, chatDomain);
  let commits = 0;
  const breaking = new Proxy(sync, {
    get: (target, name) =>
      name === "write" && commits++ > 0
        ? () => Promise.reject(new Error("It died"))
        // deno-lint-ignore no-explicit-any -- whatever it has
        : (target as any)[name].bind(target),
  });
  const input = { people: idsOf(people) };
  const died = await beginDirect({ sync: breaking, ...unlimited() }, ada, input)
    .then(() => undefined, (error) => error.message);
  assertEquals(died, "It died");
  for (const person of people) {
    const { body } = await person.get("/api/rooms");
    assertEquals(
      body.rooms.filter(({ direct }: RoomSummary) => direct),
      [],
    );
  }
  const { roomID } = await begin(ada, ...people);
  for (const person of people) assert(await listed(person, roomID));
  await sync.close();
});

test("A person begins a hundred of them a day; what is there already is not counted (T18)", async () => {
  const people = await signIn(..."ABCDEFGH");
  const [ada, ...others] = people;
  const sync = new Sync(app.kv, chatDomain);
  const limits = new RateLimits(true);
  const beginWith = (n: number) =>
    beginDirect({ ...unlimited(), sync, limits }, ada, {
      people: idsOf(others.filter((_, i) => n & 1 << i)),
    });
  const known = await begin(ada, others[0]);
  for (let n = 1; n <= 101; n++) await beginWith(n);
  const refused = await assertRejects(() => beginWith(102), LimitReached);
  assertEquals(refused.status, 429);
  assertEquals((await beginWith(1)).roomID, known.roomID);
  await sync.close();
});

/** Has a person's own space, as far as it knows, in so many direct messages; a commit takes a hundred at a time. */
async function putMemberships(
  { userID }: Person,
  count: number,
  begunBy: (i: number) => string | undefined,
): Promise<void> {
  const sync = new Sync(app.kv, chatDomain);
  for (let from = 0; from < count; from += 100) {
    await sync.write([`user:${userID}`], async (own) => {
      for (let i = from; i < Math.min(from + 100, count); i++) {
        const roomID = `direct-${i}`;
        const by = begunBy(i);
        await own.set(`membership/${roomID}`, {
          ...{ roomID, name: "", joinedAt: 0, direct: true },
          ...by && { begunBy: by },
        });
      }
    });
  }
  await sync.close();
}

test("A person begins five hundred of them, besides other rooms and those that others began, also before that was stored (T74, T13, E5)", async () => {
  const [ada, bob, cy] = await signIn("Ada", "Bob", "Cy");
  await putMemberships(ada, 500, () => ada.userID);
  await putMemberships(bob, 600, (i) => i < 100 ? undefined : `u${i}`);
  const before = app.commits();
  const { status, body } = await ask(ada, bob);
  assertEquals([status, body.error], [409, "full"]);
  assertEquals(app.commits(), before);
  await begin(cy, bob);
  await begin(bob, ada);
  const made = await ada.post("/api/rooms", { name: "Another" });
  assertEquals(made.status, 201);
});

test("Nobody closes another's direct messages by beginning them: a hundred are from one person, and those from somebody blocked do not count with others' (T74, M16)", async () => {
  const [ada, bob, cy, eve] = await signIn("Ada", "Bob", "Cy", "Eve");
  await putMemberships(bob, 99, () => eve.userID);
  await begin(eve, bob, cy);
  assertEquals((await ask(eve, bob)).status, 409);
  await begin(ada, bob);

  await putMemberships(cy, 2_000, (i) => `u${i % 20}`);
  assertEquals((await ask(ada, cy)).status, 409);
  await setOwn(cy, "blockPerson", { id: "u0", name: "X" });
  await begin(ada, cy);
});
