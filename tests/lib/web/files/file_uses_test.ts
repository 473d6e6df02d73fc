// What becomes of files whose messages go, and of those that no message has: whatever dies on the way.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { PIECE_BYTES } from "../../../../lib/chat/files.ts";
import { Refusal } from "../../../../lib/chat/refusal.ts";
import { Sync, SyncError } from "../../../../lib/sync/mod.ts";
import {
  actorOf,
  chatDomain,
  type ChatSync,
} from "../../../../lib/web/chat/domain.ts";
import { joinRoom } from "../../../../lib/web/chat/members.ts";
import { makePerson } from "../../../../lib/web/chat/profile.ts";
import { createRoom } from "../../../../lib/web/chat/rooms.ts";
import { deleteRoom } from "../../../../lib/web/chat/room_deletion.ts";
import type { StoredFile } from "../../../../lib/web/files/file_store.ts";
import { FileUses } from "../../../../lib/web/files/file_uses.ts";
import { Uploads } from "../../../../lib/web/files/uploads.ts";
import { type Gate, gatedKv } from "../../../support/gated_kv.ts";
import { quiet } from "../../../support/quiet.ts";
import { randomFrom } from "../../../support/random.ts";
import { bytesOf, cut } from "../../../support/upload.ts";

const ada = { userID: "ada", name: "Ada" };
const bob = { userID: "bob", name: "Bob" };
const random = randomFrom(18);
const HOUR = 3_600_000;
const later = (hours: number) => Date.now() + hours * HOUR;
const MANY = { bytes: 1e9, files: 1_000 };

/** A process on a KV. */
function start(kv: Deno.Kv, room = MANY, person = MANY) {
  const sync: ChatSync = new Sync(kv, chatDomain);
  const uses = new FileUses(kv, sync, room);
  sync.addChores(uses.chores());
  const uploads = new Uploads(kv, { maxBytes: 1e8, person, room }, sync);
  return { kv, sync, uses, uploads };
}
type Server = ReturnType<typeof start>;

/** A room of Ada's with Bob in it. */
async function fill({ sync }: Server): Promise<string> {
  for (const person of [ada, bob]) await makePerson(sync, person);
  const nest = { name: "Nest", visibility: "public" };
  const { roomID } = await createRoom(sync, ada, nest);
  await joinRoom(sync, bob, roomID);
  return roomID;
}

/** Uploads a file of so many bytes that nobody has had; its ID. */
async function upload(
  { uploads }: Server,
  userID: string,
  size = 3 * PIECE_BYTES,
) {
  const file = cut(bytesOf(size, random));
  const pieces = file.pieces.map(([hash]) => hash);
  await uploads.begin(userID, { ...file, pieces });
  for (const [hash, bytes] of file.pieces) {
    await uploads.put(userID, file.id, hash, () => Promise.resolve(bytes));
  }
  await uploads.finish(userID, file.id);
  return file.id;
}

let serial = 0;

const mutationOf = (name: string, args: unknown) => ({
  id: 1,
  clientID: `c${++serial}`,
  name,
  args,
  timestamp: 1,
});

/** Pushes one mutation as the route does. */
async function push(
  { sync, uses }: Server,
  userID: string,
  roomID: string,
  mutation: { name: string },
) {
  const space = `room:${roomID}`;
  const fileOf = await uses.lookUp(userID, space, [mutation], async () => {});
  await sync.push(space, actorOf(userID, { fileOf }), {
    pushVersion: 1,
    schemaVersion: "1",
    profileID: "p",
    clientGroupID: `g${serial}`,
    mutations: [mutation],
  });
}

const send = (
  server: Server,
  userID: string,
  roomID: string,
  id: string,
  ...files: string[]
) =>
  push(
    server,
    userID,
    roomID,
    mutationOf("createMessage", {
      ...{ id, content: "" },
      files: files.map((id) => ({ id, name: "x" })),
    }),
  );

const del = (server: Server, userID: string, roomID: string, id: string) =>
  push(server, userID, roomID, mutationOf("deleteMessage", { id }));

const isThere = async ({ sync }: Server, roomID: string, id: string) =>
  (await sync.get(`room:${roomID}`, `message/${id}`))[0] !== undefined;

