// Members of a room that has very many, and what changes while they are read.
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Member } from "../../../../lib/chat/schema.ts";
import { Sync } from "../../../../lib/sync/mod.ts";
import { chatDomain, type ChatSync } from "../../../../lib/web/chat/domain.ts";
import { changeRole, leaveRoom } from "../../../../lib/web/chat/members.ts";
import { makePerson } from "../../../../lib/web/chat/profile.ts";
import { createRoom } from "../../../../lib/web/chat/rooms.ts";
import { gatedKv } from "../../../support/gated_kv.ts";

const ada = { userID: "ada", name: "Ada" };

/** A room of Ada's with many others, `m0` longest; `reading` is called after each read of members, with its number. */
async function roomOf(others: number, reading: (n: number) => unknown) {
  const kv = await Deno.openKv(":memory:");
  const sync: ChatSync = new Sync(kv, chatDomain);
  await makePerson(sync, ada);
  const nest = { name: "Nest", visibility: "public" };
  const { roomID } = await createRoom(sync, ada, nest);
  const space = `room:${roomID}`;
  await sync.write([space], async (there) => {
    for (let i = 0; i < others; i++) {
      const id = `m${i}`;
      const joinedAt = Date.now() + 1_000 + i;
      const member: Member = { id, name: id, role: "member", joinedAt };
      await there.set(`member/${id}`, member);
    }
  });
  let reads = 0;
  const read: ChatSync = new Sync(
    gatedKv(kv, async ({ kind }, run) => {
      const found = await run();
      if (kind === "list") await reading(++reads);
      return found;
    }),
    chatDomain,
  );
  const memberOf = async (id: string) =>
    (await sync.get(space, `member/${id}`))[0] as Member | undefined;
  const set = (id: string, role?: Member["role"]) =>
    sync.write([space], async (there) => {
      const key = `member/${id}`;
      if (!role) return void await there.del(key);
      await there.set(key, { ...await there.get(key) as Member, role });
    });
  const end = () => kv.close();
  return { sync: read, roomID, memberOf, set, [Symbol.dispose]: end };
}

Deno.test("an owner who leaves very many has them read ten at a time, while others write to the room (T13)", async () => {
  let reads = 0;
  using it = await roomOf(200, async (n) => {
    reads = n;
    if (n === 3) await it.set("m7", "member");
  });
  await leaveRoom(it.sync, "ada", it.roomID);
  assert(reads >= 20, `${reads} reads`);
  assertEquals((await it.memberOf("m0"))?.role, "owner");
  assertEquals(await it.memberOf("ada"), undefined);
});

Deno.test("when the member who would own the room leaves meanwhile, the next one owns it (T13)", async () => {
  using it = await roomOf(30, async (n) => {
    if (n === 2) await it.set("m0"); // who has just been read
  });
  await leaveRoom(it.sync, "ada", it.roomID);
  assertEquals((await it.memberOf("m1"))?.role, "owner");
});

Deno.test("an owner becomes a member only while another one is there (T30)", async () => {
  using it = await roomOf(30, () => {});
  const toMember = () =>
    changeRole(it.sync, ada, it.roomID, "ada", { role: "member" });
  await assertRejects(toMember, Error, "no other owner");
  await it.set("m17", "owner");
  await toMember();
  assertEquals((await it.memberOf("ada"))?.role, "member");
});

Deno.test("an owner whose only fellow owner stops being one meanwhile stays an owner (T30)", async () => {
  let isDone = false;
  using it = await roomOf(1, async () => {
    if (isDone) return;
    isDone = true;
    await it.set("m0", "member");
  });
  await it.set("m0", "owner");
  await assertRejects(
    () => changeRole(it.sync, ada, it.roomID, "ada", { role: "member" }),
    Error,
    "no other owner",
  );
  assertEquals((await it.memberOf("ada"))?.role, "owner");
});
