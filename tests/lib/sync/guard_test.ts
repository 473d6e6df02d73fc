// What is remembered of clients, when their records are deleted: the guard of a space stands for them.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { guardedWorld, type GuardOptions } from "../../support/guard_world.ts";
import { batchReads, Sync, SyncError } from "../../../lib/sync/mod.ts";
import {
  ada,
  bob,
  Client,
  domain,
  openSync,
} from "../../support/counter_domain.ts";
import { type Call, gatedKv } from "../../support/gated_kv.ts";
import { pausableKv } from "../../support/pausable_kv.ts";
import { quiet } from "../../support/quiet.ts";
import { chosenSeed, repeating, soaking } from "../../support/seeds.ts";

const isCommit = ({ kind }: Call) => kind === "commit";

const SEEDS = repeating ? 1 : soaking ? 20_000 : 150;

async function assertSound(options: GuardOptions): Promise<void> {
  using _ = quiet();
  const first = chosenSeed();
  for (let seed = first; seed < first + SEEDS; seed++) {
    assertEquals(await guardedWorld(seed, options), [], `SEED=${seed}`);
  }
}

for (const maxChecks of [4, 10, 100]) {
  Deno.test(`push() in commits of ${maxChecks} checks takes nothing on the word of what was deleted, in any of ${SEEDS} worlds (C8, H6, P1)`, () =>
    assertSound({ maxChecks, ageing: "records" }));
}

Deno.test(`push() and housekeeping beside a process of a release that knows no guard do no harm, in any of ${SEEDS} worlds (C8, H6)`, () =>
  assertSound({ maxChecks: 4, ageing: "clocks", withOlder: true }));

// A test that cannot fail proves nothing: without one of the checks it must.

for (const kind of ["version", "guard"]) {
  Deno.test(`A commit that does not check the ${kind} is found out (C8)`, async () => {
    using _ = quiet();
    const first = chosenSeed();
    const checks = (key: Deno.KvKey) => key[0] !== kind;
    const options = { maxChecks: 4, ageing: "records", checks } as const;
    for (let seed = first; seed < first + 200; seed++) {
      if ((await guardedWorld(seed, options)).length > 0) return;
    }
    assert(false, `SEED=${first}`);
  });
}

Deno.test("push() lets one space and one user have a client group that several claim at once (P10)", async () => {
  for (const [space, user] of [["t", ada], ["s", bob]] as const) {
    await using it = await openSync();
    await it.sync.write(["t"], (tx) => tx.set("born", true));
    const late = pausableKv(it.kv);
    const slow = new Sync(late.kv, domain, { maxChecks: 4 });
    const first = new Client(slow, ada, "claimed", "s");
    const { reached, release } = late.hold("before", isCommit);
    const claimed = first.push(first.mutation("add", { id: "a" }));
    await reached;
    const second = new Client(it.sync, user, "claimed", space);
    assertEquals(await second.push(second.mutation("add", { id: "b" })), null);
    release();
    const error = await assertRejects(() => claimed, SyncError);
    assertEquals(error.problem, "forbidden");
    assertEquals(await it.sync.get("s", "item/a"), [undefined]);
  }
});

Deno.test("push() of thirty known clients on denokv is one commit (C4, C8)", async () => {
  await using it = await openSync();
  const commits: number[] = [];
  const counted = gatedKv(it.kv, async (call, run) => {
    if (isCommit(call)) commits.push(call.checks.length);
    return await run();
  });
  const sync = new Sync(counted, domain, { maxChecks: 10 });
  const clients = Array.from({ length: 30 }, () => new Client(sync));
  const pushAll = () =>
    Promise.all(
      clients.map((each) =>
        each.push(each.mutation("put", { key: each.clientID, value: 1 }))
      ),
    );
  await pushAll(); // each group's first record has a check of its own
  assert(commits.every((checks) => checks <= 10), `${commits}`);
  commits.length = 0;
  await pushAll();
  // The first has come when the others were still on their way.
  assertEquals(commits.length <= 2, true, `${commits}`);
  assertEquals(commits.at(-1), 10);
});

Deno.test("push() reads the records of all that wait at once, once, when the guard has changed (C8)", async () => {
  await using it = await openSync();
  const reads: string[] = [];
  const rounds: number[] = [];
  let underWay = 0;
  const counted = gatedKv(it.kv, async (call, run) => {
    if (isCommit(call) || call.keys.every(([kind]) => kind === "entry")) {
      return await run();
    }
    const records = call.keys.filter(([kind]) =>
      /group|client/.test(String(kind))
    );
    reads.push(...records.map(String));
    if (underWay++ === 0) rounds.push(records.length);
    const answer = await run();
    underWay--;
    return answer;
  });
  const sync = new Sync(batchReads(counted), domain, { maxChecks: 10 });
  const clients = Array.from({ length: 40 }, () => new Client(sync));
  const pushAll = () =>
    Promise.all(
      clients.map((each) =>
        each.push(each.mutation("put", { key: each.clientID, value: 1 }))
      ),
    );
  await pushAll();
  await it.kv.set(["guard", "s"], 0);
  reads.length = rounds.length = 0;
  await pushAll();
  // A group and a client each; one client was read before the guard was seen to be another.
  assert(reads.length <= 2 * 40 + 2, `${reads.length} records`);
  assert(rounds.length <= 12, `${rounds.length} reads one after the other`);
});

Deno.test("a group deleted before its space was born again is not remembered (H6, S5)", async () => {
  await using it = await openSync();
  const client = new Client(it.sync);
  const pushed = [1, 2].map((n) => client.mutation("add", { id: `${n}` }));
  await client.push(...pushed);
  const late = new Sync(it.kv, domain);
  await it.sync.erase("s");
  const next = client.mutation("add", { id: "3" });
  const there = new Client(late, ada, client.groupID);
  await assertRejects(() => there.push(next), SyncError, "no such space");
  await new Sync(it.kv, domain).housekeep(Date.now() + 31 * 86_400_000);
  assertEquals((await it.kv.get(["guard", "s"])).versionstamp, null);
  await late.write(["s"], (tx) => tx.set("again", true));
  assertEquals(await there.push(next), {
    error: "ClientStateNotFound",
    lastMutationIDs: {},
  });
});
