// Removing all messages of a person: whatever dies on the way, in the end they are gone, and nobody else's.
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Message, Room } from "../../../../lib/chat/schema.ts";
import { Sync } from "../../../../lib/sync/mod.ts";
import { chatDomain, type ChatSync } from "../../../../lib/web/chat/domain.ts";
import { joinRoom } from "../../../../lib/web/chat/members.ts";
import { MessageRemovals } from "../../../../lib/web/chat/message_removal.ts";
import { makePerson } from "../../../../lib/web/chat/profile.ts";
import { createRoom } from "../../../../lib/web/chat/rooms.ts";
import { gatedKv } from "../../../support/gated_kv.ts";
import { quiet } from "../../../support/quiet.ts";
import { Timers } from "../../../support/timers.ts";

const ada = { userID: "ada", name: "Ada" };
const bob = { userID: "bob", name: "Bob" };

/** A process on a KV. */
function start(kv: Deno.Kv) {
  const sync: ChatSync = new Sync(kv, chatDomain);
  return { sync, removals: MessageRemovals.start(kv, sync) };
}

/** A room of Ada's with Bob in it, and of each so many messages, one after the other. */
async function fill(kv: Deno.Kv, each: number): Promise<string> {
  const sync: ChatSync = new Sync(kv, chatDomain);
  for (const person of [ada, bob]) await makePerson(sync, person);
  const nest = { name: "Nest", visibility: "public" };
  const { roomID } = await createRoom(sync, ada, nest);
  await joinRoom(sync, bob, roomID);
  for (let n = 0; n < each; n++) {
    for (const { userID } of [ada, bob]) await say(sync, roomID, userID);
  }
  return roomID;
}

/** Somebody writes, without going through pushes. */
const say = (sync: ChatSync, roomID: string, userID: string, content = "Hi") =>
  sync.write([`room:${roomID}`], async (there) => {
    const room = await there.get("room") as Room;
    const seq = room.messageCount + 1;
    const message: Message = {
      id: `${userID}-${seq}`,
      seq,
      authorID: userID,
      from: userID,
      content,
      createdAt: 1,
      reactions: {},
    };
    await there.set(`message/${message.id}`, message);
    await there.set("room", { ...room, messageCount: seq });
  });

/** How many messages of each there are. */
async function counts(kv: Deno.Kv, roomID: string) {
  const messages = await new Sync(kv, chatDomain).write(
    [`room:${roomID}`],
    (there) => there.scan({ prefix: "message/" }).values().toArray(),
  ) as Message[];
  const of = (userID: string) =>
    messages.filter(({ authorID }) => authorID === userID).length;
  return { ada: of("ada"), bob: of("bob") };
}

