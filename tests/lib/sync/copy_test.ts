// A copy of a store that is written to meanwhile is the store as of one moment.
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { LogEntry } from "../../../lib/sync/log.ts";
import {
  type CopiedVersion,
  type CopyStep,
  restoreSteps,
  Sync,
} from "../../../lib/sync/mod.ts";
import {
  ada,
  bob,
  Client,
  domain,
  openSync,
} from "../../support/counter_domain.ts";
import { type Call, gatedKv } from "../../support/gated_kv.ts";

const OWN = { underWay: ["job"], leftOut: ["passing"] };
const LOCK = { key: ["lock"], versionstamp: null };

/** All steps of a copy. What `meanwhile` does it does before each read. */
async function copyOf(
  kv: Deno.Kv,
  meanwhile: (call: Call) => Promise<unknown> = () => Promise.resolve(),
): Promise<CopyStep[]> {
  const gated = gatedKv(kv, async (call, run) => {
    await meanwhile(call);
    return await run();
  }, 10);
  const steps: CopyStep[] = [];
  const sync = new Sync(gated, domain);
  for await (const step of sync.copy(OWN, () => versionsIn(steps))) {
    steps.push(step);
  }
  return steps;
}

async function* versionsIn(steps: CopyStep[]): AsyncGenerator<CopiedVersion> {
  for (const step of [...steps]) {
    if (!("set" in step) || step.set[0] !== "version") return;
    yield { space: step.set[1] as string, version: step.value as number };
  }
}

async function restored(steps: CopyStep[]): Promise<Deno.Kv> {
  const kv = await Deno.openKv(":memory:");
  async function* each() {
    yield* steps;
  }
  await restoreSteps(kv, each(), LOCK);
  return kv;
}

type Stored = Map<string, unknown>;

/** All that a KV holds, by its keys. */
async function storedIn(kv: Deno.Kv, ...kinds: string[]): Promise<Stored> {
  const stored: Stored = new Map();
  for await (const { key, value } of kv.list({ prefix: [] })) {
    if (kinds.length > 0 && !kinds.includes(key[0] as string)) continue;
    stored.set(JSON.stringify(key), value);
  }
  return stored;
}

const parse = (bytes: unknown) =>
  JSON.parse(new TextDecoder().decode(bytes as Uint8Array));

/**
 * What a store whose log is whole has to hold of a space: entries, order,
 * rejections and clients, by nothing but what its log says.
 */
async function toldByLog(kv: Deno.Kv, space: string): Promise<Stored> {
  const told: Stored = new Map();
  const put = (key: Deno.KvKey, value: unknown) => {
    if (value === undefined) told.delete(JSON.stringify(key));
    else told.set(JSON.stringify(key), value);
  };
  let version = 0;
  for await (const { key, value } of kv.list({ prefix: ["log", space] })) {
    assertEquals(key[2], ++version, "The log has a hole");
    const { ops, lastMutationIDs }: LogEntry = parse(value);
    for (const { key, value, was, now, for: userID } of ops) {
      if (userID !== undefined) {
        const [, clientID, id] = key.split("/");
        put(["rejection", space, userID, clientID, Number(id)], value);
        continue;
      }
      put(["entry", space, key], value);
      if (was !== undefined) {
        put(["order", space, "item/", was, key], undefined);
      }
      if (now !== undefined) {
        put(["order", space, "item/", now, key], new Uint8Array());
      }
    }
    for (const [group, client, lastMutationID] of lastMutationIDs) {
      put(["client", group, client], { lastMutationID });
    }
  }
  put(["version", space], version);
  return told;
}

async function assertWhole(kv: Deno.Kv, ...spaces: string[]): Promise<void> {
  const told = new Map<string, unknown>();
  for (const space of spaces) {
    for (const [key, value] of await toldByLog(kv, space)) told.set(key, value);
  }
  const kinds = ["entry", "order", "rejection", "client", "version"];
  const stored = await storedIn(kv, ...kinds);
  for (const [key, value] of stored) {
    if (value instanceof Uint8Array && value.length > 0) {
      stored.set(key, parse(value));
    }
  }
  assertEquals(sorted(stored), sorted(told));
}

const sorted = (stored: Stored) =>
  [...stored].sort(([a], [b]) => a < b ? -1 : 1);

