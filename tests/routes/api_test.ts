// The HTTP contract, asked of a served app as a stranger would.
import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { permitted } from "../support/permitted.ts";
import { type Answer, Person } from "../support/person.ts";
import { type Server, startServer } from "../support/server.ts";

let server: Server;
let ada: Person;
let bob: Person;
let nobody: Person;

Deno.test.beforeAll(async () => {
  if (!permitted) return;
  server = await startServer();
  ada = await Person.signIn(server.url, "Ada");
  bob = await Person.signIn(server.url, "Bob");
  nobody = new Person(server.url);
});
Deno.test.afterAll(async () => {
  if (!permitted) return;
  assertEquals(await server.stop(), 0);
});

/** Needs a served app, so permission for the network and processes. */
const test = (name: string, fn: () => Promise<void>) =>
  Deno.test({ name, ignore: !permitted, fn });

function assertFails(answer: Answer, status: number, error: string): void {
  assertEquals([answer.status, answer.body?.error], [status, error]);
  assertMatch(answer.body.message, /^[^\n]+[.!]$|: /);
}

let serial = 0;
const createMessage = (content: string, more = {}) => ({
  id: 1,
  clientID: `c${++serial}`,
  name: "createMessage",
  args: { id: `m${serial}`, content, ...more },
  timestamp: 1,
});
const GENERAL = "room:general";

test("POST /api/session signs in, GET says who, DELETE ends it on the server (T9)", async () => {
  const eve = new Person(server.url);
  const { status, headers, body } = await eve.post("/api/session", {
    name: "  Eve ",
  });
  assertEquals([status, body.name], [200, "Eve"]);
  const cookie = headers.get("set-cookie")!;
  assertMatch(
    cookie,
    /^kvetch_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax/,
  );
  eve.cookie = cookie.split(";")[0];
  assertEquals((await eve.get("/api/session")).body, body);

  const renamed = await eve.post("/api/session", { name: "Eva" });
  assertEquals(renamed.body, { userID: body.userID, name: "Eva" });
  assertEquals(renamed.headers.get("set-cookie"), null);

  const out = await eve.ask("/api/session", { method: "DELETE" });
  assertEquals(out.status, 204);
  assertFails(await eve.get("/api/session"), 401, "unauthorized");
});

test("POST /api/session refuses names that no one could read (M6)", async () => {
  const bad = ["", "   ", "x".repeat(41), "a\u202Eb", "a\nb", 7, null];
  const unseen = ["\u200d", "\u3164", "\ud800", "a\u2028b", "\u061ca"];
  for (const name of [...bad, ...unseen]) {
    assertFails(await nobody.post("/api/session", { name }), 400, "bad-args");
  }
  assertFails(await nobody.post("/api/session", []), 400, "bad-args");
});

test("the API answers 401 to who is not signed in (T1, T3)", async () => {
  assertFails(await nobody.get("/api/session"), 401, "unauthorized");
  assertFails(await nobody.get("/api/rooms"), 401, "unauthorized");
  assertFails(await nobody.post("/api/rooms", {}), 401, "unauthorized");
  const paths = ["push", "pull"].map((name) =>
    nobody.post(`/api/replicache/${name}?space=${GENERAL}`, {})
  );
  for (const answer of await Promise.all(paths)) {
    assertFails(answer, 401, "unauthorized");
  }
  const poke = `/api/replicache/poke?space=${GENERAL}`;
  assertFails(await nobody.get(poke), 401, "unauthorized");
});

test("a replica of another user than the session's is answered 401 (T3)", async () => {
  const answer = await ada.post(
    `/api/replicache/pull?space=${GENERAL}`,
    {},
    { authorization: bob.userID },
  );
  assertFails(answer, 401, "unauthorized");
});

