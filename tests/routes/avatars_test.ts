// People's own pictures and statuses by the HTTP contract: who sees them, and each bad input with an answer of its own.
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Person } from "../support/person.ts";
import { avif, gif, jpeg, png, webp } from "../support/pictures.ts";
import { app, appTest as test } from "../support/shared_app.ts";

const SQUARE = jpeg(128, 128);
/** Others of the same size. */
const another = (n: number) => new Uint8Array([...SQUARE, n]);

const put = (person: Person, body: BodyInit) =>
  person.ask("/api/avatar", { method: "PUT", body });

/** Has a person show a picture; returns its address. */
async function show(person: Person, picture: BodyInit): Promise<string> {
  const { status, body } = await put(person, picture);
  assertEquals(status, 200);
  assertMatch(body.avatar, /^[0-9a-f]{32}$/);
  return `/api/avatars/${person.userID}/${body.avatar}`;
}

const statusOf = async (person: Person, path: string) =>
  (await person.ask(path)).status;

/** What a room says of a person to one who reads it. */
async function memberFor(reader: Person, space: string, person: Person) {
  const { body } = await reader.pull(space, crypto.randomUUID());
  // The last: what has changed since the view was taken comes behind it.
  return body.patch.findLast(({ key }: { key: string }) =>
    key === `member/${person.userID}`
  )?.value;
}

const saveStatus = (person: Person, status: string) =>
  person.ask("/settings", {
    method: "POST",
    body: new URLSearchParams({ do: "status", status }),
  });

const leaveGeneral = (person: Person) =>
  person.ask("/api/rooms/general/members/me", { method: "DELETE" });

test("a picture of oneself is shown to those who share a room with the person, and is 404 for all others (T120)", async () => {
  const [ada, bob, eve] = await Promise.all(
    ["Ada", "Bob", "Eve"].map((name) => app.signIn(name)),
  );
  const path = await show(ada, SQUARE);
  const { body: nest } = await ada.post("/api/rooms", { name: "Nest" });
  assertEquals(await statusOf(ada, path), 200);
  assertEquals(await statusOf(bob, path), 200, "both are in General");
  await leaveGeneral(ada);
  assertEquals(await statusOf(bob, path), 404);
  // To see a public room is not to be in it.
  assertEquals((await bob.get(`/rooms/${nest.roomID}`)).status, 200);
  assertEquals(await statusOf(bob, path), 404);
  await bob.post(`/api/rooms/${nest.roomID}/members`, {});
  assertEquals(await statusOf(bob, path), 200);
  await ada.ask(`/api/rooms/${nest.roomID}/members/${bob.userID}`, {
    method: "DELETE",
  });
  assertEquals(await statusOf(bob, path), 404, "removed");
  assertEquals(await statusOf(eve, path), 404);
  assertEquals(await statusOf(ada, path), 200, "in no room, one's own");
  const nobody = await app.send(new Request(`${ada.url}${path}`));
  assertEquals([nobody.status, (await nobody.json()).error], [
    401,
    "unauthorized",
  ]);
});

test("a picture never changes under its address, and an earlier one is gone (T121)", async () => {
  const ada = await app.signIn("Ada");
  const bob = await app.signIn("Bob");
  const first = await show(ada, SQUARE);
  const answer = await bob.fetch(first);
  assertEquals(await answer.bytes(), SQUARE);
  const { headers } = answer;
  assertEquals(headers.get("content-type"), "image/jpeg");
  assertEquals(
    headers.get("cache-control"),
    "private, max-age=31536000, immutable",
  );
  assertEquals(headers.get("content-disposition"), "inline");
  assertEquals(headers.get("x-content-type-options"), "nosniff");
  assertMatch(
    headers.get("content-security-policy")!,
    /^default-src 'none'.*sandbox$/,
  );
  assertEquals(headers.get("cross-origin-resource-policy"), "same-origin");

  const second = await show(ada, another(2));
  assert(first !== second);
  assertEquals(await statusOf(bob, first), 404);
  assertEquals(await statusOf(bob, second), 200);
  assertEquals(await show(ada, another(2)), second, "the same again");
  const removed = await ada.ask("/api/avatar", { method: "DELETE" });
  assertEquals(removed.status, 204);
  assertEquals(await statusOf(bob, second), 404);
  assertEquals((await ada.get("/api/session")).body, {
    userID: ada.userID,
    name: "Ada",
  });
  for (const path of ["/api/avatars/x/y", "/api/avatars/x.y/z"]) {
    assertEquals(await statusOf(bob, path), 404);
  }
});

test("what is no JPEG of 128 × 128 pixels, or too large, is refused, and nothing is kept of it (T122)", async () => {
  const ada = await app.signIn("Ada");
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg" width="128" height="128"/>';
  const refused: [string, BodyInit][] = [
    ["PNG", png(128, 128)],
    ["GIF", gif(128, 128)],
    ["WebP", webp(128, 128)],
    ["AVIF", avif([128, 128])],
    ["SVG", svg],
    [
      "SVG with a JPEG's first bytes",
      new Uint8Array([0xff, 0xd8, 0xff, ...new TextEncoder().encode(svg)]),
    ],
    ["HTML", "<script>alert(1)</script>"],
    ["nothing", ""],
    ["too many pixels", jpeg(40_000, 40_000)],
    ["another size", jpeg(128, 127)],
    ["turned", jpeg(127, 128, 6)],
    ["one that breaks off", SQUARE.slice(0, 12)],
    ["no size", jpeg(0, 0)],
  ];
  for (const [what, body] of refused) {
    const answer = await put(ada, body);
    assertEquals([answer.status, answer.body.error], [400, "bad-args"], what);
    assertEquals(
      answer.body.message,
      "picture: Send a JPEG of 128 × 128 pixels.",
      what,
    );
  }
  const large = new Uint8Array(16 * 1024 + 1);
  large.set(SQUARE);
  const answer = await put(ada, large);
  assertEquals([answer.status, answer.body.error], [413, "too-large"]);
  assertEquals((await ada.get("/api/session")).body.avatar, undefined);
  const spaces = await Array.fromAsync(
    app.kv.list({ prefix: ["entry", `avatar:${ada.userID}`] }),
  );
  assertEquals(spaces, []);
  await show(ada, large.subarray(0, 16 * 1024));
});

