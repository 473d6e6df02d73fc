// Erase: a space goes with all that was kept of it.
import { assertEquals, assertRejects } from "@std/assert";
import { Sync, SyncError } from "../../../lib/sync/mod.ts";
import type { Call } from "../../support/gated_kv.ts";
import { pausableKv } from "../../support/pausable_kv.ts";
import {
  ada,
  bob,
  Client,
  domain,
  openSync,
} from "../../support/counter_domain.ts";

/** What KV keeps of a space: the first parts of the keys, each once. */
const kindsOf = async (kv: Deno.Kv, space: string) => {
  const all = await Array.fromAsync(kv.list({ prefix: [] }));
  const own = all.filter(({ key }) => key[1] === space);
  return [...new Set(own.map(({ key }) => key[0]))].sort();
};

/** More of each kind than one commit deletes. */
async function fill(sync: Sync, user = ada) {
  const client = new Client(sync, user);
  for (let i = 0; i < 60; i++) {
    await client.push(
      client.mutation("add", { id: `${client.clientID}-${i}` }),
      client.mutation("refuse", { code: "no" }),
    );
  }
  return client;
}

Deno.test("erase() leaves nothing of a space, and no process knows it any more (S5)", async () => {
  await using it = await openSync();
  const other = new Sync(it.kv, domain);
  const client = await fill(other);
  assertEquals(await kindsOf(it.kv, "s"), [
    "entry",
    "log",
    "note",
    "order",
    "rejection",
    "version",
  ]);
  await it.sync.erase("s");
  assertEquals(await kindsOf(it.kv, "s"), []);
  for (const sync of [it.sync, other]) {
    const late = new Client(sync);
    await assertRejects(() => late.push(late.mutation("add", { id: "x" })));
    await assertRejects(() => late.pull(), SyncError, "no such space");
    assertEquals(await sync.get("s", "count"), [undefined]);
  }
  await assertRejects(() => client.pull(), SyncError, "no such space");
  // One of the same name begins at the beginning.
  await other.write(["s"], (tx) => tx.set("new", true));
  const fresh = new Client(it.sync);
  await fresh.pull();
  assertEquals(fresh.seen, { new: true });
});

/** Of a pull: how far the space is, and the record of the group. */
const isFirstLook = ({ kind, keys: [[first]] }: Call) =>
  kind === "getMany" && first === "version";

Deno.test("a space that is erased while another process looks at it for the first time is unknown to that (S5)", async () => {
  await using it = await openSync();
  await fill(it.sync);
  const late = pausableKv(it.kv);
  const other = new Sync(late.kv, domain);
  const client = new Client(other);
  const look = late.hold("after", isFirstLook);
  const pulled = assertRejects(() => client.pull(), SyncError, "no such space");
  await look.reached;
  await it.sync.erase("s");
  look.release();
  await pulled;

  // Where it has been born again by then, that is what is known of it.
  await it.sync.write(["s"], (tx) => tx.set("old", true));
  const third = pausableKv(it.kv);
  const fresh = new Client(new Sync(third.kv, domain));
  const again = third.hold("after", isFirstLook);
  const answer = fresh.pull();
  await again.reached;
  await it.sync.erase("s");
  await it.sync.write(["s"], (tx) => tx.set("new", true));
  again.release();
  await answer;
  assertEquals(fresh.seen, { new: true });
});

Deno.test("erase() that died on the way is finished by doing it again (S5)", async () => {
  await using it = await openSync();
  await fill(it.sync);
  const { atomic } = it.kv;
  let commits = 0;
  it.kv.atomic = () => {
    if (++commits === 4) throw new Error("The server has ended.");
    return atomic.call(it.kv);
  };
  await assertRejects(() => it.sync.erase("s"), Error, "has ended");
  assertEquals((await kindsOf(it.kv, "s")).includes("version"), false);
  assertEquals((await kindsOf(it.kv, "s")).includes("log"), true);
  const again = new Sync(it.kv, domain);
  await again.erase("s");
  assertEquals(await kindsOf(it.kv, "s"), []);
});

Deno.test("erase() of what a user was refused leaves the space and the others as they are (S5)", async () => {
  await using it = await openSync();
  await fill(it.sync, ada);
  await fill(it.sync, bob);
  const views = async () => {
    const seen = [ada, bob].map((user) => new Client(it.sync, user));
    for (const client of seen) await client.pull();
    return seen.map(({ view }) =>
      Map.groupBy(view.keys(), (key) => key.split("/")[0])
    );
  };
  const [, before] = await views();
  await it.sync.erase("s", ada.userID);
  const [hers, his] = await views();
  assertEquals(hers.get("rejection"), undefined);
  assertEquals(his, before);
  assertEquals(hers.get("item"), his.get("item"));
});

Deno.test("housekeeping gives no birth to a space for what its erasure left behind (S5, H7)", async () => {
  await using it = await openSync();
  const client = new Client(it.sync);
  await client.push(client.mutation("refuse", { code: "no" }));
  await it.kv.delete(["version", "s"]); // the first step of an erasure that died
  await new Sync(it.kv, domain).housekeep(Date.now() + 400 * 86_400_000);
  assertEquals((await it.kv.get(["version", "s"])).value, null);
  assertEquals(
    (await kindsOf(it.kv, "s")).filter((kind) => kind === "rejection"),
    [],
  );
});
