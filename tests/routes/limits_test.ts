// Limits, asked of a served app that has them on: who asks for too much is told when to come again.
import { assert, assertEquals, assertMatch } from "@std/assert";
import { permitted } from "../support/permitted.ts";
import { type Answer, Person } from "../support/person.ts";
import { type Server, startServer } from "../support/server.ts";
import { exportOf, said } from "../support/transfer.ts";
import { begin, cut, finish, pathOf, put, send } from "../support/upload.ts";

let server: Server;
Deno.test.beforeAll(async () => {
  if (!permitted) return;
  server = await startServer({ RATE_LIMITS: "on", TRUST_PROXY: "1" });
});
Deno.test.afterAll(async () => {
  if (permitted) assertEquals(await server.stop(), 0);
});

const test = (name: string, fn: () => Promise<void>) =>
  Deno.test({ name, ignore: !permitted, fn });

/** Everyone here has an address of their own, as a proxy would say. */
let addresses = 0;
const from = (address = `10.0.${++addresses >> 8}.${addresses & 255}`) => ({
  "x-forwarded-for": `203.0.113.${addresses & 255}, ${address}`,
});

async function signIn(name: string): Promise<Person> {
  const person = new Person(server.url, name);
  const { headers, body } = await person.post("/api/session", { name }, from());
  person.cookie = headers.get("set-cookie")!.split(";")[0];
  person.userID = body.userID;
  return person;
}

function assertLater({ status, headers, body }: Answer, expected = 429): void {
  assertEquals(status, expected);
  assertMatch(headers.get("retry-after")!, /^[1-9]\d{0,2}$/);
  assertMatch(body.message, /\.$/);
}

const statuses = (answers: Answer[]) => answers.map(({ status }) => status);

test("an address signs in sixty times a minute, by form or API, and others are not in its way (T18)", async () => {
  const nobody = new Person(server.url);
  const there = from();
  const ask = () => nobody.post("/api/session", { name: "Ada" }, there);
  const answers = await Promise.all(Array.from({ length: 60 }, ask));
  assertEquals(new Set(statuses(answers)), new Set([200]));
  assertLater(await ask());
  const form = await nobody.ask("/signin", {
    method: "POST",
    headers: there,
    body: new URLSearchParams({ name: "Typed by Ada" }),
  });
  assertEquals(form.status, 429);
  assertMatch(form.headers.get("retry-after")!, /^\d+$/);
  assert(form.body.includes("Typed by Ada"), "What was typed is lost");
  // What a client says itself of where it comes from does not help it.
  const forged = { "x-forwarded-for": `1.2.3.4, ${there["x-forwarded-for"]}` };
  assertLater(await nobody.post("/api/session", { name: "A" }, forged));
  const other = await nobody.post("/api/session", { name: "Bob" }, from());
  assertEquals(other.status, 200);
});

test("the addresses of one IPv6 network count as one (T18)", async () => {
  const nobody = new Person(server.url);
  const ask = (address: string) =>
    nobody.post("/api/session", { name: "Ada" }, from(address));
  const answers = await Promise.all(
    Array.from(
      { length: 60 },
      (_, i) => ask(`2001:db8:0:7::${i.toString(16)}`),
    ),
  );
  assertEquals(new Set(statuses(answers)), new Set([200]));
  assertLater(await ask("2001:db8::7:1:2:3:4"));
  assertEquals((await ask("2001:db8:0:8::1")).status, 200);
});

test("a person pushes fifty times a second, however large, and a refused push loses nothing (T18)", async () => {
  const ada = await signIn("Ada");
  const space = "room:general";
  await ada.post("/api/rooms/general/members", {});
  const mutations = (from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, i) => ({
      id: from + i,
      clientID: "c",
      name: "createMessage",
      timestamp: 1,
      args: { id: `limit-${from + i}`, content: "x".repeat(100) },
    }));
  // One push of ten times what a second allows is still one push.
  assertEquals((await ada.push(space, "g", mutations(1, 500))).status, 200);

  const late: Answer[] = [];
  while (late.length === 0) {
    const answers = await Promise.all(
      Array.from(
        { length: 120 },
        () => ada.push(space, "g", mutations(500, 501)),
      ),
    );
    late.push(...answers.filter(({ status }) => status !== 200));
  }
  for (const answer of late) assertLater(answer);
  for (;;) {
    const { status } = await ada.push(space, "g", mutations(500, 510));
    if (status === 200) break;
  }
  const { body } = await ada.pull(space, "g");
  assertEquals(body.lastMutationIDChanges, { c: 510 });
});