/** How many records there are of each kind. */
async function counts(kv: Deno.Kv) {
  const count = async (kind: string) =>
    (await Array.fromAsync(kv.list({ prefix: [kind] }))).length;
  const kinds = [
    "file",
    "piece",
    "received",
    "fileUse",
    "fileUsage",
    "discarded",
  ];
  const all = await Promise.all(kinds.map(count));
  return Object.fromEntries(kinds.map((kind, i) => [kind, all[i]]));
}

/** Makes all files as old as if they had been confirmed 25 hours ago. */
async function age(kv: Deno.Kv): Promise<void> {
  for await (
    const { key, value } of kv.list<StoredFile>({ prefix: ["file"] })
  ) {
    const confirmedAt = value.confirmedAt - 25 * HOUR;
    await kv.set(key, { ...value, confirmedAt });
  }
}

const NOTHING = {
  file: 0,
  piece: 0,
  received: 0,
  fileUse: 0,
  fileUsage: 0,
  discarded: 0,
};

async function assertGone(kv: Deno.Kv): Promise<void> {
  assertEquals(await counts(kv), NOTHING);
}

Deno.test("what was uploaded and never sent goes after a day, begun or whole (T67)", async () => {
  using kv = await Deno.openKv(":memory:");
  const server = start(kv);
  await upload(server, "ada");
  const begun = cut(bytesOf(2 * PIECE_BYTES, random));
  const pieces = begun.pieces.map(([hash]) => hash);
  await server.uploads.begin("ada", { ...begun, pieces });
  const [[hash, bytes]] = begun.pieces;
  await server.uploads.put("ada", begun.id, hash, () => Promise.resolve(bytes));
  const before = await counts(kv);
  assertEquals([before.file, before.piece, before.received], [2, 4, 4]);
  await server.sync.housekeep(later(23));
  assertEquals(await counts(kv), before);
  await server.sync.housekeep(later(25));
  await assertGone(kv);
});

Deno.test("a file stays while a message has it, and goes a day after the last one, with deleting, rooms and edits alike (T67)", async () => {
  using kv = await Deno.openKv(":memory:");
  const server = start(kv);
  const roomID = await fill(server);
  const file = await upload(server, "ada");
  await send(server, "ada", roomID, "one", file);
  await send(server, "ada", roomID, "two", file);
  const edit = mutationOf("editMessage", { id: "two", content: "New" });
  await push(server, "ada", roomID, edit);
  await server.sync.housekeep(later(100));
  assertEquals((await counts(kv)).piece, 3);
  await del(server, "ada", roomID, "one");
  await server.sync.housekeep(later(100));
  const left = await counts(kv);
  assertEquals([left.piece, left.fileUse], [3, 1]);
  await deleteRoom(server.kv, server.sync, roomID);
  await server.sync.housekeep(later(100));
  await assertGone(kv);
});

Deno.test("a file that another sends as well is theirs, and stays when the first one's goes (T67)", async () => {
  using kv = await Deno.openKv(":memory:");
  const server = start(kv);
  const roomID = await fill(server);
  const same = cut(bytesOf(PIECE_BYTES, random));
  for (const { userID } of [ada, bob]) {
    const pieces = same.pieces.map(([hash]) => hash);
    await server.uploads.begin(userID, { ...same, pieces });
    const [[hash, bytes]] = same.pieces;
    await server.uploads.put(
      userID,
      same.id,
      hash,
      () => Promise.resolve(bytes),
    );
    await server.uploads.finish(userID, same.id);
    await send(server, userID, roomID, userID, same.id);
  }
  await del(server, "ada", roomID, "ada");
  await server.sync.housekeep(later(25));
  const left = await counts(kv);
  assertEquals([left.file, left.piece, left.fileUse], [1, 1, 1]);
  assert(await isThere(server, roomID, "bob"));
});