test("POST /api/rooms makes a room that its maker owns", async () => {
  const made = await ada.post("/api/rooms", {
    name: "Books",
    visibility: "private",
  });
  assertEquals(made.status, 201);
  const { roomID, space } = made.body;
  assertEquals(space, `room:${roomID}`);
  const { rooms } = (await ada.get("/api/rooms")).body;
  assertEquals(rooms.find((room: { space: string }) => room.space === space), {
    roomID,
    space,
    name: "Books",
    topic: "",
    visibility: "private",
    member: true,
    messageCount: 0,
    readSeq: 0,
    unread: 0,
    mention: false,
    lastAt: null,
    last: null,
  });
  const others = (await bob.get("/api/rooms")).body.rooms;
  assertEquals(others.map((room: { name: string }) => room.name), ["General"]);
});

test("POST /api/rooms says which field is wrong (T2)", async () => {
  const wrong = [{ name: "" }, { name: "x", visibility: "secret" }, {}];
  for (const body of wrong) {
    const answer = await ada.post("/api/rooms", body);
    assertFails(answer, 400, "bad-args");
    assertMatch(answer.body.message, /^(name|visibility): /);
  }
});

test("a private room is to outsiders as if it were not there (T5, T14)", async () => {
  const { body } = await ada.post("/api/rooms", {
    name: "Diary",
    visibility: "private",
  });
  const { roomID, space } = body;
  const unknown = "room:nowhere";
  for (const name of [space, unknown]) {
    assertFails(await bob.push(name, "g", []), 404, "unknown-space");
    assertFails(await bob.pull(name, "g"), 404, "unknown-space");
    const poke = await bob.get(`/api/replicache/poke?space=${name}`);
    assertFails(poke, 404, "unknown-space");
  }
  // One that can't even be looked for, too.
  for (const id of [roomID, "nowhere", "x".repeat(2_100)]) {
    const join = await bob.post(`/api/rooms/${id}/members`, {});
    assertFails(join, 404, "not-found");
    assertEquals((await bob.get(`/rooms/${id}`)).status, 404);
  }
  assertFails(await bob.pull(`user:${ada.userID}`, "g"), 404, "unknown-space");
});

test("a public room can be read by all and written by members only (M3)", async () => {
  const carol = await Person.signIn(server.url, "Carol");
  const leave = { method: "DELETE" };
  const left = await carol.ask("/api/rooms/general/members/me", leave);
  assertEquals(left.status, 204);
  assertEquals((await carol.pull(GENERAL, "carols")).status, 200);
  const early = createMessage("too early");
  assertEquals((await carol.push(GENERAL, "carols", [early])).status, 200);
  const { body } = await carol.pull(GENERAL, "carols");
  const keys = body.patch.map(({ key }: { key?: string }) => key);
  assert(keys.includes(`rejection/${early.clientID}/1`), keys.join());
  assert(!keys.includes(`message/${early.args.id}`));

  const join = await carol.post("/api/rooms/general/members", {});
  assertEquals(join.status, 204);
  const now = createMessage("hello");
  await carol.push(GENERAL, "carols", [now]);
  const later = await carol.pull(GENERAL, "carols", body.cookie);
  const put = later.body.patch.find((op: { key: string }) =>
    op.key === `message/${now.args.id}`
  );
  assertEquals(put.value.content, "hello");
  await carol.ask("/api/rooms/general/members/me", leave);
  const again = await carol.ask("/api/rooms/general/members/me", leave);
  assertFails(again, 404, "not-found");
});

test("push takes author, name and time from the session, whatever the args say (E2, M2, T12)", async () => {
  await ada.post("/api/rooms/general/members", {});
  const before = Date.now();
  const tutorial = createMessage("hi", { from: "Mallory", order: 9 });
  const pushed = await ada.push(GENERAL, "adas", [tutorial]);
  assertEquals([pushed.status, pushed.body], [200, {}]);
  const { body } = await ada.pull(GENERAL, "adas");
  const { value } = body.patch.find((op: { key?: string }) =>
    op.key === `message/${tutorial.args.id}`
  );
  assertEquals([value.authorID, value.from], [ada.userID, "Ada"]);
  assert(value.createdAt >= before && value.createdAt <= Date.now());
  assertEquals(body.lastMutationIDChanges, { [tutorial.clientID]: 1 });
});