test("a person makes twenty rooms a minute, and what they typed for the next is kept (T18, T22)", async () => {
  const ada = await signIn("Ada");
  const make = () =>
    ada.post("/api/rooms", { name: "R", visibility: "private" });
  const answers = await Promise.all(Array.from({ length: 20 }, make));
  assertEquals(new Set(statuses(answers)), new Set([201]));
  assertLater(await make());
  const form = await ada.ask("/", {
    method: "POST",
    body: new URLSearchParams({ name: "Typed room", visibility: "private" }),
  });
  assertEquals(form.status, 429);
  assert(form.body.includes("Typed room"));
});

test("a person changes their name, picture or status ten times a minute, however they say so (T18)", async () => {
  const ada = await signIn("Ada");
  const rename = (name: string, i: number) =>
    i % 2
      ? ada.post("/api/session", { name })
      : ada.push(`user:${ada.userID}`, `g${i}`, [{
        id: 1,
        clientID: `c${i}`,
        timestamp: 0,
        name: "setProfile",
        args: { name },
      }]);
  const names = Array.from({ length: 10 }, (_, i) => `Ada ${i}`);
  const answers = await Promise.all(names.map(rename));
  assertEquals(new Set(statuses(answers)), new Set([200]));
  assertLater(await rename("Eve", 10));
  assertLater(await rename("Eve", 11));
  for (const method of ["PUT", "DELETE"]) {
    assertLater(await ada.ask("/api/avatar", { method }));
  }
  for (const form of ["do=status&status=x", "do=name&name=x"]) {
    const body = new URLSearchParams(form);
    const { status } = await ada.ask("/settings", { method: "POST", body });
    assertEquals(status, 429);
  }
  const { body } = await ada.get("/api/session");
  assert(names.includes(body.name), body.name);
});

test("a person has thirty streams; one that ends makes room for another (T18)", async () => {
  const ada = await signIn("Ada");
  const path = "/api/replicache/poke?space=directory";
  const streams = await Promise.all(
    Array.from({ length: 30 }, () => ada.fetch(path)),
  );
  assertEquals(new Set(streams.map(({ status }) => status)), new Set([200]));
  assertLater(await ada.get(path), 503);
  const bob = await signIn("Bob");
  const other = await bob.fetch(path);
  assertEquals(other.status, 200);
  await Promise.all([streams.pop(), other].map((each) => each!.body!.cancel()));
  for (;;) { // until the server has noticed
    const stream = await ada.fetch(path);
    await stream.body?.cancel();
    if (stream.status === 200) break;
  }
  await Promise.all(streams.map((stream) => stream.body?.cancel()));
});

test("a stream is about a hundred spaces at most (T2)", async () => {
  const ada = await signIn("Ada");
  const many = Array.from({ length: 101 }, (_, i) => `space=room:r${i}`);
  const { status } = await ada.get(`/api/replicache/poke?${many.join("&")}`);
  assertEquals(status, 400);
});

test("forged cookies make client groups at sixty a minute only (T18)", async () => {
  const ada = await signIn("Ada");
  const cookie = { order: 9e9, version: 9e9, mark: "x", window: 1, from: {} };
  const forge = () => ada.pull("directory", crypto.randomUUID(), cookie);
  const answers = await Promise.all(Array.from({ length: 60 }, forge));
  assertEquals(
    new Set(answers.map(({ body }) => body.error)),
    new Set(["ClientStateNotFound"]),
  );
  assertLater(await forge());
});

/** Asks until it is told to wait for more than a second; gives back how often it was not. */
async function untilLate(ask: () => Promise<Answer>): Promise<number> {
  for (let granted = 0;;) {
    const answer = await ask();
    if (answer.status < 400) granted++;
    // The limit of changes a second may come first.
    else if (answer.headers.get("retry-after") !== "1") {
      assertLater(answer);
      return granted;
    }
  }
}

test("a person joins, leaves and invites a hundred and twenty times a minute (T18)", async () => {
  const ada = await signIn("Ada");
  const join = () => ada.post("/api/rooms/general/members", {});
  assertEquals(await untilLate(join), 120);
  const leave = await ada.ask("/rooms/general/people", {
    method: "POST",
    body: new URLSearchParams({ do: "leave" }),
  });
  assertEquals(leave.status, 429);
  const bob = await signIn("Bob");
  assertEquals((await bob.post("/api/rooms/general/members", {})).status, 204);
});