Deno.test("a use whose message was refused goes after a day, and so does what it took of the room (T67)", async () => {
  using kv = await Deno.openKv(":memory:");
  const server = start(kv);
  const roomID = await fill(server);
  await send(server, "bob", roomID, "taken", await upload(server, "bob"));
  await send(server, "ada", roomID, "taken", await upload(server, "ada"));
  assertEquals((await counts(kv)).fileUse, 2);
  await server.sync.housekeep(later(25));
  const left = await counts(kv);
  assertEquals([left.file, left.fileUse, left.piece], [1, 1, 3]);
});

/** A process on `kv` that dies at its `n`th commit: before it is done, or after. */
function mortal(kv: Deno.Kv, n: number, late: boolean) {
  let left = n;
  let dead = false;
  const died = Promise.withResolvers<void>();
  const never = () => new Promise<never>(() => {});
  const gate: Gate = async (call, run) => {
    if (dead) return await never();
    if (call.kind !== "commit" || left-- > 0) return await run();
    dead = true;
    if (late) await run();
    died.resolve();
    return await never();
  };
  return { kv: gatedKv(kv, gate, 3), died: died.promise, isDead: () => dead };
}

/** Does something with processes that die at their first commit, their second and so on; `then` after each, with a living one. */
async function dying(
  prepare: (server: Server) => Promise<void>,
  run: (server: Server) => Promise<unknown>,
  then: (server: Server) => Promise<void>,
): Promise<number> {
  for (let n = 0;; n++) {
    for (const late of [false, true]) {
      using kv = await Deno.openKv(":memory:");
      await prepare(start(kv));
      const process = mortal(kv, n, late);
      await Promise.race([run(start(process.kv)), process.died]);
      await then(start(kv));
      if (!process.isDead()) return n;
    }
  }
}

Deno.test("whatever the deletion of a file dies at, the next process does the rest (T67)", async () => {
  const commits = await dying(
    async (server) => {
      const roomID = await fill(server);
      const file = await upload(server, "ada", 60 * 100);
      const large = await upload(server, "ada", 55 * PIECE_BYTES);
      await send(server, "ada", roomID, "m", file, large);
      await del(server, "ada", roomID, "m");
    },
    ({ sync }) => sync.housekeep(later(25)),
    async ({ sync, kv }) => {
      await sync.housekeep(later(25));
      await assertGone(kv);
    },
  );
  assert(commits >= 7, `${commits}`);
});

Deno.test("whatever an upload dies at, it goes on from there, and what is left of it goes (T61, T67)", async () => {
  const file = cut(bytesOf(2 * PIECE_BYTES, random));
  const other = cut(bytesOf(2 * PIECE_BYTES, random));
  const all = async ({ uploads }: Server, { pieces } = file) => {
    const hashes = pieces.map(([hash]) => hash);
    const { id, size } = file;
    const { missing } = await uploads.begin("ada", {
      id,
      size,
      pieces: hashes,
    });
    for (const [hash, bytes] of pieces) {
      if (!missing.includes(hash)) continue;
      await uploads.put("ada", id, hash, () => Promise.resolve(bytes));
    }
    return await uploads.finish("ada", id);
  };
  const commits = await dying(
    // Of pieces that are another file's: it begins anew.
    async (server) => {
      await assertRejects(() => all(server, other), Refusal, "another file");
      const { id, size } = file;
      const pieces = other.pieces.map(([hash]) => hash);
      await server.uploads.begin("ada", { id, size, pieces });
    },
    all,
    async (server) => {
      assertEquals((await all(server)).id, file.id);
      await server.sync.housekeep(Date.now());
      const there = await counts(server.kv);
      assertEquals(there, {
        ...NOTHING,
        file: 1,
        piece: 2,
        received: 2,
        fileUsage: 1,
      });
      await server.sync.housekeep(later(25));
      await assertGone(server.kv);
    },
  );
  assert(commits >= 4, `${commits}`);
});

Deno.test("whatever a push dies at, its message and its file are both there, or neither for long (T67)", async () => {
  let file = "";
  let roomID = "";
  await dying(
    async (server) => {
      roomID = await fill(server);
      file = await upload(server, "ada");
    },
    (server) => send(server, "ada", roomID, "m", file),
    async (server) => {
      await server.sync.housekeep(later(25));
      const { piece } = await counts(server.kv);
      assertEquals(piece, await isThere(server, roomID, "m") ? 3 : 0);
    },
  );
});

