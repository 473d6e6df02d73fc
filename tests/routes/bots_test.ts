// Bots by the HTTP contract: who makes them, what a token opens, and that a key writes once.
import { assert, assertEquals, assertMatch } from "@std/assert";
import { APP } from "../support/app.ts";
import { Person } from "../support/person.ts";
import { app, appTest as test } from "../support/shared_app.ts";
import { mutate } from "../support/upload.ts";
import { addHook, makeBot, removeBot } from "../support/bots.ts";

async function makeRoom(owner: Person, visibility = "public") {
  const { body } = await owner.post("/api/rooms", { name: "Nest", visibility });
  return body as { roomID: string; space: string };
}

/** Posts what a program would; a string is text. */
async function write(
  roomID: string,
  token: string,
  body: string | object,
  key?: string,
) {
  const headers = new Headers({ authorization: `Bearer ${token}` });
  if (key !== undefined) headers.set("idempotency-key", key);
  const isText = typeof body === "string";
  headers.set("content-type", isText ? "text/plain" : "application/json");
  const answer = await app.send(
    new Request(`${APP}/api/rooms/${roomID}/messages`, {
      method: "POST",
      headers,
      body: isText ? body : JSON.stringify(body),
    }),
  );
  return { status: answer.status, body: await answer.json() };
}

/** The messages of a room, in their order. */
async function messages(person: Person, space: string) {
  const { body } = await person.pull(space, crypto.randomUUID());
  // deno-lint-ignore no-explicit-any -- messages
  const found: any[] = body.patch
    .filter(({ key = "" }) => key.startsWith("message/"))
    .map(({ value }: { value: unknown }) => value);
  return found.sort((a, b) => a.seq - b.seq);
}

test("a bot writes into its room by its token, as text or JSON, under its name and marked as a bot (T110, M20)", async () => {
  const ada = await app.signIn("Ada");
  const { roomID, space } = await makeRoom(ada);
  const { token, id: botID } = await makeBot(ada, roomID, "Robot");
  const text = await write(roomID, token, "  The **build** is green.\n");
  assertEquals(text.status, 201);
  const json = await write(roomID, token, {
    content: "Here you are.",
    replyTo: text.body.id,
    authorID: ada.userID,
    from: "Ada",
  });
  const all = await messages(ada, space);
  assertEquals(
    all.map(({ id, authorID, from, content, replyTo, seq }) => [
      id,
      authorID,
      from,
      content,
      replyTo,
      seq,
    ]),
    [
      [text.body.id, botID, "Robot", "  The **build** is green.", undefined, 1],
      [json.body.id, botID, "Robot", "Here you are.", text.body.id, 2],
    ],
  );
  const bob = await app.signIn("Bob");
  const { body } = await bob.get(`/rooms/${roomID}`);
  assertMatch(body, /Robot[^]{0,200}>bot</);
  const { body: people } = await bob.get(
    `/rooms/${roomID}/people?by=${text.body.id}`,
  );
  assert(people.includes("A bot of this room"));
  assert(people.includes("is told of nothing."));
  assert(!people.includes('value="ban"'));
});

test("a token writes into its one room and opens nothing else, and nothing at all once its bot is removed; what it wrote stays (T110, T111)", async () => {
  const ada = await app.signIn("Ada");
  const [nest, other] = [await makeRoom(ada), await makeRoom(ada)];
  const { token, id } = await makeBot(ada, nest.roomID, "Robot");
  await makeBot(ada, other.roomID, "Robot");
  assertEquals((await write(nest.roomID, token, "Here")).status, 201);
  for (
    const roomID of [other.roomID, "general", "nowhere", "x".repeat(64)]
  ) {
    const { status, body } = await write(roomID, token, "There");
    assertEquals([status, body.error], [401, "unauthorized"], roomID);
  }
  for (
    const wrong of [
      "",
      "x".repeat(43),
      "constructor",
      `${token}x`,
      id,
      id.slice(4),
    ]
  ) {
    assertEquals((await write(nest.roomID, wrong, "In vain")).status, 401);
  }
  const headers = { authorization: `Bearer ${token}` };
  for (
    const path of [
      `/api/rooms/${nest.roomID}/export`,
      "/api/rooms",
      "/api/session",
      `/api/replicache/poke?space=${nest.space}`,
    ]
  ) {
    const answer = await app.send(new Request(APP + path, { headers }));
    assertEquals(answer.status, 401, path);
    await answer.body?.cancel();
  }
  await removeBot(ada, nest.roomID, id);
  assertEquals((await write(nest.roomID, token, "Too late")).status, 401);
  assertEquals(
    (await messages(ada, nest.space)).map(({ content }) => content),
    ["Here"],
  );
});

