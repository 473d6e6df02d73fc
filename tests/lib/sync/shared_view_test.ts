// First pulls of what others have pulled before: out of memory, and exactly the space.
import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { Sync, SyncError } from "../../../lib/sync/mod.ts";
import { ada, bob, Client, domain } from "../../support/counter_domain.ts";
import { gatedKv } from "../../support/gated_kv.ts";

/** An engine, and the entries and index keys that it reads. */
async function open() {
  const kv = await Deno.openKv(":memory:");
  let reads = 0;
  const gated = gatedKv(kv, (call, run) => {
    if (call.keys.some(([kind]) => kind === "entry" || kind === "order")) {
      reads++;
    }
    return run();
  });
  const sync = new Sync(gated, domain);
  await sync.write(["s"], (tx) => tx.set("born", true));
  return {
    kv,
    sync,
    /** How many there were since it was asked. */
    get reads() {
      const since = reads;
      reads = 0;
      return since;
    },
    async [Symbol.asyncDispose]() {
      sync.close();
      await Promise.resolve(kv.close());
    },
  };
}

/** What a group that is new sees, as another process would serve it, which remembers nothing. */
async function stored(kv: Deno.Kv, window?: number) {
  const other = new Sync(kv, domain);
  const reader = new Client(other, bob);
  await reader.pull(window);
  other.close();
  return reader.seen;
}

async function add(client: Client, ...ids: string[]) {
  await client.push(...ids.map((id) => client.mutation("add", { id })));
}

Deno.test("a first pull reads no entries where another has just read them, and has what came since (L6)", async () => {
  await using it = await open();
  const writer = new Client(it.sync);
  await add(writer, "a", "b", "c");
  await new Client(it.sync, bob).pull();
  await add(writer, "d");
  await writer.push(
    writer.mutation("put", { key: "more", value: 1 }),
    writer.mutation("put", { key: "item/a", value: { n: 1, by: "bob" } }),
    writer.mutation("del", { key: "born" }),
  );
  assert(it.reads > 0);
  const reader = new Client(it.sync, bob);
  const { patch } = await reader.pull();
  assertEquals(it.reads, 0);
  // Each key once, as it is by now: some read the patch without applying it.
  const names = patch.map(({ op, key }: { op: string; key?: string }) =>
    `${op} ${key ?? ""}`
  );
  assertEquals(new Set(names).size, names.length);
  assert(!names.some((name: string) => name.startsWith("del")), `${names}`);
  assertEquals(reader.seen, await stored(it.kv));
  await add(writer, "e");
  await reader.pull(); // it goes on from there
  assertEquals(reader.seen, await stored(it.kv));
});

Deno.test("a first pull reads again for a larger window, after a deletion from it or a move down, and after much (W1)", async () => {
  await using it = await open();
  const writer = new Client(it.sync);
  await add(writer, ...Array.from({ length: 10 }, (_, i) => `${i}`));
  const look = async () => {
    const reader = new Client(it.sync, bob);
    await reader.pull(3);
    assertEquals(reader.seen, await stored(it.kv, 3));
    return it.reads > 0;
  };
  await new Client(it.sync, bob).pull(2);
  assertEquals([await look(), await look()], [true, false]);
  await new Client(it.sync, bob).pull(5);
  assertEquals([it.reads > 0, await look()], [true, false]);
  await writer.push(writer.mutation("del", { key: "item/9" }));
  assertEquals([await look(), await look()], [true, false]);
  const low = { key: "item/8", value: { n: 1.5, by: "ada" } };
  await writer.push(writer.mutation("put", low));
  assertEquals([await look(), await look()], [true, false]);
  for (let i = 0; i < 60; i++) {
    await writer.push(writer.mutation("put", { key: "k", value: i }));
  }
  assertEquals([await look(), await look()], [true, false]);
});

Deno.test("a first pull from memory has the user's own rejections as they are by then (L6, P6)", async () => {
  await using it = await open();
  const writer = new Client(it.sync, bob);
  await add(writer, "a");
  const rejected = async () => {
    const reader = new Client(it.sync, bob);
    const { patch } = await reader.pull();
    assertEquals(reader.seen, await stored(it.kv));
    const named = patch.map(({ key }: { key?: string }) => key);
    assertEquals(new Set(named).size, named.length);
    return [...reader.view.keys()]
      .filter((key) => key.startsWith("rejection/")).length;
  };
  assertEquals(await rejected(), 0);
  await writer.push(writer.mutation("refuse", { code: "no" }));
  assertEquals(await rejected(), 1);
  await writer.push(
    writer.mutation("dismissRejection", {
      clientID: writer.clientID,
      mutationID: 2,
    }),
  );
  assertEquals(await rejected(), 0);
});

