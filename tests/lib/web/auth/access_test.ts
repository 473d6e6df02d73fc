// Who may enter a space: by what is there now, or, for a push, by what its commit proves again.
import { assertEquals, assertRejects } from "@std/assert";
import { assertMayPush, mayRead } from "../../../../lib/web/auth/access.ts";
import { actorOf, chatDomain } from "../../../../lib/web/chat/domain.ts";
import { Sync, SyncError } from "../../../../lib/sync/mod.ts";

const SPACE = "room:r";
const ROOM = { id: "r", visibility: "private", messageCount: 0 };
const ada = actorOf("ada");

/** Two processes on one KV, with Ada in a private room. */
async function openTwo() {
  const kv = await Deno.openKv(":memory:");
  const [here, there] = [new Sync(kv, chatDomain), new Sync(kv, chatDomain)];
  await here.write([SPACE], async (tx) => {
    await tx.set("room", ROOM);
    await tx.set("member/ada", { id: "ada", role: "member" });
  });
  const push = (id: number) =>
    here.push(SPACE, ada, {
      pushVersion: 1,
      schemaVersion: "1",
      clientGroupID: "group",
      mutations: [{
        id,
        clientID: "client",
        name: "createMessage",
        args: { id: `m${id}`, content: "Hello" },
      }],
    });
  return { here, there, push, [Symbol.dispose]: () => kv.close() };
}

Deno.test("assertMayPush() lets in whom another process has let in", async () => {
  using it = await openTwo();
  const { here, there } = it;
  await assertRejects(() => assertMayPush(here, "bob", SPACE), SyncError);
  await there.write([SPACE], (tx) => tx.set("member/bob", { id: "bob" }));
  await assertMayPush(here, "bob", SPACE);
  assertEquals(await mayRead(here, "bob", SPACE), true);
});

Deno.test("a push of whom another process has removed changes nothing, and the next is not let in", async () => {
  using it = await openTwo();
  const { here, there, push } = it;
  await push(1);
  await there.write([SPACE], async (tx) => void await tx.del("member/ada"));
  assertEquals(await mayRead(here, "ada", SPACE), false);
  await assertMayPush(here, "ada", SPACE); // it is not known here yet
  await push(2);
  const [first, second] = await here.get(SPACE, "message/m1", "message/m2");
  assertEquals((first as { seq: number }).seq, 1);
  assertEquals(second, undefined);
  await assertRejects(() => assertMayPush(here, "ada", SPACE), SyncError);
});