test("the store has the token's hash alone, and nobody's pull brings anything of a bot (T111)", async () => {
  const ada = await app.signIn("Ada");
  const { roomID, space } = await makeRoom(ada);
  const { token } = await makeBot(ada, roomID, "Robot");
  for await (const { key, value } of app.kv.list({ prefix: [] })) {
    const text = value instanceof Uint8Array
      ? new TextDecoder().decode(value)
      : JSON.stringify(value, (_, each) => each?.toString?.() ?? each);
    assert(!`${key.join()} ${text}`.includes(token));
  }
  const { body } = await ada.pull(space, crypto.randomUUID());
  assert(!JSON.stringify(body).includes("Robot"));
  const { status } = await ada.pull(`bots:${roomID}`, crypto.randomUUID());
  assertEquals(status, 404);
  const { body: page } = await ada.get(`/rooms/${roomID}/bots`);
  assert(page.includes("Robot"));
  assert(!page.includes(token), "It is shown once");
});

test("a message with a key is there once, though several send it at once, and though it has been deleted since (T112)", async () => {
  const ada = await app.signIn("Ada");
  const { roomID, space } = await makeRoom(ada);
  const { token } = await makeBot(ada, roomID, "Robot");
  const sent = await Promise.all(
    Array.from({ length: 10 }, () => write(roomID, token, "Once", "k-1")),
  );
  const ids = new Set(sent.map(({ body }) => body.id));
  assertEquals(ids.size, 1);
  const statuses = sent.map(({ status }) => status).sort();
  assertEquals(statuses, [...Array(9).fill(200), 201]);
  const [id] = ids;
  await mutate(ada, space, "deleteMessage", { id });
  assertEquals((await write(roomID, token, "Once", "k-1")).body.id, id);
  assertEquals(await messages(ada, space), []);
  const other = await write(roomID, token, "Another", "k-1");
  assertEquals([other.status, other.body.error], [409, "taken"]);
  // Another bot's keys are its own.
  const second = await makeBot(ada, roomID, "Second");
  const own = await write(roomID, second.token, "Another", "k-1");
  assertEquals(own.status, 201);
  // Without one each request is a message.
  await write(roomID, token, "Twice");
  await write(roomID, token, "Twice");
  assertEquals((await messages(ada, space)).length, 3);
});

