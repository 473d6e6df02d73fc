// Moments at which two processes meet: one is late, and what it was told is old by then.
import { assertEquals, assertRejects } from "@std/assert";
import { Sync, SyncError } from "../../../lib/sync/mod.ts";
import { bob, Client, domain, openSync } from "../../support/counter_domain.ts";
import { eventsOf } from "../../support/events.ts";
import { gatedKv } from "../../support/gated_kv.ts";
import { pausableKv, readsOne } from "../../support/pausable_kv.ts";

const always = () => Promise.resolve(true);

/** A client as it is at another process. */
function at(sync: Sync, { groupID, clientID, user }: Client): Client {
  return Object.assign(new Client(sync, user, groupID), { clientID });
}

/** Has a process fence the client's group off, by a cookie of another history. */
async function fence(sync: Sync, client: Client) {
  const there = at(sync, client);
  await there.pull();
  const { order, version, ...rest } = there.cookie as Record<string, number>;
  there.cookie = { ...rest, order: order + 99, version: version + 99 };
  const { error, lastMutationIDs } = await there.pull();
  assertEquals(error, "ClientStateNotFound");
  return lastMutationIDs;
}

Deno.test("push() whose commit's answer comes late does not undo another process's fence (C2, P9)", async () => {
  await using it = await openSync();
  const late = pausableKv(it.kv);
  const slow = new Sync(late.kv, domain);
  await new Client(slow).pull();
  const client = new Client(slow);
  const { reached, release } = late.hold("after", (c) => c.kind === "commit");
  const first = client.push(client.mutation("add", { id: "1" }));
  await reached;
  // The browser is told that 1 is in and 2 is not, and makes 2 again elsewhere.
  assertEquals(await fence(it.sync, client), { [client.clientID]: 1 });
  await new Client(slow).pull(); // somebody's, with which the process catches up
  release();
  await first;
  const second = await client.push(client.mutation("add", { id: "2" }));
  assertEquals(second?.error, "ClientStateNotFound");
  assertEquals(await it.sync.get("s", "item/2"), [undefined]);
});

Deno.test("push() is not deceived by what it read of a group before it first knew the space (C2, P9)", async () => {
  await using it = await openSync();
  const client = new Client(it.sync);
  await client.push(client.mutation("add", { id: "1" }));
  const late = pausableKv(it.kv);
  const fresh = new Sync(late.kv, domain);
  const { reached, release } = late.hold("before", readsOne("version"));
  const second = at(fresh, client)
    .push(client.mutation("add", { id: "2" }));
  await reached;
  await fence(it.sync, client);
  release();
  assertEquals((await second)?.error, "ClientStateNotFound");
  assertEquals(await it.sync.get("s", "item/2"), [undefined]);
});

Deno.test("push() that comes while another is tried again is not held against what is remembered (C2, P8)", async () => {
  for (let ticks = 0; ticks < 40; ticks++) {
    await using it = await openSync();
    let come: (() => void) | undefined;
    const kv = gatedKv(it.kv, async (call, run) => {
      const answer = await run();
      if (call.kind === "list" && call.keys[0]?.[0] === "log") {
        come?.();
        come = undefined;
      }
      return answer;
    });
    const here = new Sync(kv, domain);
    const client = new Client(here);
    const other = new Client(here, bob);
    await client.push(client.mutation("add", { id: "1" }));
    await other.push(other.mutation("add", { id: "other" }));
    await at(it.sync, client).push(client.mutation("add", { id: "2" }));
    const pushed = new Promise((resolve) => {
      come = async () => {
        for (let i = 0; i < ticks; i++) await null;
        resolve(client.push(client.mutation("add", { id: "3" })));
      };
    });
    // Processed before, as its answer was lost: only KV itself can say so.
    await other.push(other.mutation("add", { id: "other" }, 1));
    assertEquals(await pushed, null, `after ${ticks} ticks`);
  }
});

Deno.test("a look that found no space does not make one that was born meanwhile unborn (C2)", async () => {
  await using it = await openSync();
  const late = pausableKv(it.kv);
  const sync = new Sync(late.kv, domain);
  const heard = eventsOf((await sync.poke(["new"], always)).getReader());
  const version = async () => (await heard.next()).value!.data.version;
  assertEquals(await version(), 0);
  const { reached, release } = late.hold("after", readsOne("version"));
  const opening = sync.poke(["new"], always);
  await reached;
  await sync.write(["new"], (tx) => tx.set("born", 1));
  assertEquals(await version(), 1);
  release();
  const second = eventsOf((await opening).getReader());
  assertEquals((await second.next()).value!.data.version, 1);
  await sync.write(["new"], (tx) => tx.set("born", 2));
  assertEquals(await version(), 2);
  for (const each of [heard, second]) await each.return(undefined);
  sync.close();
});

Deno.test("erase() leaves nothing broken of a space that is born again meanwhile (S5)", async () => {
  await using it = await openSync();
  const late = pausableKv(it.kv);
  const sync = new Sync(late.kv, domain);
  const { reached, release } = late.hold("before", (c) => c.kind === "list");
  const erased = sync.erase("s");
  await reached;
  await it.sync.write(["s"], (tx) => tx.set("again", 1));
  release();
  await erased;
  const client = new Client(new Sync(it.kv, domain));
  await assertRejects(() => client.pull(), SyncError, "no such space");
  await it.sync.write(["s"], (tx) => tx.set("at last", 1));
  await client.pull();
  assertEquals(client.seen, { "at last": 1 });
});