Deno.test("copy() of a store that rests is that store, without what is left out (B1)", async () => {
  await using it = await openSync();
  const client = new Client(it.sync);
  await client.push(
    client.mutation("add", { id: "a" }),
    client.mutation("put", { key: "é\0", value: { deep: [1, "😀", null] } }),
    client.mutation("refuse", { code: "no" }),
  );
  const rest = [["a"], ["lock2"], ["versions", 1], ["zz", "é", 2]];
  for (const key of rest) await it.kv.set(key, { key });
  await it.kv.set(["job", "x"], 1);
  await it.kv.set(["guard", "s"], 0);
  await it.kv.delete(["note", "s", 2]);
  const all = await storedIn(it.kv);
  await it.kv.set(["passing", 1], 1);
  await it.kv.set(["note", "s", 2], 0);
  await it.kv.set(["chore", "logs"], { cursor: null, at: 1 });
  using copy = await restored(await copyOf(it.kv));
  assertEquals(sorted(await storedIn(copy)), sorted(all));
});

Deno.test("copy() of a store that is written to before each read is all spaces as of one moment, with groups, clients and rejections (B1)", async () => {
  await using it = await openSync();
  await it.sync.write(["t"], (tx) => tx.set("born", true));
  const clients = ["s", "t"].flatMap((space) =>
    [ada, bob].map((user) => new Client(it.sync, user, undefined, space))
  );
  let n = 0;
  const act = async () => {
    if (n > 1_000) return; // a copy that has no end is found out, too
    for (const client of clients) {
      const id = `${n++ % 7}`;
      await client.push(
        client.mutation("add", { id }),
        client.mutation(n % 3 ? "put" : "del", {
          key: `item/${id}`,
          value: { n },
        }),
        client.mutation(n % 5 ? "put" : "refuse", {
          code: "no",
          key: "last",
          value: n,
        }),
      );
      clients[n % 4] = new Client(
        it.sync,
        client.user,
        n % 2 ? client.groupID : undefined,
        client.space,
      );
    }
    // One commit to both.
    await it.sync.write(["s", "t"], async (s, t) => {
      await s.set("both", n);
      await t.set("both", n);
    });
  };
  await act();
  await act();
  using copy = await restored(await copyOf(it.kv, act));
  await assertWhole(copy, "s", "t");
  const again = new Sync(copy, domain);
  const [s] = await again.get("s", "both");
  assertEquals(await again.get("t", "both"), [s]);
  assert((await again.get("s", "last"))[0]! as number < n);
  // Each client has its group, and goes on where it was.
  const groups = await storedIn(copy, "group");
  const known = await storedIn(copy, "client");
  for (const key of known.keys()) {
    const [, groupID] = JSON.parse(key);
    assert(groups.has(JSON.stringify(["group", groupID])), key);
  }
});

Deno.test("copy() keeps a fence that was set before its moment, and none that was set after (B1)", async () => {
  await using it = await openSync();
  const early = new Client(it.sync);
  const late = new Client(it.sync);
  for (const each of [early, late]) {
    await each.push(each.mutation("add", { id: each.clientID }));
  }
  const fence = (client: Client) =>
    client.push(client.mutation("add", { id: "x" }, 99));
  let moments = 0;
  const steps = await copyOf(it.kv, async ({ kind, keys }) => {
    if (kind === "list" && keys[0][0] === "entry") {
      await early.push(early.mutation("add", { id: "again" }));
      await late.push(late.mutation("add", { id: "more" }));
      await fence(early);
    }
    if (kind === "commit") moments++;
    // The reads behind the second moment.
    if (kind === "get" && moments === 2) await fence(late);
  });
  using copy = await restored(steps);
  const lost = async (kv: Deno.Kv, { groupID }: Client) =>
    (await kv.get<{ lost?: boolean }>(["group", groupID])).value?.lost ?? false;
  const both = (kv: Deno.Kv) => Promise.all([lost(kv, early), lost(kv, late)]);
  assertEquals(await both(it.kv), [true, true]);
  assertEquals(await both(copy), [true, false]);
});