test("a person sends a hundred and twenty chunks of imports a minute, and exports thirty times in ten (T18)", async () => {
  const ada = await signIn("Ada");
  const wish = { source: "s", visibility: "private", skip: false };
  const { body: { id } } = await ada.post("/api/imports", wish);
  const chunk = { line: 1, lines: [], last: false };
  const send = () => ada.post(`/api/imports/${id}`, chunk);
  assertEquals(await untilLate(send), 120);
  const exports = async () => {
    const { status, headers, body } = await ada.fetch("/api/account/data");
    const { message } = status === 429 ? await new Response(body).json() : {};
    if (status !== 429) await body?.cancel();
    return { status, headers, body: { message } };
  };
  assertEquals(await untilLate(exports), 30);
});

test("what an import reads of files as a whole counts as uploads that end (T18)", async () => {
  const ada = await signIn("Ada");
  const wish = { source: "s", visibility: "private", skip: true };
  const { body: { id } } = await ada.post("/api/imports", wish);
  const file = cut(new Uint8Array(100));
  const [[piece, bytes]] = file.pieces;
  const lines = exportOf([
    { file: { id: file.id, size: file.size, pieces: piece } },
    { piece: { file: file.id, bytes: bytes.toBase64() } },
    said("m1", { files: [{ id: file.id, name: "a.bin" }] }),
  ]).trimEnd().split("\n");
  // The message of it is read last, when there is no upload left.
  const [head, begun, stored] = lines;
  const first = { line: 1, lines: [head, begun, stored], last: false };
  assertEquals((await ada.post(`/api/imports/${id}`, first)).status, 200);
  assertEquals(await untilLate(() => begin(ada, file)), 300);
  const rest = { line: 4, lines: lines.slice(3), last: true };
  assertLater(await ada.post(`/api/imports/${id}`, rest));
});

test("a person says twenty times in ten seconds that they type (T18)", async () => {
  const ada = await signIn("Ada");
  await ada.post("/api/rooms/general/members", {});
  const path = "/api/typing?space=room:general";
  const tell = () => ada.post(path, { typing: true });
  assertEquals(await untilLate(tell), 20);
});

test("a person sends themselves ten notices a minute to see whether they come (T18)", async () => {
  const ada = await signIn("Ada");
  const statuses: number[] = [];
  for (let i = 0; i < 11; i++) {
    const { status } = await ada.post("/api/subscription/test", {});
    statuses.push(status);
  }
  // She has no device that could be told.
  assertEquals(statuses, [...Array(10).fill(404), 429]);
});

test("a person opens a hundred pages in ten seconds (T18)", async () => {
  const ada = await signIn("Ada");
  const open = () => ada.get("/settings");
  const answers = await Promise.all(Array.from({ length: 101 }, open));
  const late = answers.filter(({ status }) => status === 429);
  assertEquals(late.length, 1);
  assertMatch(late[0].headers.get("retry-after")!, /^\d+$/);
  assertMatch(late[0].body, /<h1>/);
});

test("a person reads fifty times a second and pulls a hundred times (T18)", async () => {
  const ada = await signIn("Ada");
  const asks = [
    () => ada.get("/api/rooms"),
    () => ada.pull("directory", "reading"),
  ];
  for (const ask of asks) {
    const late: Answer[] = [];
    while (late.length === 0) {
      const answers = await Promise.all(Array.from({ length: 250 }, ask));
      late.push(...answers.filter(({ status }) => status !== 200));
    }
    for (const answer of late) assertLater(answer, answer.status);
  }
});

test("a person pushes 32 MiB a minute, a single push however heavy, and loses nothing (T18)", async () => {
  const ada = await signIn("Ada");
  await ada.post("/api/rooms/general/members", {});
  const heavy = (id: number) =>
    ada.push("room:general", "heavy", [{
      id,
      clientID: "c",
      name: "createMessage",
      timestamp: 1,
      args: { id: `heavy-${id}`, content: "x", pad: "x".repeat(7_900_000) },
    }]);
  let id = 1;
  for (;; id++) {
    const answer = await heavy(id);
    if (answer.status !== 200) {
      assertLater(answer);
      break;
    }
  }
  // The fifth began below the limit.
  assertEquals(id, 6);
  const { body } = await ada.pull("room:general", "heavy");
  assertEquals(body.lastMutationIDChanges, { c: 5 });
  // Many small mutations weigh as well.
  const bob = await signIn("Bob");
  const light = (id: number) => ({
    id,
    clientID: "c",
    name: "none",
    args: null,
    timestamp: 1,
  });
  const many = Array.from({ length: 40_000 }, (_, i) => light(i + 1));
  assertEquals((await bob.push("room:general", "light", many)).status, 200);
  assertLater(await bob.push("room:general", "light", [light(40_001)]));
});