/** Waits until nothing is left to remove; gives up when who does it has died. */
async function removed(kv: Deno.Kv, isDead = () => false) {
  const left = () => Array.fromAsync(kv.list({ prefix: ["removal"] }));
  while (!isDead() && (await left()).length > 0) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

Deno.test("All that a person wrote until then goes, in steps of fifty messages, each as if it were deleted (T32)", async () => {
  using kv = await Deno.openKv(":memory:");
  const roomID = await fill(kv, 120);
  let commits = 0;
  const { sync, removals } = start(gatedKv(kv, (call, run) => {
    const deleted = call.changes.filter(({ key }) => key[0] === "entry").length;
    if (deleted > 0) {
      commits++;
      assert(deleted <= 50, `${deleted} at once`);
    }
    return run();
  }));
  await removals.remove(ada, roomID, "bob");
  await say(sync, roomID, "bob"); // after it was asked for
  await removed(kv);
  assertEquals(await counts(kv, roomID), { ada: 120, bob: 1 });
  assert(commits >= 120 / 50);
  const [room] = await sync.get(`room:${roomID}`, "room");
  assertEquals((room as Room).messageCount, 241);
  // What counts unread messages and finds the last one sees it, too.
  const space = `room:${roomID}`;
  assertEquals(await sync.countAbove(space, "message/", 0, 500), 121);
});

Deno.test("A removal that a process died over is finished by the next, wherever it died (T32)", async () => {
  let deaths = 0;
  for (let commits = 1;; commits++) {
    using kv = await Deno.openKv(":memory:");
    const roomID = await fill(kv, 60);
    let left = commits;
    const never = () => new Promise<never>(() => {});
    const gated = gatedKv(kv, async (call, run) => {
      if (left === 0) return await never();
      const result = await run();
      if (call.kind === "commit") left--;
      return left === 0 ? await never() : result;
    });
    start(gated).removals.remove(ada, roomID, "bob");
    const isDead = () => left === 0;
    const isAsked = () => kv.get(["removal", roomID, "bob"]);
    while ((await isAsked()).versionstamp === null) continue;
    await removed(kv, isDead);
    start(kv);
    await removed(kv);
    assertEquals(await counts(kv, roomID), { ada: 60, bob: 0 });
    if (!isDead()) break;
    deaths++;
  }
  assert(deaths > 2, `It died ${deaths} times only.`);
});

Deno.test("A removal that a process died over is finished by one that lives on (T32)", async () => {
  using kv = await Deno.openKv(":memory:");
  const roomID = await fill(kv, 60);
  using _ = quiet(); // it may be looking when the KV is closed
  using _timers = new Timers(); // ten minutes are nothing
  start(kv);
  await new Promise((resolve) => setTimeout(resolve));
  await kv.set(["removal", roomID, "bob"], { upTo: 1_000 });
  await removed(kv);
  assertEquals(await counts(kv, roomID), { ada: 60, bob: 0 });
});

Deno.test("A removal that is asked for again while it is under way takes what came meanwhile (T32)", async () => {
  using kv = await Deno.openKv(":memory:");
  const roomID = await fill(kv, 60);
  const { sync, removals } = start(kv);
  await removals.remove(ada, roomID, "bob");
  await say(sync, roomID, "bob");
  await removals.remove(ada, roomID, "bob");
  await removed(kv);
  assertEquals(await counts(kv, roomID), { ada: 60, bob: 0 });
});

Deno.test("A removal that fails stays to be done, and holds up no other room (T32)", async () => {
  using kv = await Deno.openKv(":memory:");
  const [broken, other] = [await fill(kv, 3), await fill(kv, 3)];
  const { sync, removals } = start(kv);
  await sync.write(
    [`room:${broken}`],
    (there) => there.set("message/x", { seq: 9 }),
  );
  using errors = quiet();
  await removals.remove(ada, broken, "bob");
  await removals.remove(ada, other, "bob");
  const left = () => Array.fromAsync(kv.list({ prefix: ["removal"] }));
  while ((await left()).length > 1) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  assertEquals(await counts(kv, other), { ada: 3, bob: 0 });
  assertEquals((await left())[0].key[1], broken);
  await sync.write([`room:${broken}`], (there) => there.del("message/x"));
  await removals.remove(ada, broken, "bob");
  await removed(kv);
  assertEquals(await counts(kv, broken), { ada: 3, bob: 0 });
  assert(errors.told.length > 0);
});

Deno.test("Members ask for none, and of a room those of twenty people are removed at a time (T32)", async () => {
  using kv = await Deno.openKv(":memory:");
  const roomID = await fill(kv, 1);
  // A process that does not come to it.
  const { removals } = start(gatedKv(kv, (call, run) => {
    const isStep = call.kind === "list" && call.keys[0].length === 1;
    return isStep ? new Promise<never>(() => {}) : run();
  }));
  await assertRejects(
    () => removals.remove(bob, roomID, "ada"),
    Error,
    "Only an owner",
  );
  for (let n = 0; n < 20; n++) await removals.remove(ada, roomID, `u${n}`);
  await removals.remove(ada, roomID, "u3");
  await assertRejects(
    () => removals.remove(ada, roomID, "bob"),
    Error,
    "Try again in a while",
  );
});
