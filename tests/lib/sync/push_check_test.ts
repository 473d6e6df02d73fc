// Keys of the app's own that a push's commits check.
import { assertEquals, assertRejects } from "@std/assert";
import { Sync, SyncError } from "../../../lib/sync/mod.ts";
import { ada, bob, Client, domain } from "../../support/counter_domain.ts";
import { gatedKv } from "../../support/gated_kv.ts";

const KEY = ["app", "signal"];

/** An engine, clients of it whose pushes are good as long as the signal is as it was, and how its commits end. */
async function open(clients = 1, maxChecks = 100) {
  const kv = await Deno.openKv(":memory:");
  const commits: boolean[] = [];
  let mostChecks = 0;
  let lose = false;
  const gated = gatedKv(kv, async (call, run) => {
    const result = await run();
    if (call.kind !== "commit") return result;
    commits.push((result as Deno.KvCommitResult).ok);
    mostChecks = Math.max(mostChecks, call.checks.length);
    if (lose) throw new Error("The answer of storage is lost");
    return result;
  });
  const sync = new Sync(gated, domain, { maxChecks });
  await sync.write(["s"], (tx) => tx.set("born", true));
  const all = Array.from(
    { length: clients },
    (_, i) => new Client(sync, i % 2 === 0 ? ada : bob),
  );
  const stamp = async () => (await kv.get(KEY)).versionstamp;
  const push = (
    client: Client,
    versionstamp: string | null,
    ...mutations: unknown[]
  ) =>
    sync.push("s", client.user, {
      pushVersion: 1,
      schemaVersion: "1",
      profileID: "p",
      clientGroupID: client.groupID,
      mutations,
    }, { check: { key: KEY, versionstamp } });
  return {
    kv,
    sync,
    commits,
    get mostChecks() {
      return mostChecks;
    },
    clients: all,
    stamp,
    push,
    signal: () => kv.set(KEY, 0),
    async losing(fn: () => Promise<unknown>) {
      lose = true;
      setTimeout(() => lose = false, 20);
      await fn();
    },
    async [Symbol.asyncDispose]() {
      sync.close();
      await Promise.resolve(kv.close());
    },
  };
}

async function assertOutdated(pushed: Promise<unknown>) {
  const error = await assertRejects(() => pushed, SyncError);
  assertEquals(error.problem, "outdated");
}

Deno.test("push() is in only if the key is as the app has found it, and takes no other push along (P15)", async () => {
  await using it = await open(3);
  const [one, two, three] = it.clients;
  const before = await it.stamp();
  assertEquals(
    await it.push(one, before, one.mutation("add", { id: "a" })),
    null,
  );
  await it.signal();
  const now = await it.stamp();
  const old = it.push(one, before, one.mutation("add", { id: "b" }));
  const good = it.push(two, now, two.mutation("add", { id: "c" }));
  const free = three.push(three.mutation("add", { id: "d" }));
  await assertOutdated(old);
  assertEquals(await Promise.all([good, free]), [null, null]);
  await three.pull();
  assertEquals(Object.keys(three.seen), [
    "born",
    "count",
    "item/a",
    "item/c",
    "item/d",
  ]);
});

Deno.test("push() that changes nothing is good only if the key is as it was (P15)", async () => {
  await using it = await open();
  const [one] = it.clients;
  const before = await it.stamp();
  const same = one.mutation("add", { id: "a" });
  await it.push(one, before, same);
  assertEquals(await it.push(one, before, same), null); // the answer was lost
  await it.signal();
  await assertOutdated(it.push(one, before, same));
  await assertOutdated(it.push(one, before));
  assertEquals(await it.push(one, await it.stamp(), same), null);
});

Deno.test("push() can be made again when the key has changed in the middle of it, and is in once (P15, P1)", async () => {
  await using it = await open();
  const [one] = it.clients;
  const before = await it.stamp();
  const many = Array.from(
    { length: 1_000 },
    (_, i) => one.mutation("add", { id: `${i}` }),
  );
  const pushed = it.push(one, before, ...many);
  await Promise.all([it.signal(), assertOutdated(pushed)]);
  assertEquals(await it.push(one, await it.stamp(), ...many), null);
  await one.pull(1_000);
  assertEquals(one.view.get("count"), 1_000);
});

Deno.test("push() whose commit may have happened asks for the key again (P15, P7)", async () => {
  await using it = await open();
  const [one] = it.clients;
  const before = await it.stamp();
  await it.losing(() => it.push(one, before, one.mutation("add", { id: "a" })));
  await one.pull();
  assertEquals(one.view.get("count"), 1);
});

Deno.test("push() with a check waits for the next commit when one has all the checks that it takes (P15, C4)", async () => {
  await using it = await open(40, 10);
  const before = await it.stamp();
  it.commits.length = 0;
  // A new group takes a check, and so does what is created.
  await Promise.all(it.clients.map((client, i) => {
    const mutation = client.mutation("add", { id: `${i}` });
    return i % 8 === 7
      ? it.push(client, before, mutation)
      : client.push(mutation);
  }));
  const [reader] = it.clients;
  await reader.pull();
  assertEquals(reader.view.get("count"), 40);
  assertEquals(it.commits.every((ok) => ok), true);
  assertEquals(it.mostChecks <= 10, true, `${it.mostChecks} checks`);
});
