// Export, import and one's own data by the HTTP contract: who may, what it holds, and when it ends.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { createECDH, hash } from "node:crypto";
import type { Person } from "../support/person.ts";
import { quiet } from "../support/quiet.ts";
import { randomFrom } from "../support/random.ts";
import { app, appTest as test } from "../support/shared_app.ts";
import { exportOf, said } from "../support/transfer.ts";
import { bytesOf, mutate, pathOf, send, upload } from "../support/upload.ts";

async function makeRoom(owner: Person, visibility = "private") {
  const { body } = await owner.post("/api/rooms", { name: "Nest", visibility });
  return body as { roomID: string; space: string };
}

const wishFor = (source: string) => ({
  source,
  visibility: "public",
  skip: false,
});

/** Imports a text in one request. */
async function importInto(
  person: Person,
  text: string,
  wish = wishFor(text.slice(0, 900)),
) {
  const { body: { id } } = await person.post("/api/imports", wish);
  const lines = text.trimEnd().split("\n");
  return await person.post(`/api/imports/${id}`, {
    line: 1,
    lines,
    last: true,
  });
}

// deno-lint-ignore no-explicit-any -- lines of every kind
const parsed = (text: string): any[] =>
  text.trimEnd().split("\n").map((line) => JSON.parse(line));

test("an owner exports a room as a file of lines, and imports it with its files into a room of their own (T100, T101)", async () => {
  const [ada, bob] = [await app.signIn("Ada"), await app.signIn("Bob")];
  const { roomID, space } = await makeRoom(ada, "public");
  const bytes = bytesOf(70_000, randomFrom(9));
  const { id } = await upload(ada, bytes);
  await send(ada, space, [{ id, name: "notes.txt" }], "Hello");
  const answer = await ada.fetch(`/api/rooms/${roomID}/export`);
  assertEquals(answer.headers.get("content-type"), "application/x-ndjson");
  assertEquals(
    answer.headers.get("content-disposition"),
    `attachment; filename*=UTF-8''Nest.jsonl`,
  );
  const text = await answer.text();
  const { status, body } = await importInto(bob, text);
  assertEquals([status, body.state, body.messages, body.bad], [
    200,
    "done",
    1,
    [],
  ]);

  const cleo = await app.signIn("Cleo");
  const copy = `room:${body.roomID}`;
  const { body: { patch } } = await cleo.pull(copy, "view");
  const message =
    patch.find(({ key = "" }) => key.startsWith("message/")).value;
  assertEquals(message.authorID, `imported-${ada.userID}`);
  const file = await cleo.fetch(pathOf(copy, message.id, { id }));
  assertEquals(await file.bytes(), bytes);
  const page = await bob.get(`/rooms/${body.roomID}/people?by=${message.id}`);
  assert(page.body.includes("Not in this chat"), "They are no former member");
  assert(!page.body.includes('value="ban"'));
  assert(page.body.includes("1 person of the room that this one was imported"));
  // Not even who imported it can edit it.
  await mutate(bob, copy, "editMessage", {
    id: message.id,
    content: "Changed",
  });
  // It is an owner's to delete.
  const edited = await cleo.pull(copy, "view2");
  const found = edited.body.patch.find(({ key = "" }) =>
    key === `message/${message.id}`
  );
  assertEquals(found.value.content, "Hello");
  await mutate(bob, copy, "deleteMessage", { id: message.id });
  const gone = await cleo.fetch(pathOf(copy, message.id, { id }));
  assertEquals(gone.status, 404);
  await gone.body?.cancel();
});

test("an account that is deleted takes its files out of what it has imported, and the texts stay (T101)", async () => {
  const [ada, bob] = [await app.signIn("Ada"), await app.signIn("Bob")];
  const { roomID, space } = await makeRoom(ada);
  const { id } = await upload(ada, bytesOf(100, randomFrom(10)));
  await send(ada, space, [{ id, name: "a.bin" }], "With a text");
  await send(ada, space, [{ id, name: "b.bin" }]);
  const text = await (await ada.fetch(`/api/rooms/${roomID}/export`)).text();
  const { body } = await importInto(bob, text);
  const copy = `room:${body.roomID}`;
  await ada.post(`/api/rooms/${body.roomID}/members`, {});
  await bob.ask("/api/account", {
    method: "DELETE",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name: "Bob" }),
  });
  await app.erased();
  const { body: { patch } } = await ada.pull(copy, "view");
  const left = patch.filter(({ key = "" }) => key.startsWith("message/"));
  assertEquals(
    left.map(({ value: { content, from, files, filesBy } }: {
      value: Record<string, unknown>;
    }) => [content, from, files, filesBy]),
    [
      ["With a text", "Ada", undefined, undefined],
    ],
  );
});

