// What the spaces of a process remember together is bounded in bytes, and forgetting it harms nothing.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { assert, assertEquals } from "@std/assert";
import { Pokes } from "../../../lib/sync/poke.ts";
import { Sync, type User } from "../../../lib/sync/mod.ts";
import { Spaces } from "../../../lib/sync/spaces.ts";
import type { Store } from "../../../lib/sync/store.ts";
import { ada, Client, domain, openSync } from "../../support/counter_domain.ts";

const MAX_BYTES = 200_000;

Deno.test("spaces remember a number of bytes together, and those used longest ago forget first (C7)", async () => {
  using kv = await Deno.openKv(":memory:");
  const names = Array.from({ length: 20 }, (_, i) => `s${i}`);
  const writer = new Sync(kv, domain);
  for (const name of names) {
    await writer.write([name], async (tx) => {
      for (let i = 0; i < 2; i++) await tx.set(`${i}`, "x".repeat(20_000));
    });
  }
  const store: Store = {
    kv,
    collections: () => [],
    maxChecks: 100,
    strategy: "global-version",
  };
  const pokes = new Pokes(
    kv,
    (name) => spaces.at(name).space,
    () => false,
    false,
  );
  const spaces: Spaces<User> = new Spaces(
    store,
    domain,
    pokes,
    MAX_BYTES,
    () => {},
  );
  for (const name of names) {
    const { space } = spaces.at(name);
    await space.ready();
    await space.entry("0");
    await space.entry("1");
    spaces.at(name); // looks at what it has become
    assert(spaces.bytes <= MAX_BYTES, `${spaces.bytes} bytes in ${name}`);
    assert(spaces.bytes > 0);
  }
  const remembered = names.map((name) => spaces.peek(name)!.bytes > 0);
  assertEquals(remembered.lastIndexOf(false) + 1, remembered.indexOf(true));
  const sum = names.reduce((all, name) => all + spaces.peek(name)!.bytes, 0);
  assertEquals(spaces.bytes, sum);
});

Deno.test("what first pulls leave in memory counts as soon as it is there, and a view of many megabytes is not kept (C7)", async () => {
  using kv = await Deno.openKv(":memory:");
  const cacheBytes = 500_000;
  const sync = new Sync(kv, domain, { cacheBytes });
  for (let i = 0; i < 10; i++) {
    await sync.write([`s${i}`], async (tx) => {
      for (let j = 0; j < 5; j++) await tx.set(`${j}`, "x".repeat(8_000));
    });
    await sync.view(`s${i}`, ada, 5);
    assert(sync.cachedBytes > 0);
    assert(sync.cachedBytes <= cacheBytes, `${sync.cachedBytes}`);
  }
  await using large = await openSync();
  for (let i = 0; i < 90; i++) {
    await large.sync.write(["s"], (tx) => tx.set(`${i}`, "x".repeat(50_000)));
  }
  const before = large.sync.cachedBytes;
  await new Client(large.sync, ada).pull();
  assert(large.sync.cachedBytes - before < 100_000);
});

Deno.test("what is remembered of refused mutations holds nothing that was cut from them, and no names that nobody knows (C7)", async () => {
  await using it = await openSync();
  const client = new Client(it.sync, ada);
  const large = "x".repeat(4_000_000);
  setFlagsFromString("--expose-gc");
  const collectGarbage = runInNewContext("gc");
  const memory = () => {
    collectGarbage();
    return Deno.memoryUsage().heapUsed;
  };
  const before = memory();
  for (let i = 0; i < 10; i++) {
    // Other ones, as no two requests share a text.
    await client.push(client.mutation("refuse", { code: "no", a: large + i }));
    await client.push(client.mutation(`${i}${large}`, null));
  }
  const held = memory() - before;
  assert(held < 10_000_000, `${held} bytes`);
});

Deno.test("a space that has forgotten is pushed to and pulled from as before (C7)", async () => {
  using kv = await Deno.openKv(":memory:");
  const sync = new Sync(kv, domain, { cacheBytes: 0 });
  await sync.write(["s", "t"], async (s, t) => {
    await s.set("born", true);
    await t.set("born", true);
  });
  const clients = ["s", "t"].map((space) =>
    new Client(sync, ada, undefined, space)
  );
  for (let i = 0; i < 5; i++) {
    for (const client of clients) {
      await client.push(client.mutation("add", { id: `${i}` }));
      await client.pull();
      assertEquals(client.view.get("count"), i + 1);
    }
  }
});