test("push and pull name the field that is malformed (T2)", async () => {
  const mutation = createMessage("x");
  const pushes: [unknown[], object, string][] = [
    [[], { pushVersion: "1" }, "pushVersion"],
    [[], { clientGroupID: 7 }, "clientGroupID"],
    [[], { mutations: {} }, "mutations"],
    [[{ ...mutation, id: "1" }], {}, "mutations.0.id"],
    [[{ ...mutation, id: 0 }], {}, "mutations.0.id"],
    [[{ ...mutation, clientID: "" }], {}, "mutations.0.clientID"],
  ];
  for (const [mutations, more, field] of pushes) {
    const answer = await ada.push(GENERAL, "adas", mutations, more);
    assertFails(answer, 400, "malformed");
    assertStringIncludes(answer.body.message, `${field}: `);
  }
  for (const [cookie, field] of [[7, "cookie"], [{}, "cookie.order"]]) {
    const answer = await ada.pull(GENERAL, "adas", cookie);
    assertFails(answer, 400, "malformed");
    assertStringIncludes(answer.body.message, `${field}: `);
  }
  const windowed = `/api/replicache/pull?space=${GENERAL}&window=`;
  for (const window of ["0", "-1", "1e3", "x", "99999999"]) {
    assertFails(await ada.post(windowed + window, {}), 400, "malformed");
  }
  const pull = `/api/replicache/pull?space=${GENERAL}&`;
  const first = { pullVersion: 1, schemaVersion: "1", profileID: "p" };
  const body = { ...first, clientGroupID: "around", cookie: null };
  for (
    const [query, field] of [
      [`around=${"x".repeat(101)}`, "around"],
      ["around=room", "around"],
      ["around=message/&order=", "order"],
      ["around=message/&order=x", "order"],
      ["around=message/&order=1e999", "order"],
    ]
  ) {
    const answer = await ada.post(pull + query, body);
    assertFails(answer, 400, "malformed");
    assertStringIncludes(answer.body.message, `${field}: `);
  }
  for (const query of ["around=message/none", "around=message/&order=7.5"]) {
    assertEquals((await ada.post(pull + query, body)).status, 200);
  }
  assertFails(await ada.post("/api/replicache/push", {}), 400, "malformed");
});

test("another protocol version is answered with a typed error, as 200 (T8)", async () => {
  const push = await ada.push(GENERAL, "adas", [], { pushVersion: 0 });
  assertEquals([push.status, push.body], [
    200,
    { error: "VersionNotSupported", versionType: "push" },
  ]);
  const pull = await ada.pull(GENERAL, "adas", null, { pullVersion: 2 });
  assertEquals([pull.status, pull.body], [
    200,
    { error: "VersionNotSupported", versionType: "pull" },
  ]);
});

test("a store that has forgotten a client answers ClientStateNotFound, as 200 (T8)", async () => {
  await ada.push(GENERAL, "forgotten", [createMessage("a")]);
  const gap = { ...createMessage("b"), id: 9 };
  const answer = await ada.push(GENERAL, "forgotten", [gap]);
  assertEquals(answer.status, 200);
  assertEquals(answer.body.error, "ClientStateNotFound");
});

test("a newer client than the server is asked to wait (T8)", async () => {
  const answer = await ada.pull(GENERAL, "adas", null, { schemaVersion: "99" });
  assertFails(answer, 503, "unavailable");
  assertEquals(answer.headers.get("retry-after"), "1");
});