test("what a bot sends is refused as what people write is, and as what can't be read (T110)", async () => {
  const ada = await app.signIn("Ada");
  const { roomID, space } = await makeRoom(ada);
  const { token } = await makeBot(ada, roomID, "Robot");
  const refused = async (body: string | object, key?: string) => {
    const answer = await write(roomID, token, body, key);
    return [answer.status, answer.body.error];
  };
  const bad = [400, "bad-args"];
  assertEquals(await refused(""), bad);
  assertEquals(await refused(" \u200b\n"), bad);
  assertEquals(await refused("x".repeat(4_001)), bad);
  assertEquals(await refused("🦊".repeat(4_000)), [201, undefined]);
  assertEquals(await refused({}), bad);
  assertEquals(await refused([]), bad);
  assertEquals(await refused({ content: 1 }), bad);
  assertEquals(await refused({ content: "x", replyTo: "no id" }), bad);
  assertEquals(await refused("x".repeat(66_000)), [413, "too-large"]);
  for (const key of ["", "two words", "x".repeat(201)]) {
    assertEquals(await refused("x", key), bad, key);
  }
  const answer = await app.send(
    new Request(`${APP}/api/rooms/${roomID}/messages`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}` },
      body: new URLSearchParams({ content: "x" }),
    }),
  );
  assertEquals(answer.status, 415);
  await answer.body?.cancel();
  assertEquals((await messages(ada, space)).length, 1);
});

test("owners alone make bots, twenty of a room, also when a form is sent twice; direct messages have none (T111)", async () => {
  const [ada, bob] = [await app.signIn("Ada"), await app.signIn("Bob")];
  const { roomID } = await makeRoom(ada);
  await bob.post(`/api/rooms/${roomID}/members`, {});
  const path = `/rooms/${roomID}/bots`;
  const make = (person: Person, name: string, more = {}) =>
    person.fetch(path, {
      method: "POST",
      body: new URLSearchParams({ do: "make", name, ...more }),
    });
  const statusOf = async (answer: Promise<Response>) => {
    const { status, body } = await answer;
    await body?.cancel();
    return status;
  };
  assertEquals(await statusOf(make(bob, "Robot")), 403);
  assertEquals((await bob.get(path)).status, 403);
  const form = crypto.randomUUID();
  const twice = await Promise.all([1, 2].map(async () => {
    const answer = await make(ada, "Robot", { form });
    assertEquals(
      answer.headers.get("cache-control"),
      "no-store, no-transform",
    );
    return (await answer.text()).match(/class="secret">([\w-]{43})</)![1];
  }));
  assertEquals(twice[0], twice[1]);
  for (const name of ["", "x".repeat(41), "Two\nlines", "\u202etob"]) {
    assertEquals(await statusOf(make(ada, name)), 400, name);
  }
  for (let n = 1; n < 20; n++) {
    assertEquals(await statusOf(make(ada, `Robot ${n}`)), 200);
  }
  const full = await make(ada, "One more");
  assertEquals(full.status, 400);
  assertMatch(await full.text(), /20 bots at most/);
  const direct = await ada.post("/api/messages", {
    people: [{ id: bob.userID }],
  });
  const { status } = await ada.get(`/rooms/${direct.body.roomID}/bots`);
  assertEquals(status, 403);
});

test("a hook has an address of the public internet, a bot three of them, and its secret is shown once (T113)", async () => {
  const ada = await app.signIn("Ada");
  const { roomID } = await makeRoom(ada);
  const { id } = await makeBot(ada, roomID, "Robot");
  for (
    const url of [
      ...["http://example.org/", "https://127.0.0.1/", "https://[::1]:8000/"],
      ...["https://10.0.0.1/", "https://name:word@example.org/", "nothing"],
      ...["javascript:alert(1)", `https://example.org/${"x".repeat(500)}`],
    ]
  ) {
    assertEquals((await addHook(ada, roomID, id, url)).status, 400, url);
  }
  const url = "https://example.org/hook";
  const { secret } = await addHook(ada, roomID, id, url);
  assertMatch(secret, /^[\w-]{43}$/);
  const { body } = await ada.get(`/rooms/${roomID}/bots`);
  assert(body.includes(url) && !body.includes(secret));
  const { body: people } = await ada.get(`/rooms/${roomID}/people`);
  assert(people.includes("is told of all messages."));
  assert(!people.includes("example.org"));
  await addHook(ada, roomID, id, url, "addressed");
  await addHook(ada, roomID, id, url);
  const full = await addHook(ada, roomID, id, url);
  assertEquals(full.status, 400);
  assertMatch(full.body, /3 hooks at most/);
});

test("the bots of a room stay when their maker leaves (T111)", async () => {
  const [ada, bob] = [await app.signIn("Ada"), await app.signIn("Bob")];
  const { roomID } = await makeRoom(ada);
  await bob.post(`/api/rooms/${roomID}/members`, {});
  const { token } = await makeBot(ada, roomID, "Robot");
  const path = `/api/rooms/${roomID}/members/me`;
  await ada.ask(path, { method: "DELETE" });
  assertEquals((await write(roomID, token, "Still here")).status, 201);
  const { status, body } = await bob.get(`/rooms/${roomID}/bots`);
  assertEquals(status, 200, "He owns the room by now");
  assert(body.includes("Robot"));
});

test("an owner removes all that a bot has written, and anybody blocks it; nobody edits it (M20)", async () => {
  const [ada, bob] = [await app.signIn("Ada"), await app.signIn("Bob")];
  const { roomID, space } = await makeRoom(ada);
  await bob.post(`/api/rooms/${roomID}/members`, {});
  const { token, id: botID } = await makeBot(ada, roomID, "Robot");
  const { body: { id } } = await write(roomID, token, "One");
  await write(roomID, token, "Two");
  await mutate(ada, space, "editMessage", { id, content: "Changed" });
  await mutate(bob, space, "deleteMessage", { id });
  await mutate(bob, space, "setReaction", { id, emoji: "🦊", on: true });
  const [first] = await messages(ada, space);
  assertEquals([first.content, first.reactions], ["One", {
    "🦊": [bob.userID],
  }]);
  const path = `/api/rooms/${roomID}/messages?by=${botID}`;
  assertEquals((await bob.ask(path, { method: "DELETE" })).status, 403);
  assertEquals((await ada.ask(path, { method: "DELETE" })).status, 204);
  while ((await messages(ada, space)).length > 0);
  const body = new URLSearchParams({ do: "block", id: botID, name: "Robot" });
  const blocked = await bob.fetch(`/rooms/${roomID}/people`, {
    method: "POST",
    body,
    redirect: "manual",
  });
  assertEquals(blocked.status, 303);
});
