// Files by the HTTP contract: uploading, sending, reading, and each bad input with an answer of its own.
import { assert, assertEquals, assertMatch } from "@std/assert";
import { PIECE_BYTES } from "../../lib/chat/files.ts";
import type { Person } from "../support/person.ts";
import { gif, jpeg, png } from "../support/pictures.ts";
import { randomFrom } from "../support/random.ts";
import { app, appTest as test } from "../support/shared_app.ts";
import {
  begin,
  bytesOf,
  cut,
  finish,
  mutate,
  pathOf,
  put,
  send,
  upload,
} from "../support/upload.ts";

const random = randomFrom(18);
const GENERAL = "room:general";

/** What KV holds of files. */
const stored = async () =>
  (await Array.fromAsync(app.kv.list({ prefix: [] })))
    .map(({ key }) => key)
    .filter(([kind]) => /^(file|piece|received|discarded)/.test(String(kind)));

async function makeRoom(owner: Person, visibility = "private") {
  const { body } = await owner.post("/api/rooms", { name: "Nest", visibility });
  return body as { roomID: string; space: string };
}

const read = async (person: Person, path: string, headers = {}) => {
  const answer = await person.fetch(path, { headers });
  return { answer, bytes: await answer.bytes() };
};

test("a file is put in pieces, told of, and read as it was (T61, T64)", async () => {
  const ada = await app.signIn("Ada");
  const bytes = bytesOf(3 * PIECE_BYTES + 5, random);
  const facts = await upload(ada, bytes);
  const file = cut(bytes);
  assertEquals(facts, {
    id: file.id,
    size: bytes.length,
    type: "application/octet-stream",
  });
  const id = await send(ada, GENERAL, [{ ...facts, name: "notes.txt" }], "Hi");
  const bob = await app.signIn("Bob");
  const { answer, bytes: got } = await read(bob, pathOf(GENERAL, id, file));
  assertEquals([answer.status, got], [200, bytes]);
});

test("a message says of its files what the server has found, and needs no text (M13)", async () => {
  const ada = await app.signIn("Ada");
  const { space } = await makeRoom(ada);
  const facts = await upload(ada, png(320, 200));
  const id = await send(ada, space, [{
    ...facts,
    name: " Sunset.png ",
    alt: "The sea",
    ...{ type: "text/html", size: 1, width: 9, height: 9 },
  }]);
  const { body } = await ada.pull(space, "view");
  const { value } = body.patch
    .find(({ key }: { key: string }) => key === `message/${id}`);
  assertEquals(value.content, "");
  assertEquals(value.files, [{
    ...{ id: facts.id, name: "Sunset.png", alt: "The sea", size: facts.size },
    ...{ type: "image/png", width: 320, height: 200 },
  }]);
});

test("an upload goes on where it broke off (T61)", async () => {
  const ada = await app.signIn("Ada");
  const file = cut(bytesOf(4 * PIECE_BYTES, random));
  assertEquals((await begin(ada, file)).body.missing.length, 4);
  await put(ada, file, file.pieces[2]);
  assertEquals((await put(ada, file, file.pieces[2])).status, 204);
  const { missing } = (await begin(ada, file)).body;
  assertEquals(missing, [0, 1, 3].map((i) => file.pieces[i][0]));
  assertEquals((await finish(ada, file)).body.error, "incomplete");
  for (const i of [0, 1, 3]) await put(ada, file, file.pieces[i]);
  const { body } = await finish(ada, file);
  assertEquals((await finish(ada, file)).body, body);
  assertEquals((await begin(ada, file)).body, { missing: [], file: body });
});

test("an empty file, and one whose pieces are all the same, are files (T61)", async () => {
  const ada = await app.signIn("Ada");
  for (const bytes of [new Uint8Array(), new Uint8Array(5 * PIECE_BYTES)]) {
    const facts = await upload(ada, bytes);
    const id = await send(ada, GENERAL, [facts]);
    const { answer, bytes: got } = await read(ada, pathOf(GENERAL, id, facts));
    assertEquals([answer.status, got.length], [200, bytes.length]);
  }
});