Deno.test("a file that is sent while it is being deleted is there with its message, or the message is refused (T67)", async () => {
  const outcomes = new Set<boolean>();
  // The push comes at each call of the deletion.
  for (let at = 0;; at++) {
    using kv = await Deno.openKv(":memory:");
    const server = start(kv);
    const roomID = await fill(server);
    const file = await upload(server, "ada");
    let left = at;
    let pushed = false;
    const gate: Gate = async (_call, run) => {
      if (left-- === 0) {
        pushed = true;
        await send(server, "ada", roomID, "m", file);
      }
      return await run();
    };
    const { sync } = start(gatedKv(kv, gate, 3));
    await sync.housekeep(later(25));
    if (!pushed) break;
    await server.sync.housekeep(later(25));
    const sent = await isThere(server, roomID, "m");
    outcomes.add(sent);
    assertEquals((await counts(kv)).piece, sent ? 3 : 0, `at call ${at}`);
  }
  assertEquals(outcomes, new Set([true, false]));
});

Deno.test("a file that is uploaded anew while it is being deleted is whole (T67)", async () => {
  for (let at = 0;; at++) {
    using kv = await Deno.openKv(":memory:");
    const server = start(kv);
    const file = cut(bytesOf(2 * PIECE_BYTES, random));
    const all = async () => {
      const pieces = file.pieces.map(([hash]) => hash);
      const { missing } = await server.uploads.begin("ada", {
        ...file,
        pieces,
      });
      for (const [hash, bytes] of file.pieces) {
        if (!missing.includes(hash)) continue;
        await server.uploads.put(
          "ada",
          file.id,
          hash,
          () => Promise.resolve(bytes),
        );
      }
      await server.uploads.finish("ada", file.id);
    };
    await all();
    await age(kv);
    let left = at;
    let anew = false;
    const gate: Gate = async (_call, run) => {
      if (left-- === 0) {
        anew = true;
        await all();
      }
      return await run();
    };
    const { sync } = start(gatedKv(kv, gate, 3));
    await sync.housekeep(Date.now());
    if (!anew) break;
    await server.sync.housekeep(Date.now());
    const there = { ...NOTHING, file: 1, piece: 2, received: 2, fileUsage: 1 };
    assertEquals(await counts(kv), there, `at call ${at}`);
  }
});

Deno.test("what a process remembers of an upload is found out to have changed elsewhere (T61)", async () => {
  using kv = await Deno.openKv(":memory:");
  const [here, elsewhere] = [start(kv), start(kv)];
  const file = cut(bytesOf(2 * PIECE_BYTES, random));
  const other = cut(bytesOf(2 * PIECE_BYTES + 9, random));
  const beginAt = ({ uploads }: Server, { size, pieces } = file) =>
    uploads.begin("ada", {
      id: file.id,
      size,
      pieces: pieces.map(([hash]) => hash),
    });
  const putHere = ([hash, bytes]: typeof file.pieces[number]) =>
    here.uploads.put("ada", file.id, hash, () => Promise.resolve(bytes));
  await beginAt(here);
  await putHere(file.pieces[0]);
  await beginAt(elsewhere, other);
  await assertRejects(() => putHere(file.pieces[1]), Refusal, "no such piece");
  for (const piece of other.pieces) await putHere(piece);
  assertEquals((await beginAt(elsewhere, other)).missing, []);
  await elsewhere.uploads.cancel("ada", file.id);
  await assertRejects(
    () => putHere(other.pieces[0]),
    Refusal,
    "no such upload",
  );
  await beginAt(elsewhere);
  for (const piece of file.pieces) await putHere(piece);
  assertEquals((await elsewhere.uploads.finish("ada", file.id)).id, file.id);
  await putHere(file.pieces[0]); // it is there already
  assertEquals((await counts(kv)).piece, 2);
});

