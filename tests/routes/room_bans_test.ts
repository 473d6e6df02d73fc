// Bans over HTTP: a room is to who is banned as if it were not there, whatever they try, until an owner allows them again.
import { assert, assertEquals } from "@std/assert";
import { Sync } from "../../lib/sync/mod.ts";
import { chatDomain } from "../../lib/web/chat/domain.ts";
import { eventsOf } from "../support/events.ts";
import type { Person } from "../support/person.ts";
import { app, appTest as test } from "../support/shared_app.ts";
import { Writer } from "../support/writer.ts";

/** A room of Ada's with Bob in it, in which Bob has written. */
async function meet(visibility = "public") {
  const [ada, bob] = [await app.signIn("Ada"), await app.signIn("Bob")];
  const name = `Den ${crypto.randomUUID().slice(0, 8)}`;
  const { body } = await ada.post("/api/rooms", { name, visibility });
  const { roomID, space } = body as { roomID: string; space: string };
  const path = `/api/rooms/${roomID}`;
  const invite = async () =>
    (await ada.post(`${path}/invites`, {})).body.url.split("/").at(-1);
  const join = async (person: Person, invite?: string) =>
    (await person.post(`${path}/members`, { invite })).status;
  await join(bob, await invite());
  await new Writer(bob).write("Said by Bob", space);
  const ban = async (by: Person, userID: string) =>
    (await by.post(`${path}/bans`, { userID })).status;
  const allow = async (by: Person, userID: string) =>
    (await by.ask(`${path}/bans/${userID}`, { method: "DELETE" })).status;
  return { ada, bob, name, roomID, space, path, invite, join, ban, allow };
}

for (const visibility of ["public", "private"]) {
  test(`a ${visibility} room is to who is banned as one that is not there (T31, T14)`, async () => {
    const { ada, bob, name, roomID, space, path, invite, join, ban } =
      await meet(visibility);
    assertEquals(await ban(ada, bob.userID), 204);
    assertEquals(await ban(ada, bob.userID), 204); // twice is once
    const secret = await invite();
    assertEquals(await join(bob), 404);
    assertEquals(await join(bob, secret), 404);

    const args = { id: "late", content: "Still here" };
    const late = { name: "createMessage", args, id: 1, clientID: "bobs" };
    const asks: ((room: string) => Promise<unknown>)[] = [
      (room) => bob.get(`/rooms/${room}`),
      (room) => bob.get(`/rooms/${room}/people`),
      (room) => bob.post(`/rooms/${room}`, {}),
      (room) => bob.get(`/invite/${room}/${secret}`),
      (room) => bob.ask(`/invite/${room}/${secret}`, { method: "POST" }),
      (room) => bob.pull(`room:${room}`, "bobs-group"),
      (room) =>
        bob.push(`room:${room}`, "bobs-group", [{ ...late, timestamp: 1 }]),
      (room) => bob.get(`/api/replicache/poke?space=room:${room}`),
      (room) => bob.post(`/api/typing?space=room:${room}`, { typing: true }),
      (room) => bob.post(`/api/rooms/${room}/members`, {}),
      (room) => bob.post(`/api/rooms/${room}/invites`, {}),
      (room) => bob.post(`/api/rooms/${room}/bans`, { userID: ada.userID }),
      (room) => bob.ask(`/api/rooms/${room}/members/me`, { method: "DELETE" }),
    ];
    const simple = (answer: unknown, room: string) => {
      const { status, body } = answer as { status: number; body: unknown };
      const nonce = /nonce="[^"]+"/g;
      const text = JSON.stringify(body).replaceAll("\\", "");
      return [status, text.replaceAll(nonce, "").replaceAll(room, "ROOM")];
    };
    for (const ask of asks) {
      const banned = simple(await ask(roomID), roomID);
      assertEquals(banned, simple(await ask("no-such-room"), "no-such-room"));
      assertEquals(banned[0], 404);
    }
    const { body } = await bob.get(`/api/rooms?q=${name.slice(4)}`);
    assertEquals(body.rooms, []);
    assert(!(await bob.get("/")).body.includes(name));
    const { status } = await ada.get(path.replace("/api", ""));
    assertEquals(status, 200);
    const mine = await ada.pull(space, crypto.randomUUID());
    assert(JSON.stringify(mine.body).includes("Said by Bob"));
  });
}

