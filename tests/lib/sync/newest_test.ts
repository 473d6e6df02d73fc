// The newest of a windowed collection, read and counted beside pulls.
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { Sync } from "../../../lib/sync/mod.ts";
import { Client, domain, openSync } from "../../support/counter_domain.ts";

/** Items 1 to `n`, of which 2 has been deleted again. */
async function withItems(sync: Sync, n: number): Promise<Client> {
  const client = new Client(sync);
  const ids = Array.from({ length: n }, (_, i) => `${i + 1}`);
  await client.push(...ids.map((id) => client.mutation("add", { id })));
  await client.push(client.mutation("del", { key: "item/2" }));
  return client;
}

const orders = (found: { order: number }[]) => found.map(({ order }) => order);

Deno.test("newest() goes down a collection from any place, without what was deleted (W4)", async () => {
  await using it = await openSync();
  await withItems(it.sync, 5);
  // As a process that has it in memory, and as one that has not.
  for (const sync of [it.sync, new Sync(it.kv, domain)]) {
    const first = await sync.newest("s", "item/", 2);
    assertEquals(orders(first), [5, 4]);
    assertEquals(first[0].key, "item/5");
    assertEquals(first[0].value, { id: "5", n: 5, by: "ada" });
    const rest = await sync.newest("s", "item/", 10, first[1]);
    assertEquals(orders(rest), [3, 1]);
    assertEquals(await sync.newest("s", "item/", 10, rest[1]), []);
    assertEquals(await sync.newest("nowhere", "item/", 10), []);
  }
});

Deno.test("newest() goes through entries of the same order one by one (W4)", async () => {
  await using it = await openSync();
  const client = new Client(it.sync);
  for (const key of ["item/a", "item/b", "item/c"]) {
    await client.push(client.mutation("put", { key, value: { n: 7 } }));
  }
  const seen: string[] = [];
  for (;;) {
    const below = seen.length > 0 ? { order: 7, key: seen.at(-1)! } : undefined;
    const [next] = await it.sync.newest("s", "item/", 1, below);
    if (!next) break;
    seen.push(next.key);
  }
  assertEquals(seen, ["item/c", "item/b", "item/a"]);
});

Deno.test("between() gives what stands from one order on and below another, lowest first (W4)", async () => {
  await using it = await openSync();
  const client = await withItems(it.sync, 5);
  const between = async (from: number, below: number) =>
    (await it.sync.between("s", "item/", from, below))
      .map(({ order }) => order);
  const all = await between(-Infinity, Infinity);
  assertEquals(await between(1, 4), all.filter((n) => n >= 1 && n < 4));
  assertEquals(await between(99, 100), []);
  const [{ key }] = await it.sync.newest("s", "item/", 1);
  await client.push(client.mutation("del", { key }));
  assertEquals(await between(-Infinity, Infinity), all.slice(0, -1));
  assertEquals(await it.sync.between("nowhere", "item/", 0, 9), []);
});

Deno.test("newest() sees what another process has changed (W4)", async () => {
  await using it = await openSync();
  const client = await withItems(it.sync, 3);
  const other = new Sync(it.kv, domain);
  await other.write(["s"], () => Promise.resolve()); // it knows the space now
  const put = { key: "item/3", value: { n: 3, text: "edited" } };
  await client.push(client.mutation("put", put));
  const [found] = await other.newest("s", "item/", 1);
  assertEquals(found.value, put.value);
});

Deno.test("countAbove() counts what is there, up to a number (W4)", async () => {
  await using it = await openSync();
  await withItems(it.sync, 5);
  const above = (order: number, most = 99) =>
    it.sync.countAbove("s", "item/", order, most);
  assertEquals(await above(0), 4);
  assertEquals(await above(1), 3);
  assertEquals(await above(2), 3);
  assertEquals(await above(4), 1);
  assertEquals(await above(5), 0);
  assertEquals(await above(0, 3), 3);
  assertEquals(await it.sync.countAbove("nowhere", "item/", 0, 9), 0);
});

Deno.test("stateOf() changes with each commit, and with nothing else (W4)", async () => {
  await using it = await openSync();
  const client = await withItems(it.sync, 3);
  const before = await it.sync.stateOf("s");
  assert(before);
  assertEquals(await new Sync(it.kv, domain).stateOf("s"), before);
  await client.push(client.mutation("del", { key: "item/3" }));
  assertNotEquals(await it.sync.stateOf("s"), before);
  assertEquals(await it.sync.stateOf("nowhere"), undefined);
});
