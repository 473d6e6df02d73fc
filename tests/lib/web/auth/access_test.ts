// Who may enter a space: by what is there now, or, for a push, by what its commit proves again.
import { assertEquals, assertRejects } from "@std/assert";
import {
  assertMayAsk,
  assertMayPush,
  mayRead,
  mayReadBy,
} from "../../../../lib/web/auth/access.ts";
import { actorOf, chatDomain } from "../../../../lib/web/chat/domain.ts";
import { Sync, SyncError } from "../../../../lib/sync/mod.ts";
import { countReads } from "../../../support/counted_reads.ts";

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
  /** Of all that has changed since Ada pulled last. */
  let cookie: unknown = null;
  const pull = async () => {
    const body = {
      pullVersion: 1,
      schemaVersion: "1",
      profileID: "profile",
      clientGroupID: "group",
      cookie,
    };
    const answer = await here.pull(SPACE, ada, body, {
      mayRead: (space, get) => mayReadBy(get, "ada", space),
    });
    if ("error" in answer) throw answer;
    const pulled = JSON.parse([...answer].join(""));
    cookie = pulled.cookie;
    return pulled.patch;
  };
  return { kv, here, there, push, pull, [Symbol.dispose]: () => kv.close() };
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

Deno.test("a pull of what has changed asks KV once, and gives nothing to whom another process has removed (L7)", async () => {
  using it = await openTwo();
  const { kv, there, push, pull } = it;
  await push(1);
  await pull();
  await pull(); // from now on Ada's right is remembered
  await push(2);
  const reads = countReads(kv);
  assertEquals((await pull()).length, 2); // the message, and how many there are
  assertEquals((await pull()).length, 0);
  assertEquals(reads, [2, 2]); // the version and the record of the group

  await there.write([SPACE], async (tx) => {
    await tx.set("secret", "for those who are left");
    await tx.del("member/ada");
  });
  const { problem } = await assertRejects(pull, SyncError);
  assertEquals(problem, "unknown-space");
  await there.write([SPACE], async (tx) => {
    await tx.set("member/ada", { id: "ada", role: "member" });
  });
  assertEquals((await pull()).length, 2); // the secret, and who reads it
});

Deno.test("who may not ask is told so after one look at KV, whatever is remembered (T14)", async () => {
  using it = await openTwo();
  const { kv, here, push } = it;
  const asks = (space: string) =>
    assertRejects(() => assertMayAsk(here, "bob", space), SyncError);
  const reads = countReads(kv);
  for (const space of [SPACE, "room:none"]) {
    await asks(space);
    assertEquals(reads.splice(0), [3]);
  }
  await push(1);
  // Now the room is remembered, and that Bob is no member of it.
  await here.push(SPACE, actorOf("bob"), {
    pushVersion: 1,
    schemaVersion: "1",
    clientGroupID: "bobs",
    mutations: [{
      id: 1,
      clientID: "bobs",
      name: "createMessage",
      args: { id: "b", content: "Hello" },
    }],
  });
  reads.length = 0;
  for (const space of [SPACE, "room:none"]) {
    await asks(space);
    assertEquals(reads.splice(0), [3]);
  }
});