test("the page offers an export of direct messages without saying that it can be imported (T100)", async () => {
  const [ada, bob] = [await app.signIn("Ada"), await app.signIn("Bob")];
  const { body: { roomID } } = await ada.post("/api/messages", {
    people: [{ id: bob.userID }],
  });
  const { roomID: nest } = await makeRoom(ada);
  const page = async (room: string) =>
    (await ada.get(`/rooms/${room}/people`)).body as string;
  assert((await page(nest)).includes("can be imported"));
  const direct = await page(roomID);
  assert(direct.includes(`/api/rooms/${roomID}/export`), direct);
  assert(!direct.includes("can be imported"), direct);
  const answer = await ada.fetch(`/api/rooms/${roomID}/export`);
  assertEquals(
    answer.headers.get("content-disposition"),
    "attachment; filename*=UTF-8''Bob.jsonl",
  );
  await answer.body!.cancel();
});

test("an export breaks off when the right to it ends (T100)", async () => {
  const [ada, bob] = [await app.signIn("Ada"), await app.signIn("Bob")];
  const text = exportOf(
    Array.from(
      { length: 900 },
      (_, i) => said(`m${i}`, { content: "x".repeat(900) }),
    ),
  );
  const { body: { roomID } } = await importInto(ada, text);
  await bob.post(`/api/rooms/${roomID}/members`, {});
  await ada.ask(`/api/rooms/${roomID}/members/${bob.userID}`, {
    method: "PATCH",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ role: "owner" }),
  });
  const { body } = await bob.fetch(`/api/rooms/${roomID}/export`);
  const reader = body!.getReader();
  await reader.read();
  await ada.ask(`/api/rooms/${roomID}/members/${bob.userID}`, {
    method: "DELETE",
  });
  using _ = quiet();
  await assertRejects(async () => {
    while (!(await reader.read()).done);
  });
});