Deno.test("a first pull from memory has no rejection that was erased for its user (L6)", async () => {
  await using it = await open();
  await new Client(it.sync).pull();
  const writer = new Client(it.sync, bob);
  await writer.push(writer.mutation("refuse", { code: "no" }));
  await it.sync.erase("s", bob.userID);
  const reader = new Client(it.sync, bob);
  await reader.pull();
  assertEquals(reader.seen, await stored(it.kv));
});

Deno.test("what was erased is in no view, though another process erased it, however far the space has come since (L6, C2)", async () => {
  for (const versions of [1, 2, 6, 80, 700]) {
    await using it = await open();
    for (let i = 0; i < 6; i++) {
      await it.sync.write(["s"], (tx) => tx.set("secret", i));
    }
    await it.sync.view("s", bob, 5);
    const other = new Sync(it.kv, domain);
    await other.erase("s");
    for (let i = 1; i <= versions; i++) {
      await other.write(["s"], (tx) => tx.set("fresh", i));
    }
    other.close();
    for (const window of [5, 3, 9, 5]) {
      const view = await it.sync.view("s", bob, window);
      const all = await view.scan().entries().toArray();
      assertEquals(all, [["fresh", versions]]);
    }
  }
});

Deno.test("view() says what it reads, or takes from memory, and is unavailable where there is no room for it (L11)", async () => {
  await using it = await open();
  for (let i = 0; i < 20; i++) {
    await it.sync.write(["s"], (tx) => tx.set(`long/${i}`, "x".repeat(10_000)));
  }
  for (const sync of [it.sync, it.sync, new Sync(it.kv, domain)]) {
    let held = 0;
    const view = (most: number) =>
      sync.view("s", bob, 5, (bytes) => (held += bytes) <= most);
    await view(Infinity);
    assert(held > 200_000 && held < 300_000, `${held}`);
    held = 0;
    const error = await assertRejects(() => view(100_000), SyncError);
    assertEquals(error.problem, "unavailable");
  }
});

Deno.test("a first pull is of the store's own history, whatever was remembered (L4, C2)", async () => {
  await using it = await open();
  const writer = new Client(it.sync);
  await add(writer, "a", "b");
  await new Client(it.sync, bob).pull();
  // An older state of the store is put in its place, and goes on otherwise.
  const other = new Sync(it.kv, domain);
  await other.erase("s");
  await other.write(["s"], async (tx) => {
    await tx.set("born", "anew");
  });
  for (let i = 0; i < 5; i++) await other.write(["s"], (tx) => tx.set("n", i));
  other.close();
  const reader = new Client(it.sync, bob);
  await reader.pull();
  assertEquals(reader.seen, { born: "anew", n: 4 });
});

Deno.test("first pulls are the newest of the space and all else, whatever was done and pulled before (L1, W1)", async () => {
  const id = fc.integer({ min: 0, max: 12 }).map(String);
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.record({ add: id }) },
    fc.record({ del: id.map((each) => `item/${each}`) }),
    fc.record({ put: fc.record({ key: id, value: fc.nat() }) }),
    fc.record({ pull: fc.constantFrom(2, 4, undefined) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      await using it = await open();
      const writer = new Client(it.sync);
      for (const each of steps) {
        if ("pull" in each) {
          const reader = new Client(it.sync, bob);
          await reader.pull(each.pull);
          assertEquals(reader.seen, await stored(it.kv, each.pull));
          await add(writer, `after ${reader.clientID}`);
          await reader.pull();
          const { cookie } = reader as {
            cookie: { from: { "item/": number } };
          };
          const whole = new Client(it.sync, ada);
          await whole.pull(1_000);
          const bound = cookie.from["item/"] ?? -Infinity;
          const inView = [...whole.view].filter(([key, value]) =>
            !key.startsWith("item/") || (value as { n: number }).n >= bound
          );
          assertEquals(reader.seen, Object.fromEntries(inView.sort()));
        } else {
          const [[name, args]] = Object.entries(each);
          await writer.push(
            name === "add"
              ? writer.mutation("add", { id: args as string })
              : name === "del"
              ? writer.mutation("del", { key: args as string })
              : writer.mutation("put", args as { key: string; value: number }),
          );
        }
      }
    }),
    { numRuns: 60 },
  );
});