test("each bad input of an upload has an answer of its own, and nothing is kept of it (T63)", async () => {
  const ada = await app.signIn("Ada");
  const bob = await app.signIn("Bob");
  const file = cut(bytesOf(2 * PIECE_BYTES + 7, random));
  const other = cut(bytesOf(10, random));
  const before = await stored();
  const answers = async (
    answer: Promise<{ status: number; body: unknown }>,
  ) => {
    const { status, body } = await answer;
    return [status, (body as { error: string }).error];
  };
  const [first] = file.pieces;
  const bad = [
    ["id", "x"],
    ["size", -1],
    ["size", 1.5],
    ["size", "9"],
    [
      ...["pieces", ["x"]],
    ],
    ["pieces", []],
    ["pieces", 7],
  ] as const;
  for (const [field, value] of bad) {
    const answer = await begin(ada, file, { [field]: value });
    assertEquals(answer.status, 400, field);
    assertMatch(answer.body.message, new RegExp(`^${field}: `));
  }
  const large = { size: 25_000_001, pieces: [] };
  assertEquals(await answers(begin(ada, file, large)), [413, "too-large"]);
  assertEquals(await answers(put(ada, file, first)), [404, "not-found"]);
  assertEquals(await answers(finish(ada, file)), [404, "not-found"]);
  assertEquals(await stored(), before);

  await begin(ada, file);
  const begun = await stored();
  for (
    const [piece, status, error] of [
      [["x", first[1]], 404, "not-found"],
      [other.pieces[0], 404, "not-found"],
      [[first[0], first[1].subarray(1)], 400, "wrong-length"],
      [[file.pieces[2][0], first[1]], 400, "wrong-length"],
      [[first[0], new Uint8Array()], 400, "wrong-length"],
      [[first[0], file.pieces[1][1]], 400, "wrong-hash"],
      [[first[0], new Uint8Array(PIECE_BYTES + 1)], 413, "too-large"],
    ] as const
  ) {
    assertEquals(
      await answers(put(ada, file, [...piece])),
      [status, error],
      String(error),
    );
  }
  assertEquals(await answers(put(bob, file, first)), [404, "not-found"]);
  assertEquals(await answers(finish(bob, file)), [404, "not-found"]);
  assertEquals(await stored(), begun);
  await ada.ask(`/api/uploads/${file.id}`, { method: "DELETE" });
  assertEquals(await stored(), before);
});

test("pieces that make another file than was said are refused when it ends, and go (T63)", async () => {
  const ada = await app.signIn("Ada");
  const before = await stored();
  const file = cut(bytesOf(2 * PIECE_BYTES, random));
  const claimed = { ...file, id: cut(bytesOf(9, random)).id };
  await begin(ada, claimed);
  for (const piece of file.pieces) await put(ada, claimed, piece);
  const hash = await finish(ada, claimed);
  assertEquals([hash.status, hash.body.error], [400, "wrong-hash"]);
  assertEquals(await stored(), before);

  // The same piece twice, once as the last and short one.
  const [whole] = file.pieces;
  const short = { ...file, size: 2 * PIECE_BYTES - 1, pieces: [whole, whole] };
  await begin(ada, short);
  await put(ada, short, whole);
  const length = await finish(ada, short);
  assertEquals([length.status, length.body.error], [400, "wrong-length"]);
  assertEquals(await stored(), before);
});

test("another list of pieces begins an upload anew, and a whole file stays as it is (T63)", async () => {
  const ada = await app.signIn("Ada");
  const file = cut(bytesOf(2 * PIECE_BYTES, random));
  const wrong = cut(bytesOf(2 * PIECE_BYTES, random));
  await begin(ada, { ...wrong, id: file.id });
  await put(ada, file, wrong.pieces[0]);
  assertEquals((await begin(ada, file)).body.missing.length, 2);
  for (const piece of file.pieces) await put(ada, file, piece);
  assertEquals((await finish(ada, file)).status, 200);
  const again = await begin(ada, { ...wrong, id: file.id });
  assertEquals([again.body.missing, again.body.file.id], [[], file.id]);
  const smaller = await begin(ada, { ...cut(bytesOf(9, random)), id: file.id });
  assertEquals(smaller.body.error, "wrong-length");
  const { body } = await finish(ada, file);
  assertEquals(body.size, file.size);
});