test("the space that holds a picture can neither be pulled nor pushed to nor listened to, by its person either (T120)", async () => {
  const ada = await app.signIn("Ada");
  await show(ada, SQUARE);
  const space = `avatar:${ada.userID}`;
  const group = crypto.randomUUID();
  assertEquals((await ada.pull(space, group)).status, 404);
  assertEquals((await ada.push(space, group, [])).status, 404);
  assertEquals(
    (await ada.get(`/api/replicache/poke?space=${space}`)).status,
    404,
  );
});

test("picture and status are in the rooms of their person, in those made, joined and begun later too (E6)", async () => {
  const ada = await app.signIn("Ada");
  const bob = await app.signIn("Bob");
  const path = await show(ada, SQUARE);
  assertEquals((await saveStatus(ada, "  On a train ")).status, 303);
  const { body: made } = await ada.post("/api/rooms", { name: "Made" });
  const { body: joined } = await bob.post("/api/rooms", { name: "Joined" });
  await ada.post(`/api/rooms/${joined.roomID}/members`, {});
  const { body: begun } = await bob.post("/api/messages", {
    people: [{ id: ada.userID }],
  });
  const spaces = ["room:general", made.space, joined.space, begun.space];
  const all = async () =>
    (await Promise.all(spaces.map((space) => memberFor(bob, space, ada))))
      .map(({ name, avatar, status }) => ({ name, avatar, status }));
  const avatar = path.split("/").at(-1);
  assertEquals(
    await all(),
    spaces.map(() => ({ name: "Ada", avatar, status: "On a train" })),
  );
  // What is not changed stays.
  const renamed = await ada.post("/api/session", { name: "Ada King" });
  assertEquals(renamed.body, { userID: ada.userID, name: "Ada King" });
  assertEquals(renamed.status, 200);
  assertEquals(
    await all(),
    spaces.map(() => ({ name: "Ada King", avatar, status: "On a train" })),
  );
  await saveStatus(ada, "");
  await ada.ask("/settings", {
    method: "POST",
    body: new URLSearchParams({ do: "remove-picture" }),
  });
  const shown = await Promise.all(
    spaces.map((space) => memberFor(bob, space, ada)),
  );
  for (const member of shown) {
    assertEquals(Object.keys(member).sort(), [
      "id",
      "joinedAt",
      "name",
      "role",
    ]);
  }
});

test("a status is one line of a hundred characters without hidden ones, and what was refused is still in its field (M22)", async () => {
  const ada = await app.signIn("Ada");
  const long = "🦉".repeat(100);
  assertEquals((await saveStatus(ada, long)).status, 303);
  for (const bad of [`${long}x`, "two\nlines", "\u202eevil", "a\u0007"]) {
    const { status, body } = await saveStatus(ada, bad);
    assertEquals(status, 400);
    assertMatch(body, /<p id="status-refusal"[^>]*role="alert">A status /);
  }
  const { body } = await ada.get("/settings");
  assert(body.includes(`value="${long}"`));
  const own = `user:${ada.userID}`;
  const push = (id: number, args: unknown) =>
    ada.push(own, crypto.randomUUID(), [
      {
        id,
        name: "setProfile",
        args,
        clientID: crypto.randomUUID(),
        timestamp: 1,
      },
    ]);
  await push(1, { status: "By a push" });
  assertEquals(
    (await memberFor(ada, "room:general", ada)).status,
    "By a push",
  );
});

test("a list of rooms has the picture of the one other of direct messages, and as its topic their status (T77)", async () => {
  const ada = await app.signIn("Ada");
  const bob = await app.signIn("Bob");
  const path = await show(ada, SQUARE);
  await saveStatus(ada, "On a train");
  const { body } = await bob.post("/api/messages", {
    people: [{ id: ada.userID }],
  });
  const list = (await bob.get("/api/rooms")).body.rooms;
  const room = list.find(({ roomID }: { roomID: string }) =>
    roomID === body.roomID
  );
  const avatar = path.split("/").at(-1);
  assertEquals(room.people, [{ id: ada.userID, name: "Ada", avatar }]);
  assertEquals(room.topic, "On a train");
  const page = await bob.get(`/rooms/${body.roomID}`);
  assert(page.body.includes(path));
});

test("a picture is among what is stored of a person, and in no exported room (T100, T106)", async () => {
  const ada = await app.signIn("Ada");
  await show(ada, SQUARE);
  await saveStatus(ada, "On a train");
  const { body: nest } = await ada.post("/api/rooms", { name: "Nest" });
  const data = await (await ada.fetch("/api/account/data")).text();
  assert(data.includes(SQUARE.toBase64()));
  assert(data.includes("On a train"));
  const room = await (await ada.fetch(`/api/rooms/${nest.roomID}/export`))
    .text();
  assert(!room.includes("avatar") && !room.includes("On a train"));
  assert(room.includes('"name":"Ada"'));
});
