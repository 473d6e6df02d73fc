// Deleting an account: whatever dies on the way, in the end nothing of it is left but the messages.
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Member, Message } from "../../../../lib/chat/schema.ts";
import { serverUserMutators } from "../../../../lib/chat/server_mutators.ts";
import { userSpace } from "../../../../lib/chat/spaces.ts";
import { Sync } from "../../../../lib/sync/mod.ts";
import { AccountDeletions } from "../../../../lib/web/auth/account_deletion.ts";
import { chatDomain, type ChatSync } from "../../../../lib/web/chat/domain.ts";
import { makeSignInLink } from "../../../../lib/web/auth/sign_in_link.ts";
import { joinRoom, leaveRoom } from "../../../../lib/web/chat/members.ts";
import {
  makePerson,
  rename,
  userOf,
} from "../../../../lib/web/chat/profile.ts";
import { createRoom } from "../../../../lib/web/chat/rooms.ts";
import { FileUses } from "../../../../lib/web/files/file_uses.ts";
import { Uploads } from "../../../../lib/web/files/uploads.ts";
import { openSession } from "../../../../lib/web/auth/session.ts";
import { setAvatar } from "../../../../lib/web/chat/avatars.ts";
import { InboxFeed } from "../../../../lib/web/inbox/inbox_feed.ts";
import { Lease } from "../../../../lib/web/lease.ts";
import { jpeg } from "../../../support/pictures.ts";
import { cut } from "../../../support/upload.ts";
import { gatedKv } from "../../../support/gated_kv.ts";
import { Timers } from "../../../support/timers.ts";

const ada = { userID: "ada", name: "Ada" };
const bob = { userID: "bob", name: "Bob" };
const PUBLIC = { name: "Nest", visibility: "public" };

/** A process on a KV. */
function start(kv: Deno.Kv) {
  const sync: ChatSync = new Sync(kv, chatDomain);
  return { kv, sync, deletions: new AccountDeletions(kv, sync) };
}

/** Messages as the room has them, without going through pushes. */
async function write(
  sync: ChatSync,
  roomID: string,
  by: { userID: string; name: string },
  count: number,
  content = "Hello",
) {
  const ids = Array.from({ length: count }, (_, i) => `${by.userID}-${i}`);
  for (let i = 0; i < ids.length; i += 10) {
    await sync.write([`room:${roomID}`], async (there) => {
      for (const [j, id] of ids.slice(i, i + 10).entries()) {
        const message: Message = {
          id,
          seq: 1 + i + j,
          authorID: by.userID,
          from: by.name,
          content,
          createdAt: 1,
          reactions: {},
        };
        await there.set(`message/${id}`, message);
      }
    });
  }
}

/** Puts a file of Ada's into a message of hers, and into one that has nothing else. */
async function giveFile(kv: Deno.Kv, sync: ChatSync, roomID: string) {
  const much = { bytes: 1e6, files: 9 };
  const limits = { maxBytes: 1e6, person: much, room: much };
  const uploads = new Uploads(kv, limits, sync);
  const bytes = new TextEncoder().encode("A file of Ada's.");
  const { id, size, pieces: [[piece]] } = cut(bytes);
  await uploads.begin(ada.userID, { id, size, pieces: [piece] });
  await uploads.put(ada.userID, id, piece, () => Promise.resolve(bytes));
  const file = { ...await uploads.finish(ada.userID, id), name: "x" };
  await sync.write([`room:${roomID}`], async (there) => {
    const message = await there.get("message/ada-0") as Message;
    const files = [file];
    await there.set("message/ada-0", { ...message, files });
    const alone = { ...message, id: "alone", content: "", files };
    await there.set("message/alone", alone);
  });
}

/** Ada has copies of Bob's messages, more than one commit forgets, and had others, which is yet to be followed. */
async function giveCopies(kv: Deno.Kv, sync: ChatSync, roomID: string) {
  const feed = new InboxFeed(kv, sync);
  const lease = new Lease(kv, "inbox", 60_000);
  await lease.hold();
  const follow = async () => {
    const notes = await Array.fromAsync(sync.notes(400));
    for (const [space, some] of Map.groupBy(notes, ({ space }) => space)) {
      await feed.follow(space, some, lease.term);
      for (const { key } of some) await kv.delete(key);
    }
    return notes.length;
  };
  await write(sync, roomID, bob, COPIES, "@Ada");
  const { setSaved } = serverUserMutators(() => undefined);
  await sync.write([userSpace("ada")], async (own) => {
    for (let i = 0; i < 20; i++) {
      const id = `bob-${i}`;
      const copy = { ...{ roomID, id, seq: 1, authorID: "bob", from: "Bob" } };
      const message = { ...copy, content: "@Ada", createdAt: 1, savedAt: 1 };
      await setSaved(own, { roomID, id, message });
    }
  });
  while (await follow() > 0);
  const holders = kv.list({ prefix: ["messageHolder"] });
  assertEquals((await Array.fromAsync(holders)).length, COPIES);
  await sync.write([userSpace("ada")], async (own) => {
    for (let i = 0; i < 20; i++) {
      await own.del(`saved/${roomID}/bob-${i}`);
      await own.del(`inbox/${roomID}/bob-${i}`);
    }
  });
}
const COPIES = 60;

