// Accounts over HTTP: another name, whichever way it came, and deleting all.
import { assert, assertEquals, assertMatch } from "@std/assert";
import { Sync } from "../../lib/sync/mod.ts";
import { actorOf, chatDomain } from "../../lib/web/chat/domain.ts";
import { APP } from "../support/app.ts";
import { eventsOf } from "../support/events.ts";
import { Person } from "../support/person.ts";
import { app, appTest as test } from "../support/shared_app.ts";

const mutation = (id: number, name: string, args: unknown) => ({
  id,
  name,
  args,
  clientID: "client",
  timestamp: 1,
});

/** What a person's first pull of a space brings, by key. */
async function entriesFor(person: Person, space: string) {
  const { body } = await person.pull(space, crypto.randomUUID());
  type Put = { key: string; value: Record<string, unknown> };
  const puts: Put[] = body.patch.filter(({ op }: { op: string }) =>
    op === "put"
  );
  return new Map(puts.map(({ key, value }) => [key, value]));
}

/** The same person on another device, by a sign-in link. */
async function elsewhere(person: Person): Promise<[Person, string]> {
  const { body } = await person.post("/api/session/link", {});
  const path = new URL(body.url).pathname;
  const there = new Person(APP, person.name, app.send);
  const { headers } = await there.ask(path, { method: "POST" });
  there.cookie = headers.get("set-cookie")!.split(";")[0];
  there.userID = person.userID;
  return [there, path];
}

const remove = (person: Person, name: string) =>
  person.ask("/api/account", {
    method: "DELETE",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name }),
  });

test("a name that a replica pushes reaches the session, and the rooms its person is in (E6)", async () => {
  const ada = await app.signIn("Ada");
  const bob = await app.signIn("Bob");
  const { body: nest } = await ada.post("/api/rooms", { name: "Nest" });
  await ada.post("/api/rooms/general/members", {});
  const own = `user:${ada.userID}`;
  const group = crypto.randomUUID();
  const rename = (id: number, name: unknown) =>
    ada.push(own, group, [mutation(id, "setProfile", { name })]);
  const called = async () => [
    (await ada.get("/api/session")).body.name,
    (await entriesFor(ada, own)).get("profile")?.name,
    ...await Promise.all(
      [nest.space, "room:general"].map(async (space) =>
        (await entriesFor(bob, space)).get(`member/${ada.userID}`)?.name
      ),
    ),
  ];
  assertEquals((await rename(1, " Countess ")).status, 200);
  assertEquals(await called(), Array(4).fill("Countess"));
  // A bad one is refused, and changes nothing.
  assertEquals((await rename(2, "\u202eevil")).status, 200);
  assertEquals(await called(), Array(4).fill("Countess"));
  const saved = await ada.ask("/settings", {
    method: "POST",
    body: new URLSearchParams({ do: "name", name: "Ada King" }),
  });
  assertEquals(saved.status, 303);
  assertEquals(await called(), Array(4).fill("Ada King"));
  await ada.push(nest.space, crypto.randomUUID(), [
    mutation(1, "createMessage", { id: "hello", content: "Hello" }),
  ]);
  const message = (await entriesFor(bob, nest.space)).get("message/hello");
  assertEquals(message?.from, "Ada King");
});

test("a name that was not told to the rooms, as the process died, is told when the rooms are looked at (E6)", async () => {
  const ada = await app.signIn("Ada");
  const { body: nest } = await ada.post("/api/rooms", { name: "Nest" });
  const dying = new Sync(app.kv, chatDomain);
  const actor = actorOf(ada.userID);
  await dying.push(`user:${ada.userID}`, actor, {
    pushVersion: 1,
    schemaVersion: "1",
    profileID: "p",
    clientGroupID: crypto.randomUUID(),
    mutations: [mutation(1, "setProfile", { name: "Augusta" })],
  });
  await ada.get("/api/rooms");
  const there = await entriesFor(ada, nest.space);
  assertEquals(there.get(`member/${ada.userID}`)?.name, "Augusta");
});

