// Who finds what: a search shows nothing that its person may not read at that moment.
import { assertEquals } from "@std/assert";
import type { Room } from "../../../../lib/chat/schema.ts";
import { Sync } from "../../../../lib/sync/mod.ts";
import { AccountDeletions } from "../../../../lib/web/auth/account_deletion.ts";
import { banPerson } from "../../../../lib/web/chat/bans.ts";
import { setBlocked } from "../../../../lib/web/chat/blocking.ts";
import { chatDomain } from "../../../../lib/web/chat/domain.ts";
import {
  inviteTo,
  joinRoom,
  leaveRoom,
  removeMember,
} from "../../../../lib/web/chat/members.ts";
import { makePerson } from "../../../../lib/web/chat/profile.ts";
import { deleteRoom } from "../../../../lib/web/chat/room_deletion.ts";
import { createRoom, setVisibility } from "../../../../lib/web/chat/rooms.ts";
import { gatedKv } from "../../../support/gated_kv.ts";
import {
  indexAll,
  messageOf,
  put,
  searchPage,
  type Store,
  texts,
} from "../../../support/search_index.ts";

const PEOPLE = ["ada", "mia", "removed", "left", "banned", "outsider"] as const;
const of = (userID: string) => ({ userID, name: `Name of ${userID}` });

/** A public and a private room of Ada's, with a word said in each, and people who were or are in both. */
async function makeRooms({ kv, sync }: Store) {
  for (const each of PEOPLE) await makePerson(sync, of(each));
  const rooms: string[] = [];
  for (const visibility of ["public", "private"] as const) {
    const { roomID } = await createRoom(sync, of("ada"), {
      name: visibility,
      visibility,
    });
    rooms.push(roomID);
    for (const each of ["mia", "removed", "left", "banned"]) {
      const { secret } = await inviteTo(sync, of("ada"), roomID);
      await joinRoom(sync, of(each), roomID, secret);
    }
    await put(sync, roomID, messageOf("m", 1, `word in ${visibility}`));
    await removeMember(sync, of("ada"), roomID, "removed");
    await leaveRoom(sync, "left", roomID);
    await banPerson(sync, of("ada"), roomID, "banned");
  }
  await indexAll({ kv, sync });
  return rooms;
}

const PUBLIC = "word in public";
const PRIVATE = "word in private";

Deno.test("Each person finds what they may read: members all, others what is public, who is banned nothing (T92, T14)", async () => {
  using kv = await Deno.openKv(":memory:");
  const it: Store = { kv, sync: new Sync(kv, chatDomain) };
  await makeRooms(it);
  const all = [PRIVATE, PUBLIC];
  for (
    const [person, ...expected] of [
      ["ada", ...all],
      ["mia", ...all],
      ["removed", PUBLIC],
      ["left", PUBLIC],
      ["banned", ...[]],
      ["outsider", PUBLIC],
    ]
  ) {
    for (const query of ["word", "from:ada", "w from:ada"]) {
      const found = await texts(it, person, query);
      assertEquals(found.sort(), expected, `${person}: ${query}`);
    }
    for (const room of ["public", "private"]) {
      const found = await texts(it, person, `word in:${room}`);
      const there = expected.filter((text) => text.endsWith(room));
      assertEquals(found, there, `${person} in ${room}`);
    }
  }
});

Deno.test("Who is banned is answered as if nothing was there, however much there is (T92, T31)", async () => {
  using kv = await Deno.openKv(":memory:");
  const it: Store = { kv, sync: new Sync(kv, chatDomain) };
  const [open] = await makeRooms(it);
  for (let from = 2; from < 350; from += 50) {
    const some = Array.from({ length: 50 }, (_, i) => from + i);
    await put(
      it.sync,
      open,
      ...some.map((seq) => messageOf(`m${seq}`, seq, "plan")),
    );
  }
  await indexAll(it);
  assertEquals((await searchPage(it, "outsider", "plan")).messages.length, 20);
  for (const query of ["plan", "nothing", "plan from:ada", "in:public plan"]) {
    assertEquals(
      await searchPage(it, "banned", query),
      { messages: [], next: null },
      query,
    );
  }
});