test("a picture is shown, all else is saved, and neither can run or be read by another site (T64)", async () => {
  const ada = await app.signIn("Ada");
  const svg = new TextEncoder().encode("<svg xmlns='x'><script/></svg>");
  const html = new TextEncoder().encode("<script>alert(1)</script>");
  const name = 'a "b"; filename=évil\'*.png';
  for (
    const [bytes, type, how] of [
      [png(3, 2), "image/png", "inline"],
      [jpeg(3, 2), "image/jpeg", "inline"],
      [gif(3, 2), "image/gif", "inline"],
      [png(40_000, 40_000), "application/octet-stream", "attachment"],
      [svg, "application/octet-stream", "attachment"],
      [html, "application/octet-stream", "attachment"],
    ] as const
  ) {
    const facts = await upload(ada, bytes);
    const id = await send(ada, GENERAL, [{ ...facts, name }]);
    const { answer } = await read(ada, pathOf(GENERAL, id, facts));
    const header = (of: string) => answer.headers.get(of);
    assertEquals(header("content-type"), type);
    assertEquals(
      header("content-disposition"),
      `${how}; filename*=UTF-8''a%20%22b%22%3B%20filename%3D%C3%A9vil%27%2a.png`,
    );
    assertEquals(header("x-content-type-options"), "nosniff");
    const policy = "default-src 'none'; frame-ancestors 'none'; sandbox";
    assertEquals(header("content-security-policy"), policy);
    assertEquals(header("cross-origin-resource-policy"), "same-origin");
    assertEquals(header("cache-control"), "private, no-cache");
    assertEquals(header("content-encoding"), null);
  }
});

test("ranges, HEAD and what one has already are answered as HTTP has it (T65)", async () => {
  const ada = await app.signIn("Ada");
  const bytes = bytesOf(3 * PIECE_BYTES + 100, random);
  const facts = await upload(ada, bytes);
  const id = await send(ada, GENERAL, [facts]);
  const path = pathOf(GENERAL, id, facts);
  const ranged = async (range: string, headers = {}) => {
    const { answer, bytes } = await read(ada, path, { range, ...headers });
    return { status: answer.status, headers: answer.headers, bytes };
  };
  for (
    const [first, last] of [
      [0, 0],
      [PIECE_BYTES - 1, PIECE_BYTES],
      [PIECE_BYTES, 2 * PIECE_BYTES - 1],
      [5, bytes.length - 1],
    ]
  ) {
    const part = await ranged(`bytes=${first}-${last}`);
    assertEquals(part.status, 206);
    assertEquals(
      part.headers.get("content-range"),
      `bytes ${first}-${last}/${bytes.length}`,
    );
    assertEquals(part.bytes, bytes.subarray(first, last + 1));
  }
  const behind = await ranged(`bytes=${bytes.length}-`);
  assertEquals(behind.status, 416);
  assertEquals(behind.headers.get("content-range"), `bytes */${bytes.length}`);
  const etag = `"${facts.id}"`;
  assertEquals((await ranged("bytes=0-9", { "if-range": etag })).status, 206);
  assertEquals((await ranged("bytes=0-9", { "if-range": '"x"' })).status, 200);
  const same = await read(ada, path, { "if-none-match": `W/"x", ${etag}` });
  assertEquals([same.answer.status, same.bytes.length], [304, 0]);
  const head = await ada.fetch(path, { method: "HEAD" });
  assertEquals(head.status, 200);
  assertEquals(head.headers.get("content-length"), `${bytes.length}`);
});