test("a person searches forty times in ten seconds, and what cannot be searched for does not count (T18, T95)", async () => {
  const ada = await signIn("Ada");
  assertEquals((await ada.ask("/api/search")).status, 400);
  const ask = () => ada.ask("/api/search?q=word");
  const answers = await Promise.all(Array.from({ length: 40 }, ask));
  assertEquals(new Set(statuses(answers)), new Set([200]));
  assertLater(await ask());
});

test("a body above its limit is refused before it has come, a form's too (T7)", async () => {
  const ada = await signIn("Ada");
  const paths: [string, string, number][] = [
    ["/api/rooms", "application/json", 1],
    ["/api/typing?space=room:general", "application/json", 1],
    ["/api/replicache/push?space=room:general", "application/json", 8],
    ["/signin", "application/x-www-form-urlencoded", 1],
    ["/settings", "multipart/form-data; boundary=x", 1],
  ];
  for (const [path, type, most] of paths) {
    let sent = 0;
    // Without a length, and without an end: only its size can stop it.
    const body = new ReadableStream({
      pull(controller) {
        sent += 65_536;
        controller.enqueue(new Uint8Array(65_536).fill(32));
      },
    });
    const { status } = await ada.ask(path, {
      method: "POST",
      headers: { "content-type": type, ...from() },
      body,
    });
    assertEquals(status, 413, path);
    // What is on its way by then is in the buffers of two processes.
    assert(sent < (most + 32) * 1024 * 1024, `${path} took ${sent} bytes`);
  }
});

test("JSON that is nested deeply is refused at once (T7)", async () => {
  const ada = await signIn("Ada");
  const deep = "[".repeat(4_000_000) + "]".repeat(4_000_000);
  const { status } = await ada.ask("/api/replicache/push?space=room:general", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: deep,
  });
  assertEquals(status, 400);
});

test("with RATE_LIMITS=off nothing is counted (T20)", async () => {
  await using free = await startServer();
  const nobody = new Person(free.url);
  const answers = await Promise.all(
    Array.from(
      { length: 61 },
      () => nobody.post("/api/session", { name: "A" }),
    ),
  );
  assertEquals(new Set(statuses(answers)), new Set([200]));
  const ada = await Person.signIn(free.url, "Ada");
  const path = "/api/replicache/poke?space=directory";
  const streams = await Promise.all(
    Array.from({ length: 31 }, () => ada.fetch(path)),
  );
  assertEquals(new Set(streams.map(({ status }) => status)), new Set([200]));
  await Promise.all(streams.map((stream) => stream.body?.cancel()));
});

test("a person puts 600 pieces of files in ten seconds, and reads files 300 times, and loses nothing by more (T18, T69)", async () => {
  const [ada, bob] = [await signIn("Ada"), await signIn("Bob")];
  const file = cut(new TextEncoder().encode("A small file."));
  await begin(ada, file);
  const many = (n: number, ask: () => Promise<Answer>) =>
    Promise.all(Array.from({ length: n }, ask));
  const putIt = () => put(ada, file, file.pieces[0]);
  assertEquals(new Set(statuses(await many(600, putIt))), new Set([204]));
  assertLater(await putIt());
  assertEquals((await finish(ada, file)).status, 200);
  const id = await send(ada, "room:general", [{ id: file.id }]);
  const path = pathOf("room:general", id, file);
  const read = () => ada.get(path);
  assertEquals(new Set(statuses(await many(300, read))), new Set([200]));
  assertLater(await read());
  assertEquals((await bob.get(path)).status, 200);
});

test("behind a proxy the address is the one that browsers know, with its port or without (T11)", async () => {
  const person = await signIn("Proxied");
  const there = {
    "x-forwarded-proto": "https, http",
    "x-forwarded-host": "chat.example",
  };
  const origin = "https://chat.example";
  const made = await person.post("/api/session/link", {}, { ...there, origin });
  assertEquals(made.status, 201);
  assertMatch(made.body.url, /^https:\/\/chat\.example\/link\/[\w-]{43}$/);
  const session = await new Person(server.url)
    .post("/api/session", { name: "S" }, { ...from(), ...there });
  assertMatch(session.headers.get("set-cookie")!, /; Secure$/);
  for (const origin of ["https://chat.example:8000", "http://chat.example"]) {
    const { status } = await person.post("/api/session/link", {}, {
      ...there,
      origin,
    });
    assertEquals(status, 403, origin);
  }
});