test("one's own data is one file: one's space, sessions, devices, imports, files and what one wrote where one can read, and no secret (T106)", async () => {
  const [ada, bob] = [await app.signIn("Ada"), await app.signIn("Bob")];
  const [nest, other] = [await makeRoom(ada), await makeRoom(bob, "public")];
  await ada.post(`/api/rooms/${other.roomID}/members`, {});
  const { id } = await upload(ada, bytesOf(10, randomFrom(11)));
  await mutate(ada, nest.space, "createMessage", { id: "m1", content: "Mine" });
  await mutate(ada, other.space, "createMessage", {
    id: "m2",
    content: "Mine, too",
  });
  await mutate(bob, other.space, "createMessage", {
    id: "m3",
    content: "Bob's",
  });
  await mutate(ada, `user:${ada.userID}`, "setDraft", {
    roomID: nest.roomID,
    content: "Half a thought",
  });
  await mutate(ada, other.space, "setReaction", {
    id: "m3",
    emoji: "🦊",
    on: true,
  });
  await mutate(ada, nest.space, "editMessage", {
    id: "gone",
    content: "In vain",
  });
  await mutate(bob, other.space, "editMessage", {
    id: "gone",
    content: "Not hers",
  });
  const link = await ada.post("/api/session/link", {});
  const endpoint = "https://push.example.com/adas-phone";
  const keys = {
    p256dh: createECDH("prime256v1").generateKeys("base64url"),
    auth: new Uint8Array(16).fill(7).toBase64({
      ...{ alphabet: "base64url" as const, omitPadding: true },
    }),
  };
  await ada.post("/api/subscription", { endpoint, keys, wanted: "mentions" });
  const { body: imported } = await importInto(ada, exportOf([]));
  await ada.post("/api/imports", wishFor("under way"));
  await ada.ask(`/api/rooms/${other.roomID}/members/me`, { method: "DELETE" });
  const answer = await ada.fetch("/api/account/data");
  assertEquals(answer.headers.get("cache-control"), "no-store");
  const text = await answer.text();
  const lines = parsed(text);
  assertEquals([lines[0].kvetch, lines[0].userID], ["person", ada.userID]);
  const entries = new Map(
    lines.flatMap(({ entry, value }) => entry ? [[entry, value]] : []),
  );
  assertEquals(entries.get("profile"), { name: "Ada" });
  assertEquals(entries.get(`draft/${nest.roomID}`), {
    content: "Half a thought",
  });
  const messages = lines.flatMap(({ message, room }) =>
    message ? [[message.content, room.name]] : []
  );
  assertEquals(messages, [["Mine", "Nest"], ["Mine, too", "Nest"]]);
  assertEquals(lines.flatMap(({ reaction }) => reaction ?? []), [
    { messageID: "m3", emoji: "🦊" },
  ]);
  assertEquals(
    lines.flatMap(({ rejection }) => rejection?.args.content ?? []),
    ["In vain"],
  );
  assertEquals(lines.filter(({ session }) => session).length, 1);
  assertEquals(lines.flatMap(({ file }) => file?.id ?? []), [id]);
  assertEquals(lines.filter(({ signInLink }) => signInLink).length, 1);
  assertEquals(
    lines.flatMap(({ subscription: found }) =>
      found ? [[found.endpoint, found.wanted, Object.keys(found).length]] : []
    ),
    [[endpoint, "mentions", 3]],
  );
  const imports = lines.flatMap((line) => line.import?.roomID ?? []);
  assertEquals([imports.length, imports.includes(imported.roomID)], [2, true]);
  assert(!text.includes(keys.auth) && !text.includes(keys.p256dh));
  const secrets = [ada.cookie.split("=")[1], link.body.url.split("/").at(-1)];
  for (const secret of secrets) {
    for (
      const trace of [
        secret,
        hash("sha256", secret),
        hash("sha256", secret, "base64url"),
      ]
    ) {
      assert(!text.includes(trace));
    }
  }
  // Left, and closed since: what was said there can't be read any more.
  await bob.ask(`/api/rooms/${other.roomID}`, {
    method: "PATCH",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ visibility: "private" }),
  });
  const later = parsed(await (await ada.fetch("/api/account/data")).text());
  assertEquals(later.filter(({ message }) => message).length, 1);
});

test("requests for imports that are malformed, too large or out of turn are refused, and say why (T102)", async () => {
  const ada = await app.signIn("Ada");
  const { body: { id } } = await ada.post("/api/imports", wishFor("refusals"));
  const path = `/api/imports/${id}`;
  const codes = async (path: string, body: unknown) => {
    const { status, body: { error } } = await ada.post(path, body);
    return [status, error];
  };
  const bad = [400, "bad-args"];
  assertEquals(await codes("/api/imports", {}), bad);
  assertEquals(await codes("/api/imports", wishFor("")), bad);
  assertEquals(await codes("/api/imports", wishFor("x".repeat(1_001))), bad);
  assertEquals(
    await codes("/api/imports", { ...wishFor("x"), visibility: "all" }),
    bad,
  );
  assertEquals(await codes(path, { line: 0, lines: [], last: false }), bad);
  assertEquals(await codes(path, { line: 1, lines: [1], last: false }), bad);
  const many = { line: 1, lines: Array(1_001).fill("x"), last: false };
  assertEquals(await codes(path, many), bad);
  const large = { line: 1, lines: ["x".repeat(1_100_000)], last: false };
  assertEquals(await codes(path, large), [413, "too-large"]);
  assertEquals(await codes(path, { line: 2, lines: ["x"], last: false }), [
    409,
    "incomplete",
  ]);
  const unknown = `/api/imports/${"x".repeat(64)}`;
  assertEquals(await codes(unknown, { line: 1, lines: [], last: true }), [
    404,
    "not-found",
  ]);
  assertEquals((await ada.ask(path, { method: "DELETE" })).status, 204);
  assertEquals((await ada.ask(path, { method: "DELETE" })).status, 404);
});