test("a file is there for who may read its message, and for nobody else or after it (T66)", async () => {
  const [ada, bob, eve] = await Promise.all(
    ["Ada", "Bob", "Eve"].map((name) => app.signIn(name)),
  );
  const { roomID, space } = await makeRoom(ada);
  const { body } = await ada.post(`/api/rooms/${roomID}/invites`, {});
  await bob.post(`/api/rooms/${roomID}/members`, { invite: body.url });
  const facts = await upload(ada, png(5, 5));
  const id = await send(ada, space, [facts]);
  const path = pathOf(space, id, facts);
  const etag = { "if-none-match": `"${facts.id}"` };
  const statuses = async (path: string, headers = {}) =>
    await Promise.all(
      [ada, bob, eve].map(async (person) =>
        (await read(person, path, headers)).answer.status
      ),
    );
  assertEquals(await statuses(path), [200, 200, 404]);
  assertEquals(await statuses(path, etag), [304, 304, 404]);
  // Neither in another room that they may read, nor under another message.
  assertEquals(await statuses(pathOf(GENERAL, id, facts)), [404, 404, 404]);
  assertEquals(await statuses(pathOf(space, "other", facts)), [404, 404, 404]);
  const other = await upload(ada, png(6, 6));
  assertEquals(await statuses(pathOf(space, id, other)), [404, 404, 404]);

  await ada.ask(`/api/rooms/${roomID}/members/${bob.userID}`, {
    method: "DELETE",
  });
  assertEquals(await statuses(path, etag), [304, 404, 404]);
  await mutate(ada, space, "deleteMessage", { id });
  assertEquals(await statuses(path), [404, 404, 404]);
});

test("a message without a text is shown, listed and pulled like any other (E10)", async () => {
  const ada = await app.signIn("Ada");
  const { roomID, space } = await makeRoom(ada);
  const id = await send(ada, space, [await upload(ada, png(4, 4))]);
  const page = await ada.get(`/rooms/${roomID}`);
  assertEquals(page.status, 200);
  assert(page.body.includes(`data-message-id="${id}"`));
  const { body: { rooms } } = await ada.get("/api/rooms");
  const { last } = rooms.find((room: { space: string }) =>
    room.space === space
  );
  assertEquals([last.id, last.content, last.fileCount], [id, "", 1]);
  // What pages of before there were files change of it keeps them.
  await mutate(ada, space, "editMessage", { id, content: "A picture" });
  await mutate(ada, space, "setReaction", { id, emoji: "👍", on: true });
  const { body } = await ada.pull(space, "after");
  const { value } = body.patch
    .find(({ key }: { key: string }) => key === `message/${id}`);
  assertEquals([value.content, value.files.length], ["A picture", 1]);
});

test("a path that can name no file is one that is not there (T5, T66)", async () => {
  const ada = await app.signIn("Ada");
  const hash = "0".repeat(64);
  const long = "x".repeat(3_000);
  for (
    const path of [
      `/api/files/general/m/${long}`,
      `/api/files/general/${long}/${hash}`,
      `/api/files/${long}/m/${hash}`,
      `/api/files/general/m/${hash.replace("0", "A")}`,
    ]
  ) {
    assertEquals((await ada.get(path)).status, 404, path);
  }
  for (const file of [long, "x", `${hash}0`]) {
    for (const method of ["POST", "DELETE"]) {
      const { status } = await ada.ask(`/api/uploads/${file}`, { method });
      assertEquals(status, 404, `${method} ${file}`);
    }
    const piece = await ada.ask(`/api/uploads/${hash}/${file}`, {
      method: "PUT",
      body: "x",
    });
    assertEquals(piece.status, 404, file);
  }
});

test("the longest list of pieces is read (T61)", async () => {
  const ada = await app.signIn("Ada");
  const pieces = Array(Math.ceil(1e8 / PIECE_BYTES)).fill("0".repeat(64));
  const answer = await ada.post("/api/uploads", {
    id: "0".repeat(64),
    size: 1e8,
    pieces,
  });
  assertEquals([answer.status, answer.body.error], [413, "too-large"]);
});