Deno.test("copy() has a space that is born meanwhile whole or not at all, and nothing of one that is erased, born anew or not (B2)", async () => {
  await using it = await openSync();
  for (const space of ["gone", "anew", "u"]) {
    const client = new Client(it.sync, ada, undefined, space);
    await it.sync.write([space], (tx) => tx.set("first", space));
    for (let i = 0; i < 8; i++) {
      await client.push(
        client.mutation("add", { id: `${i}` }),
        client.mutation("refuse", { code: "no" }),
      );
    }
  }
  let reads = 0;
  using copy = await restored(
    await copyOf(it.kv, async ({ keys: [key] }) => {
      if (key[0] === "order" && reads++ === 0) {
        await it.sync.erase("gone");
        await it.sync.erase("anew");
        for (let n = 1; n <= 12; n++) { // further than it was
          await it.sync.write(["anew", "new"], async (anew, fresh) => {
            await anew.set("second", n);
            await fresh.set("item/1", { n });
          });
        }
      }
      if (key[0] === "log" && key[1] === "u") {
        await it.sync.write(["late"], (tx) => tx.set("item/1", { n: 1 }));
      }
    }),
  );
  const spaces = await Array.fromAsync(
    new Sync(copy, domain).scanSpaces(""),
    ({ space }) => space,
  );
  assertEquals(spaces.filter((each) => each !== "late"), [
    "anew",
    "new",
    "s",
    "u",
  ]);
  const kinds = ["entry", "order", "rejection", "log", "guard"];
  for (const key of (await storedIn(copy, ...kinds)).keys()) {
    assert(spaces.includes(JSON.parse(key)[1]), key);
  }
  const [first, second] = await new Sync(copy, domain)
    .get("anew", "first", "second");
  assertEquals([first, second], [undefined, 12]);
  for (
    const client of await Array.fromAsync(copy.list({ prefix: ["client"] }))
  ) {
    const [, groupID] = client.key;
    if (
      (await copy.get<{ space: string }>(["group", groupID])).value?.space !==
        "u"
    ) {
      await copy.delete(client.key); // of a space that was erased: H3 sees to them
    }
  }
  await assertWhole(copy, ...spaces);
});

Deno.test("copy() fails when a log was pruned behind what it has read (B1)", async () => {
  await using it = await openSync();
  for (let i = 0; i < 10; i++) {
    await it.sync.write(["s"], (tx) => tx.set("n", i));
  }
  const steps = copyOf(it.kv, async ({ keys: [key] }) => {
    if (key[0] !== "entry") return;
    await it.sync.write(["s"], (tx) => tx.set("n", -1));
    await it.sync.write(["s"], (tx) => tx.set("n", -2));
    for (let i = 1; i < 12; i++) await it.kv.delete(["log", "s", i]);
  });
  await assertRejects(() => steps, Error, "the log of s was pruned");
});

Deno.test("copy() has work that is under way at its moment, and what ends later (B3)", async () => {
  await using it = await openSync();
  await it.kv.set(["job", "old"], 1);
  let commits = 0;
  using copy = await restored(
    await copyOf(it.kv, async ({ kind, keys }) => {
      if (keys[0]?.[0] === "guard") await it.kv.delete(["job", "old"]);
      if (kind !== "commit" || ++commits !== 2) return;
      await it.kv.set(["job", "begun"], 1);
    }),
  );
  const jobs = await storedIn(copy, "job");
  assertEquals([...jobs.keys()], ['["job","begun"]']);
});

Deno.test("restoreSteps() takes any number of steps of any size, in commits that KV takes, and ends as another begins (B4)", async () => {
  using kv = await Deno.openKv(":memory:");
  const long = "k".repeat(900);
  async function* steps(): AsyncGenerator<CopyStep> {
    for (let i = 0; i < 1_000; i++) yield { set: ["few", i], value: i };
    for (let i = 0; i < 50; i++) {
      yield { set: ["large", i], value: new Uint8Array(60_000) };
    }
    for (let i = 0; i < 200; i++) yield { set: ["long", i, long], value: null };
    await Promise.resolve();
    yield { deleteUnder: ["few"] };
    yield { delete: ["large", 7] };
    yield { set: ["few", 3], value: "again" };
  }
  for (let times = 0; times < 2; times++) {
    await restoreSteps(kv, steps(), LOCK);
    const stored = await storedIn(kv);
    assertEquals(stored.size, 50 - 1 + 200 + 1);
    assertEquals(stored.get('["few",3]'), "again");
  }
  async function* interrupted() {
    yield* steps();
    await kv.set(LOCK.key, "another's");
    yield* steps();
  }
  await assertRejects(
    () => restoreSteps(kv, interrupted(), LOCK),
    Error,
    "begun to write",
  );
});

Deno.test("restoreSteps() leaves out what has gone by itself meanwhile, and lets the rest go in time (B4)", async () => {
  const expiring: number[] = [];
  using kv = await Deno.openKv(":memory:");
  const { atomic } = kv;
  kv.atomic = () => {
    const made = atomic.call(kv);
    const { set } = made;
    made.set = (key, value, options) => {
      if (options?.expireIn) expiring.push(options.expireIn);
      return set.call(made, key, value, options);
    };
    return made;
  };
  const now = Date.now();
  async function* steps() {
    yield { set: ["over"], value: 1, until: now - 1 };
    yield { set: ["soon"], value: 1, until: now + 1_000_000 };
    await Promise.resolve();
    yield { set: ["stays"], value: 1 };
  }
  await restoreSteps(kv, steps(), LOCK);
  assertEquals([...(await storedIn(kv)).keys()], ['["soon"]', '["stays"]']);
  assertEquals(expiring.length, 1);
  assert(expiring[0] > 900_000 && expiring[0] <= 1_000_000);
});
