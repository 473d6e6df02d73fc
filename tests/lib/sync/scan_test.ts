// Scans: all spaces and all entries of one, however many, ten entries at a time.
import { assert, assertEquals } from "@std/assert";
import { Sync } from "../../../lib/sync/mod.ts";
import { domain } from "../../support/counter_domain.ts";
import { gatedKv } from "../../support/gated_kv.ts";

async function openWith(spaces: string[]) {
  const kv = await Deno.openKv(":memory:");
  const batches: number[] = [];
  const gated = gatedKv(kv, (call, run) => {
    if (call.kind === "list") batches.push(0);
    return run();
  });
  const sync = new Sync(gated, domain);
  for (const name of spaces) await sync.write([name], (tx) => tx.set("a", 1));
  return { kv, sync, batches, [Symbol.dispose]: () => kv.close() };
}

Deno.test("scanSpaces() names the spaces of a prefix with their versions, and no others (S6)", async () => {
  using it = await openWith(["a", "list", "list:1", "list:2", "lisu", "z"]);
  await it.sync.write(["list:2"], (tx) => tx.set("a", 2));
  const found = await Array.fromAsync(it.sync.scanSpaces("list:"));
  assertEquals(found, [
    { space: "list:1", version: 1 },
    { space: "list:2", version: 2 },
  ]);
  assertEquals((await Array.fromAsync(it.sync.scanSpaces(""))).length, 6);
});

Deno.test("scan() gives each entry of a prefix once, ten in a read, while others write (S6)", async () => {
  using it = await openWith(["s", "s2"]);
  const { sync } = it;
  const key = (i: number) => `n/${String(i).padStart(3, "0")}`;
  await sync.write(["s"], async (tx) => {
    for (let i = 0; i < 95; i++) await tx.set(key(i), `é${i}`);
    await tx.set("o", 1);
  });
  it.batches.length = 0;
  const seen: string[] = [];
  for await (const { key: name, value, bytes } of sync.scan("s", "n/")) {
    assertEquals(value, `é${seen.length}`);
    assert(bytes > name.length && bytes < 60);
    seen.push(name);
    if (seen.length % 20 === 0) {
      await sync.write(["s"], (tx) => tx.set("p", seen.length));
    }
  }
  assertEquals(seen, Array.from({ length: 95 }, (_, i) => key(i)));
  assertEquals(it.batches.length, 10);
});