/** Ada owns a room that Bob is in, has left another one, and has written in both. */
async function fill(kv: Deno.Kv) {
  const { sync } = start(kv);
  for (const person of [ada, bob]) await makePerson(sync, person);
  await openSession({ kv, sync }, ada.userID, false);
  await openSession({ kv, sync }, bob.userID, false);
  await makeSignInLink(kv, ada.userID);
  const { roomID: own } = await createRoom(sync, ada, PUBLIC);
  const { roomID: left } = await createRoom(sync, bob, PUBLIC);
  await joinRoom(sync, bob, own);
  await joinRoom(sync, ada, left);
  await write(sync, own, ada, 130);
  await write(sync, left, ada, 2);
  await giveFile(kv, sync, own);
  await setAvatar(sync, ada.userID, jpeg(128, 128));
  await giveCopies(kv, sync, own);
  await leaveRoom(sync, ada.userID, left);
  return { own, left };
}

/** Waits until no account is left to be erased; gives up when who does it has died. */
async function erased(kv: Deno.Kv, isDead = () => false) {
  const marks = () => Array.fromAsync(kv.list({ prefix: ["deletion"] }));
  while (!isDead() && (await marks()).length > 0) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

async function valuesIn<T>(sync: ChatSync, roomID: string, prefix: string) {
  const all = await sync.write(
    [`room:${roomID}`],
    (there) => there.scan({ prefix }).values().toArray(),
  );
  return all as T[];
}

/** What nobody must find any more, and what must be as it was. */
async function assertErased(kv: Deno.Kv, { own, left }: Rooms) {
  const { sync } = start(kv);
  sync.addChores(new FileUses(kv, sync, { bytes: 0, files: 0 }).chores());
  await sync.housekeep(); // pieces, over whose deletion a process died
  const keys = (await Array.fromAsync(kv.list({ prefix: [] })))
    .map(({ key }) => key.join(" "));
  const hers =
    /^(version|entry|log|order|rejection) (user|avatar):ada|^linkOf|Of ada|^(file|fileUsage person) ada|^messageHolder .* ada$/;
  assertEquals(keys.filter((key) => hers.test(key)), []);
  assertEquals(keys.filter((key) => /^(piece|received) /.test(key)), []);
  assertEquals(keys.filter((key) => key.startsWith("link ")), []);
  assertEquals(keys.filter((key) => key.startsWith("session ")).length, 1);
  const members = await valuesIn<Member>(sync, own, "member/");
  assertEquals(members.map(({ id, role }) => [id, role]), [["bob", "owner"]]);
  for (
    const [room, counts] of [[own, [130, COPIES]], [left, [2, 0]]] as const
  ) {
    const messages = await valuesIn<Message>(sync, room, "message/");
    const by = Map.groupBy(messages, ({ authorID }) => authorID);
    assertEquals(
      [by.get("ada")?.length, by.get("bob")?.length ?? 0],
      [...counts],
    );
    assert(!messages.some(({ files }) => files));
    for (const { from, authorID } of messages) {
      assertEquals(from, authorID === "ada" ? "Deleted user" : "Bob");
    }
  }
  assertEquals(await userOf(sync, "bob"), bob);
}

type Rooms = Awaited<ReturnType<typeof fill>>;

/** A process on `kv` that dies after so many commits. */
function mortal(kv: Deno.Kv, commits: number) {
  let left = commits;
  const never = () => new Promise<never>(() => {});
  const gated = gatedKv(kv, async (call, run) => {
    if (left === 0) return await never();
    const result = await run();
    if (call.kind === "commit") left--;
    return left === 0 ? await never() : result;
  });
  return { ...start(gated), isDead: () => left === 0 };
}

Deno.test("An account that a process died over is erased by the next, wherever it died, with what says which messages they had copies of (T42, T123)", async () => {
  let deaths = 0;
  for (let commits = 2;; commits++) {
    using kv = await Deno.openKv(":memory:");
    const rooms = await fill(kv);
    const process = mortal(kv, commits);
    process.deletions.delete(ada.userID);
    const isMarked = () => kv.get(["deletion", ada.userID]);
    while ((await isMarked()).versionstamp === null) continue;
    await erased(kv, process.isDead);
    process.deletions.stop();
    const next = start(kv);
    assertEquals(await userOf(next.sync, "ada"), null);
    next.deletions.resume();
    await erased(kv);
    next.deletions.stop();
    await assertErased(kv, rooms);
    if (!process.isDead()) break;
    deaths++;
  }
  assert(deaths > 10, `It died ${deaths} times only.`);
});

Deno.test("An account that a process died over is erased by one that lives on (T42)", async () => {
  using kv = await Deno.openKv(":memory:");
  const rooms = await fill(kv);
  using _timers = new Timers(); // ten minutes are nothing
  const living = start(kv);
  living.deletions.resume();
  const process = mortal(kv, 3);
  process.deletions.delete(ada.userID);
  const isMarked = () => kv.get(["deletion", ada.userID]);
  while ((await isMarked()).versionstamp === null) continue;
  await erased(kv);
  living.deletions.stop();
  process.deletions.stop();
  await assertErased(kv, rooms);
});

Deno.test("An account whose deletion was not even begun stays as it is", async () => {
  using kv = await Deno.openKv(":memory:");
  await fill(kv);
  const process = mortal(kv, 1); // the mark alone
  process.deletions.delete(ada.userID);
  while (!process.isDead()) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const { now } = Date;
  Date.now = () => now() + 60_000;
  try {
    const next = start(kv);
    next.deletions.resume();
    await erased(kv);
    next.deletions.stop();
    assertEquals((await userOf(next.sync, "ada"))?.name, ada.name);
  } finally {
    Date.now = now;
  }
});

/** What a deletion asks of KV: how many messages each commit changes, and its bytes; how often messages are listed. */
async function costOfDeleting(kv: Deno.Kv) {
  const commits: { messages: number; bytes: number }[] = [];
  let lists = 0;
  const gated = gatedKv(kv, (call, run) => {
    const isMessage = ([kind, , key]: Deno.KvKey) =>
      kind === "entry" && String(key).startsWith("message/");
    if (call.kind === "list" && call.keys.some(isMessage)) lists++;
    const changed = call.changes.filter(({ key }) => isMessage(key));
    const bytes = changed
      .map(({ value }) => (value as Uint8Array).length)
      .reduce((sum, each) => sum + each, 0);
    if (changed.length > 0) commits.push({ messages: changed.length, bytes });
    return run();
  });
  const { deletions } = start(gated);
  await deletions.delete(ada.userID);
  await erased(kv);
  deletions.stop();
  return { commits, lists };
}

for (
  const [what, content] of [["short", "Hello"], ["long", "語".repeat(4_000)]]
) {
  Deno.test(`Of ${what} messages ten are read and few are changed at a time, however many there are (T42)`, async () => {
    using kv = await Deno.openKv(":memory:");
    const { sync } = start(kv);
    for (const person of [ada, bob]) await makePerson(sync, person);
    const { roomID } = await createRoom(sync, ada, PUBLIC);
    await joinRoom(sync, bob, roomID);
    await write(sync, roomID, ada, 110, content);
    await write(sync, roomID, bob, 90, content);
    const { commits, lists } = await costOfDeleting(kv);
    const messages = await valuesIn<Message>(sync, roomID, "message/");
    const named = Map.groupBy(messages, ({ from }) => from);
    assertEquals(named.get("Deleted user")?.length, 110);
    assertEquals(named.get("Bob")?.length, 90);
    assert(lists >= 200 / 10, `${lists} reads`);
    for (const { messages, bytes } of commits) {
      assert(messages <= 25, `${messages} messages in a commit`);
      assert(messages === 1 || bytes <= 45_000, `${bytes} bytes in a commit`);
    }
    const changed = commits.map(({ messages }) => messages);
    assertEquals(changed.reduce((sum, each) => sum + each, 0), 110);
  });
}

Deno.test("What is under way in the name of a deleted account comes to nothing", async () => {
  using kv = await Deno.openKv(":memory:");
  const { own } = await fill(kv);
  const { sync, deletions } = start(kv);
  await deletions.delete(ada.userID);
  const message = "no such account";
  await assertRejects(() => createRoom(sync, ada, PUBLIC), Error, message);
  const name = "Ada";
  await assertRejects(() => rename(sync, "ada", { name }), Error, message);
  const store = { kv, sync };
  await assertRejects(() => openSession(store, "ada", false), Error, message);
  const sessions = await Array.fromAsync(kv.list({ prefix: ["session"] }));
  assertEquals(sessions.length, 1); // Bob's
  await erased(kv);
  deletions.stop();
  await assertRejects(() => joinRoom(sync, ada, own), Error, message);
  assertEquals(await userOf(sync, "ada"), null);
});