test("one sends what one has uploaded oneself, and nothing that another has (M13)", async () => {
  const [ada, bob] = [await app.signIn("Ada"), await app.signIn("Bob")];
  const facts = await upload(ada, png(7, 7));
  await send(ada, GENERAL, [facts]);
  for (const file of [facts, cut(bytesOf(9, random))]) {
    const id = await send(bob, GENERAL, [file], "Mine");
    const { body } = await bob.pull(GENERAL, `of-${id}`);
    const keys = body.patch.map(({ key }: { key: string }) => key);
    assert(!keys.includes(`message/${id}`));
    const refused = body.patch.filter(({ key }: { key?: string }) =>
      key?.startsWith("rejection/")
    );
    assertEquals(refused.at(-1).value.code, "file-missing");
  }
});

test("two people who send the same file have it each: what one deletes stays the other's (T67)", async () => {
  const [ada, bob] = [await app.signIn("Ada"), await app.signIn("Bob")];
  const bytes = bytesOf(2 * PIECE_BYTES, random);
  const facts = await upload(ada, bytes);
  assertEquals((await begin(bob, cut(bytes))).body.missing.length, 2);
  await upload(bob, bytes);
  const hers = await send(ada, GENERAL, [facts]);
  const his = await send(bob, GENERAL, [facts]);
  await mutate(ada, GENERAL, "deleteMessage", { id: hers });
  await ada.ask("/api/account", {
    method: "DELETE",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name: "Ada" }),
  });
  await app.erased();
  const keys = await stored();
  assert(!keys.some((key) => key.includes(ada.userID) && key[0] === "file"));
  const { answer, bytes: got } = await read(bob, pathOf(GENERAL, his, facts));
  assertEquals([answer.status, got], [200, bytes]);
});

test("a deleted account leaves its texts and none of its files (T67)", async () => {
  const [ada, bob] = [await app.signIn("Ada"), await app.signIn("Bob")];
  const { space } = await makeRoom(bob, "public");
  await ada.post(`/api/rooms/${space.slice(5)}/members`, {});
  const before = (await stored()).length;
  const facts = await upload(ada, bytesOf(2 * PIECE_BYTES, random));
  await begin(ada, cut(bytesOf(9, random))); // one that is under way
  const withText = await send(ada, space, [facts], "Look");
  const alone = await send(ada, space, [facts]);
  await ada.ask("/api/account", {
    method: "DELETE",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name: "Ada" }),
  });
  await app.erased();
  const { body } = await bob.pull(space, "after");
  const value = (id: string) =>
    body.patch.find(({ key }: { key: string }) => key === `message/${id}`)
      ?.value;
  assertEquals(value(alone), undefined);
  assertEquals(value(withText).content, "Look");
  assertEquals(value(withText).files, undefined);
  const left = (await stored()).filter(([kind]) =>
    kind !== "fileUse" && kind !== "fileUsage"
  );
  assertEquals(left.filter((key) => key.includes(ada.userID)), []);
  assert(left.length <= before);
});

test("a person's files have a limit of bytes, and what is cancelled gives it back (T68)", async () => {
  const ada = await app.signIn("Ada");
  const hash = "0".repeat(64);
  const size = 25_000_000;
  const pieces = Array(Math.ceil(size / PIECE_BYTES)).fill(hash);
  const id = (n: number) => String(n).padStart(64, "0");
  const ask = (n: number) =>
    ada.post("/api/uploads", { id: id(n), size, pieces });
  for (let n = 0; n < 40; n++) assertEquals((await ask(n)).status, 200);
  const full = await ask(40);
  assertEquals([full.status, full.body.error], [409, "full"]);
  assertMatch(full.body.message, /1000 MB/);
  assertEquals((await ask(3)).status, 200); // one that was begun goes on
  await ada.ask(`/api/uploads/${id(3)}`, { method: "DELETE" });
  assertEquals((await ask(40)).status, 200);
});