test("a ban ends the streams of who is banned at once, a visitor's too (T31, T15)", async () => {
  const { ada, bob, space, path, ban } = await meet();
  const listen = async () => {
    const { body } = await bob.fetch(`/api/replicache/poke?space=${space}`);
    const stream = eventsOf(body!.getReader());
    assertEquals((await stream.next()).value?.event, "poke");
    return stream;
  };
  await bob.ask(`${path}/members/me`, { method: "DELETE" });
  const visiting = await listen();
  const others = await (await ada.fetch(
    `/api/replicache/poke?space=${space}`,
  )).body!.getReader();
  assertEquals(await ban(ada, bob.userID), 204);
  const rest = await Array.fromAsync(visiting);
  assertEquals(rest.at(-1), { event: "gone", data: { space } });
  await others.cancel(); // it was still open
});

test("a ban withdraws all invitations, as the one who is out may hold one (T31, E8)", async () => {
  const { ada, bob, invite, join, ban } = await meet("private");
  const secret = await invite();
  await ban(ada, bob.userID);
  assertEquals(await join(await app.signIn("Bob's other self"), secret), 404);
});

test("who is allowed again is as one who has left: they may join, and read what is public (T31)", async () => {
  const { ada, bob, roomID, join, ban, allow } = await meet();
  assertEquals(await allow(ada, bob.userID), 404);
  await ban(ada, bob.userID);
  assertEquals(await allow(bob, bob.userID), 404);
  assertEquals(await allow(ada, bob.userID), 204);
  assertEquals((await bob.get(`/rooms/${roomID}`)).status, 200);
  assertEquals(await join(bob), 204);
});

test("owners ban who is or was a member, another owner too, and not themselves (T31)", async () => {
  const { ada, bob, path, join, ban } = await meet();
  const eve = await app.signIn("Eve");
  assertEquals(await ban(ada, ada.userID), 403);
  for (const whom of [eve.userID, "nobody", "constructor"]) {
    assertEquals(await ban(ada, whom), 404, whom);
  }
  assertEquals(await ban(ada, "~"), 400);
  assertEquals(await ban(bob, ada.userID), 403);
  await join(eve);
  await eve.ask(`${path}/members/me`, { method: "DELETE" });
  assertEquals(await ban(ada, eve.userID), 204);
  await ada.ask(`${path}/members/${bob.userID}`, {
    method: "PATCH",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ role: "owner" }),
  });
  assertEquals(await ban(bob, ada.userID), 204);
  assertEquals(await join(ada), 404);
});

test("owners see who is banned, by the name that they have now; others see no list (T31, E9)", async () => {
  const { ada, bob, roomID, join, ban } = await meet();
  const carol = await app.signIn("Carol");
  await join(carol);
  await ban(ada, bob.userID);
  const page = (person: Person) => person.get(`/rooms/${roomID}/people`);
  assert((await page(ada)).body.includes("Allow again"));
  assert(!(await page(carol)).body.includes("Allow again"));
  await bob.post("/api/session", { name: "Robert" });
  assert((await page(ada)).body.includes("Robert"));
  await bob.ask("/api/account", {
    method: "DELETE",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name: "Robert" }),
  });
  await app.erased();
  const { body } = await page(ada);
  assert(!body.includes("Robert"));
  assert(body.includes("Deleted user"));
});

test("of a room five hundred people are banned at most (T31)", async () => {
  const { ada, bob, space, ban, allow } = await meet();
  const bans = Array.from({ length: 500 }, (_, i) => ({ id: `u${i}`, at: 0 }));
  await new Sync(app.kv, chatDomain)
    .write([space], (there) => there.set("bans", bans));
  assertEquals(await ban(ada, bob.userID), 409);
  assertEquals(await allow(ada, "u7"), 204);
  assertEquals(await ban(ada, bob.userID), 204);
});