Deno.test("two processes that delete at once leave nothing, and count nothing twice (T67)", async () => {
  using kv = await Deno.openKv(":memory:");
  const server = start(kv);
  const roomID = await fill(server);
  const files = [];
  for (let i = 0; i < 5; i++) files.push(await upload(server, "ada"));
  const kept = await upload(server, "ada");
  await send(server, "ada", roomID, "m", ...files);
  await send(server, "ada", roomID, "kept", kept);
  await del(server, "ada", roomID, "m");
  const others = [start(kv), start(kv), start(kv)];
  await Promise.all(others.map(({ sync }) => sync.housekeep(later(25))));
  const left = await counts(kv);
  assertEquals([left.file, left.piece, left.fileUse], [1, 3, 1]);
  for (const [of, id] of [["person", "ada"], ["room", roomID]]) {
    const { value } = await kv.get(["fileUsage", of, id]);
    assertEquals(value, { bytes: 3 * PIECE_BYTES, files: 1 });
  }
});

Deno.test("a person's files have a limit of number, and a room's of both (T68)", async () => {
  using kv = await Deno.openKv(":memory:");
  const server = start(kv, { bytes: 250, files: 3 }, {
    bytes: 1_000,
    files: 4,
  });
  const roomID = await fill(server);
  const files = [];
  for (let i = 0; i < 4; i++) files.push(await upload(server, "ada", 100));
  await assertRejects(() => upload(server, "ada", 1), Refusal, "4 at most");
  const sent = async (id: string, ...some: string[]) => {
    await send(server, "ada", roomID, id, ...some);
    return await isThere(server, roomID, id);
  };
  assert(await sent("one", files[0], files[1]));
  assert(!await sent("two", files[2])); // 300 bytes
  await del(server, "ada", roomID, "one");
  await server.sync.housekeep(later(25));
  for (let i = 0; i < 3; i++) {
    assert(
      await sent(
        `small ${i}`.replace(" ", "-"),
        await upload(server, "ada", 1 + i),
      ),
    );
  }
  assert(!await sent("four", await upload(server, "ada", 9))); // four files
});

Deno.test("a file counts once in a room, as long as a message there has it (T68)", async () => {
  using kv = await Deno.openKv(":memory:");
  const server = start(kv, { bytes: 150, files: 9 });
  const roomID = await fill(server);
  const file = await upload(server, "ada", 100);
  const ids = ["one", "two", "three"];
  await Promise.all(ids.map((id) => send(server, "ada", roomID, id, file)));
  for (const id of ids) assert(await isThere(server, roomID, id), id);
  const usage = async () => (await kv.get(["fileUsage", "room", roomID])).value;
  assertEquals(await usage(), { bytes: 100, files: 1 });
  await send(server, "bob", roomID, "his", await upload(server, "bob", 100));
  assert(!await isThere(server, roomID, "his"));
  await del(server, "ada", roomID, "one");
  await server.sync.housekeep(later(25));
  assertEquals(await usage(), { bytes: 100, files: 1 });
  for (const id of ids) await del(server, "ada", roomID, id);
  const others = [start(kv), start(kv)];
  await Promise.all(others.map(({ sync }) => sync.housekeep(later(25))));
  assertEquals(await usage(), null);
});

Deno.test("a push names a thousand files at most (T68)", async () => {
  using kv = await Deno.openKv(":memory:");
  const server = start(kv);
  const files = Array.from({ length: 10 }, (_, n) => ({
    id: String(n).padStart(64, "0"),
    name: "x",
  }));
  const mutations = Array.from(
    { length: 101 },
    (_, i) => mutationOf("createMessage", { id: `m${i}`, content: "", files }),
  );
  await assertRejects(
    () => server.uses.lookUp("ada", "room:x", mutations, async () => {}),
    SyncError,
    "1000 files",
  );
});

Deno.test("KV that is away makes an upload wait, and says no more of it (T8, T61)", async () => {
  using kv = await Deno.openKv(":memory:");
  using _ = quiet();
  const gate: Gate = (call, run) =>
    call.kind === "commit" ? run() : Promise.reject(new Error("secret"));
  const { uploads } = start(gatedKv(kv, gate));
  const file = { id: "0".repeat(64), size: 0, pieces: [] };
  const error = await assertRejects(
    () => uploads.begin("ada", file),
    SyncError,
  );
  assertEquals(error.problem, "unavailable");
  assert(!error.message.includes("secret"));
});