test("an account is deleted by its own name only", async () => {
  const ada = await app.signIn("Ada");
  for (const name of ["ada", "Bob", "", "Ada Ada"]) {
    const { status, body } = await remove(ada, name);
    assertEquals([status, body.error], [400, "bad-args"]);
  }
  assertEquals((await ada.get("/api/session")).status, 200);
  const form = await ada.ask("/settings/delete", {
    method: "POST",
    body: new URLSearchParams({ name: "Bob" }),
  });
  assertEquals(form.status, 400);
  assertMatch(form.body, /not the name of this account/);
  assertEquals((await ada.get("/api/session")).status, 200);
});

test("a deleted account is signed out everywhere at once, its streams included, and no link leads back (T9)", async () => {
  const ada = await app.signIn("Ada");
  const [there, link] = await elsewhere(ada);
  const path = `/api/replicache/poke?space=user:${ada.userID}`;
  const streams = [ada, there].map(async (person) => {
    const { body } = await person.fetch(path);
    const events = eventsOf(body!.getReader());
    await events.next();
    return () => Array.fromAsync(events);
  });
  const rest = await Promise.all(streams);
  const { status, headers } = await remove(ada, " Ada ");
  assertEquals(status, 204);
  assertMatch(headers.get("set-cookie")!, /^kvetch_session=;.*Max-Age=0/);
  for (const person of [ada, there]) {
    assertEquals((await person.get("/api/session")).status, 401);
    const late = await person.push("room:general", crypto.randomUUID(), [
      mutation(1, "createMessage", { id: "late", content: "Late" }),
    ]);
    assertEquals(late.status, 401);
  }
  assertEquals((await new Person(APP, "", app.send).get(link)).status, 404);
  for (const events of rest) await events(); // they end
  await app.erased();
});

test("what a deleted account wrote stays under nobody's name, also where it had left; all else is gone (E2)", async () => {
  const name = "Ada the Unforgotten";
  const ada = await app.signIn(name);
  const bob = await app.signIn("Bob");
  const rooms: { roomID: string; space: string }[] = [];
  for (const [owner, guest] of [[ada, bob], [bob, ada]]) {
    const { body } = await owner.post("/api/rooms", { name: "Nest" });
    await guest.post(`/api/rooms/${body.roomID}/members`, {});
    rooms.push(body);
    const id = `from-ada-${rooms.length}`;
    await ada.push(body.space, crypto.randomUUID(), [
      mutation(1, "createMessage", { id, content: "Remember" }),
      mutation(2, "setReaction", { id, emoji: "👍", on: true }),
      mutation(3, "editMessage", { id: "nowhere", content: "A secret" }),
    ]);
  }
  const [own, left] = rooms;
  await ada.ask(`/api/rooms/${left.roomID}/members/me`, { method: "DELETE" });
  await ada.push(`user:${ada.userID}`, crypto.randomUUID(), [
    mutation(1, "setDraft", { roomID: own.roomID, content: "A secret" }),
  ]);
  const page = await ada.ask("/settings/delete", {
    method: "POST",
    body: new URLSearchParams({ name }),
  });
  assertEquals(page.status, 303);
  assertEquals(page.headers.get("location"), "/signin?deleted");
  await app.erased();
  for (const [i, { space }] of rooms.entries()) {
    const there = await entriesFor(bob, space);
    const { from, content } = there.get(`message/from-ada-${i + 1}`)!;
    assertEquals([from, content], ["Deleted user", "Remember"]);
    assertEquals(there.get(`member/${bob.userID}`)?.role, "owner");
    assertEquals(there.has(`member/${ada.userID}`), false);
  }
  for (const { roomID } of rooms) {
    const { status, body } = await bob.get(`/rooms/${roomID}`);
    assertEquals(status, 200);
    assert(!body.includes(name));
    assert(body.includes("Deleted user"));
  }
  // The logs of rooms keep their past for a while; nothing else does.
  const decoder = new TextDecoder();
  for await (const { key, value } of app.kv.list({ prefix: [] })) {
    if (key[0] === "log") continue;
    const text = value instanceof Uint8Array
      ? decoder.decode(value)
      : JSON.stringify(value) ?? "";
    assert(!text.includes(name) && !text.includes("A secret"), key.join());
  }
});