for (
  const [when, isThen] of [
    ["once a message was read", (key) => key.startsWith("message/")],
    ["once it was asked for", (key) => key === "member/mia"],
  ] as [string, (key: string) => boolean][]
) {
  Deno.test(`A right that is lost ${when} counts in the answer (T92)`, async () => {
    using kv = await Deno.openKv(":memory:");
    const sync = new Sync(kv, chatDomain);
    const [, room] = await makeRooms({ kv, sync });
    let isLost = true;
    const slow = gatedKv(kv, async ({ keys }, run) => {
      const found = await run();
      const isNow = keys.some(([kind, space, key]) =>
        kind === "entry" && space === `room:${room}` && isThen(String(key))
      );
      if (!isNow || isLost) return found;
      isLost = true;
      await removeMember(sync, of("ada"), room, "mia");
      return found;
    });
    const it: Store = { kv: slow, sync: new Sync(slow, chatDomain) };
    assertEquals((await texts(it, "mia", "word")).length, 2);
    isLost = false;
    assertEquals(await texts(it, "mia", "word"), [PUBLIC]);
  });
}

Deno.test("A room that is made private, public or is deleted is found so at once (T92)", async () => {
  using kv = await Deno.openKv(":memory:");
  const it: Store = { kv, sync: new Sync(kv, chatDomain) };
  const [open, closed] = await makeRooms(it);
  const turn = (roomID: string, visibility: Room["visibility"]) =>
    setVisibility(it.sync, of("ada"), roomID, { visibility });
  await turn(open, "private");
  assertEquals(await texts(it, "outsider", "word"), []);
  await turn(closed, "public");
  assertEquals(await texts(it, "outsider", "word"), [PRIVATE]);
  await deleteRoom(kv, it.sync, closed);
  assertEquals(await texts(it, "outsider", "word"), []);
  assertEquals(await texts(it, "ada", "word"), [PUBLIC]);
  const left = await Array.fromAsync(kv.list({ prefix: ["search"] }));
  const ofRoom = left.filter(({ key }) => key.includes(`room:${closed}`));
  assertEquals(ofRoom, []);
});

Deno.test("Messages of whom one has blocked are not found, and others find them (T92)", async () => {
  using kv = await Deno.openKv(":memory:");
  const it: Store = { kv, sync: new Sync(kv, chatDomain) };
  const [open] = await makeRooms(it);
  const bob = { authorID: "bob", from: "Bob" };
  await put(it.sync, open, messageOf("b", 2, "a word of Bob's", bob));
  await indexAll(it);
  await setBlocked(it.sync, "mia", { id: "bob", name: "Bob" }, true);
  assertEquals(await texts(it, "mia", "bob"), []);
  assertEquals(await texts(it, "ada", "bob"), ["a word of Bob's"]);
});

Deno.test("What somebody wrote whose account was deleted is found under the name it has then (T93, T9)", async () => {
  using kv = await Deno.openKv(":memory:");
  const it: Store = { kv, sync: new Sync(kv, chatDomain) };
  const [open] = await makeRooms(it);
  await put(
    it.sync,
    open,
    messageOf("b", 2, "hello", { authorID: "mia", from: "Mia" }),
  );
  await indexAll(it);
  assertEquals(await texts(it, "ada", "from:mia"), ["hello"]);
  const deletions = new AccountDeletions(kv, it.sync);
  await deletions.delete("mia");
  while ((await kv.get(["deletion", "mia"])).value) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  deletions.stop();
  await indexAll(it);
  assertEquals(await texts(it, "ada", "from:mia"), []);
  assertEquals(await texts(it, "ada", "from:deleted"), ["hello"]);
});
