// The KV of a server is what the KV of a file is, and whatever the server does ends no process.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { kvServerTest as test } from "../support/kv_server.ts";

const VALUES = [
  ...[1, -3.5, "añ😀", "", true, null, undefined, 10n],
  ...[["u1", "u2"], { userID: "u", expiresAt: 1e15, at: new Date(0) }],
  ...[new Uint8Array([1, 2, 3]), new Uint8Array(60_000), "x".repeat(60_000)],
];

test("what the release before stored by Deno.openKv is read, and the other way round (T53)", async (server) => {
  using kv = await server.connect();
  using before = await Deno.openKv(server.url);
  for (const value of VALUES) {
    await before.set(["k"], value);
    const [read] = await kv.getMany([["k"]]);
    assertEquals(read.value, value);
    assertEquals(await kv.get(["k"]), await before.get(["k"]));
    await kv.set(["k"], value);
    assertEquals((await before.get(["k"])).value, value);
  }
});

test("keys are read, listed, checked and deleted as those of a file (T53)", async (server) => {
  using kv = await server.connect();
  using file = await Deno.openKv(":memory:");
  const both = [kv, file];
  const keysOf = async (selector: Deno.KvListSelector, options = {}) => {
    const found = await Promise.all(both.map(async (each) => {
      const entries = await Array.fromAsync(each.list(selector, options));
      return entries.map(({ key }) => key);
    }));
    assertEquals(found[0], found[1]);
    return found[0];
  };
  for (const each of both) {
    assertEquals(await each.get(["none"]), {
      key: ["none"],
      value: null,
      versionstamp: null,
    });
    for (let i = 0; i < 250; i += 50) {
      const atomic = each.atomic();
      for (let n = i; n < i + 50; n++) atomic.set(["n", n, "\u{0}é"], n);
      assert((await atomic.commit()).ok);
    }
    await each.set(["n"], "a prefix is no key of its own list");
    await each.delete(["n", 7, "\u{0}é"]);
    const first = await each.get(["n", 0, "\u{0}é"]);
    const [checked, unchecked] = [first, { ...first, versionstamp: null }];
    const commit = (check: Deno.AtomicCheck) =>
      each.atomic().check(check).set(["n", 0, "\u{0}é"], 1).commit();
    assertEquals((await commit(unchecked)).ok, false);
    assertEquals((await commit(checked)).ok, true);
    assertEquals((await commit(checked)).ok, false);
  }
  assertEquals((await keysOf({ prefix: ["n"] })).length, 249);
  const range = { start: ["n", 5], end: ["n", 200] };
  assertEquals((await keysOf(range)).length, 194);
  assertEquals((await keysOf(range, { limit: 3 })).length, 3);
  await keysOf(range, { reverse: true, batchSize: 10, limit: 35 });
  await keysOf({ prefix: ["n"], start: ["n", 100] }, { batchSize: 7 });
  await keysOf({ prefix: ["n"], end: ["n", 100] }, { limit: 500 });
  const list = kv.list({ prefix: ["n"] }, { limit: 10 });
  const some = await Array.fromAsync(list);
  const { cursor } = list;
  const rest = await Array.fromAsync(kv.list({ prefix: ["n"] }, { cursor }));
  assertEquals(some.length + rest.length, 249);
});

test("what is too much for the server is refused with what it says, and nothing is written (T53)", async (server) => {
  using kv = await server.connect();
  await assertRejects(
    () => kv.set(["k"], new Uint8Array(70_000)),
    TypeError,
    "too large for the KV server: A value exceeds the value size limit",
  );
  const eleven = Array.from({ length: 11 }, (_, i) => ["k", i]);
  const atomic = kv.atomic().set(["k"], 1);
  for (const key of eleven) atomic.check({ key, versionstamp: null });
  await assertRejects(() => atomic.commit(), TypeError, "Too many checks");
  await assertRejects(() => kv.getMany(eleven), Error, "read ranges");
  assertEquals((await kv.get(["k"])).versionstamp, null);
});

test("a watch tells of changes, of many the last, and fails when the server is killed; nothing else does (T53, K5)", async (server) => {
  using kv = await server.connect();
  const watched = kv.watch<number[]>([["a"], ["b"]]).getReader();
  const next = async () => {
    const { value } = await watched.read();
    return value!.map(({ value }) => value);
  };
  assertEquals(await next(), [null, null]);
  await kv.set(["a"], 1);
  assertEquals(await next(), [1, null]);
  for (let n = 1; n <= 100; n++) await kv.set(["b"], n);
  let last = await next();
  while (last[1] !== 100) last = await next();

  await server.kill();
  await assertRejects(next);
  await assertRejects(() => kv.get(["a"]), Error, "no answer");
  await assertRejects(() => kv.set(["a"], 2), Error, "no answer");
  await assertRejects(() => server.connect(), Error, "no answer");
  const away = kv.watch([["a"]]).getReader();
  await assertRejects(() => away.read(), Error, "no answer");
  await server.start();
  assertEquals((await kv.get(["a"])).value, 1);
  const again = kv.watch([["a"]]).getReader();
  assertEquals((await again.read()).value?.[0].value, 1);
  await again.cancel();
});

test(
  "a watch that is cancelled at any moment, or closed with its KV, leaves nothing open (K5)",
  async (server) => {
    const kv = await server.connect();
    for (const wait of [0, 1, 2, 3, 5, 8, 13]) {
      const reader = kv.watch([["a"]]).getReader();
      const read = reader.read();
      await new Promise((resolve) => setTimeout(resolve, wait));
      await reader.cancel();
      await read;
    }
    const open = kv.watch([["a"]]).getReader();
    await open.read();
    kv.close();
    await assertRejects(() => open.read(), Error, "closed");
  },
  { sanitizeOps: true, sanitizeResources: true },
);

test("a wrong token is said at once (T53)", async (server) => {
  Deno.env.set("DENO_KV_ACCESS_TOKEN", "another-token");
  const { connectKv } = await import("../../lib/web/kv_connect.ts");
  await assertRejects(() => connectKv(server.url), Error, "401");
});