test("another user's client group is answered 403, and so is the directory's push (T4)", async () => {
  await ada.push(GENERAL, "hers-alone", [createMessage("mine")]);
  const theft = await bob.push(GENERAL, "hers-alone", [createMessage("no")]);
  assertFails(theft, 403, "forbidden");
  assertFails(await bob.pull(GENERAL, "hers-alone"), 403, "forbidden");
  assertFails(await ada.push("directory", "d", []), 403, "forbidden");
  assertEquals((await ada.pull("directory", "d")).status, 200);
});

test("a method that a route does not have is answered 405 with Allow (T6)", async () => {
  const routes = {
    "/api/session": ["GET, POST, DELETE, HEAD", "PUT"],
    "/api/rooms": ["GET, POST, HEAD", "DELETE"],
    "/api/rooms/general/members": ["POST", "GET"],
    "/api/rooms/general/members/me": ["DELETE", "GET"],
    [`/api/replicache/push?space=${GENERAL}`]: ["POST", "GET"],
    [`/api/replicache/pull?space=${GENERAL}`]: ["POST", "GET"],
    [`/api/replicache/poke?space=${GENERAL}`]: ["GET, HEAD", "POST"],
    "/healthz": ["GET, HEAD", "POST"],
    "/": ["GET, POST, HEAD", "PUT"],
    "/new": ["GET, POST, HEAD", "PUT"],
    "/signin": ["GET, POST, HEAD", "DELETE"],
    "/signout": ["GET, POST, HEAD", "PATCH"],
    "/rooms/general": ["GET, POST, HEAD", "PUT"],
  };
  for (const [path, [allow, method]] of Object.entries(routes)) {
    const answer = await ada.ask(path, { method });
    assertFails(answer, 405, "method-not-allowed");
    assertEquals(answer.headers.get("allow"), allow);
  }
});

test("an unknown path under /api is a 404 in JSON", async () => {
  assertFails(await ada.get("/api/nothing"), 404, "not-found");
});

test("a body that is not JSON, or too large, is refused (T2, T7)", async () => {
  const send = (body: BodyInit, type: string) =>
    ada.ask("/api/rooms", {
      method: "POST",
      body,
      headers: { "content-type": type },
    });
  assertFails(await send("{}", "text/plain"), 415, "not-json");
  assertFails(await send("{", "application/json"), 400, "bad-request");
  const bytes = new Uint8Array([0x22, 0xff, 0x22]);
  assertFails(await send(bytes, "application/json"), 400, "bad-request");
  const deep = "[".repeat(100_000) + "]".repeat(100_000);
  assertFails(await send(deep, "application/json"), 400, "bad-request");
  const large = JSON.stringify({ name: "x".repeat(1024 * 1024) });
  assertFails(await send(large, "application/json"), 413, "too-large");
});

test("another site can change nothing (T11)", async () => {
  const foreign: Record<string, string>[] = [
    { origin: "https://evil.example" },
    { origin: "null" },
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-site" },
  ];
  for (const headers of foreign) {
    const answer = await ada.post("/api/rooms", { name: "Theirs" }, headers);
    assertFails(answer, 403, "forbidden");
    const form = await ada.fetch("/", {
      method: "POST",
      body: new URLSearchParams({ name: "Theirs" }),
      headers,
    });
    assertEquals(form.status, 403);
    await form.body?.cancel();
  }
  for (
    const headers of [{ origin: server.url }, { "sec-fetch-site": "none" }]
  ) {
    assertEquals(
      (await ada.post("/api/rooms", { name: "Ours" }, headers)).status,
      201,
    );
  }
});

test("GET /healthz answers when KV does", async () => {
  const { status, body } = await nobody.get("/healthz");
  assertEquals([status, body], [200, { ok: true }]);
});

test("nothing that was refused is in the log as if someone should look (T1)", () => {
  const said = server.output().split("\n")
    .filter((line) => !line.startsWith('{"time":')); // a request each
  assertEquals(said.length, 3, server.output());
  return Promise.resolve();
});
