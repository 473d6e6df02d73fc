// Reads that are gathered: as many as were asked for, in few calls, and none spoilt by another.
import { assertEquals, assertRejects } from "@std/assert";
import { batchReads } from "../../../lib/sync/mod.ts";
import { countReads } from "../../support/counted_reads.ts";
import { permitted } from "../../support/permitted.ts";

/** A KV with the numbers 0 to 99 in it, whose reads are gathered and whose calls are counted. */
async function openGathered() {
  const kv = await Deno.openKv(":memory:");
  for (let i = 0; i < 100; i++) await kv.set(["n", i], i);
  const calls = countReads(kv);
  return {
    kv: batchReads(kv),
    calls,
    [Symbol.dispose]: () => kv.close(),
  };
}

Deno.test("batchReads() answers each with its own, ten keys a call at the most", async () => {
  using it = await openGathered();
  const { kv } = it;
  const answers = await Promise.all(
    Array.from({ length: 25 }, async (_, i) => {
      const { value } = await kv.get<number>(["n", i]);
      const pair = await kv.getMany<number[]>([["n", i + 50], ["m", i]]);
      return [value, pair.map(({ value }) => value)];
    }),
  );
  assertEquals(answers, answers.map((_, i) => [i, [i + 50, null]]));
  assertEquals(it.calls.reduce((a, b) => a + b), 75);
  assertEquals(it.calls.filter((keys) => keys > 10), []);
  assertEquals(it.calls.length < 15, true, `calls of ${it.calls}`);
});

Deno.test("batchReads() reads a key once for all who ask for it as the same array", async () => {
  using it = await openGathered();
  const { kv } = it;
  const shared = ["n", 7];
  const answers = await Promise.all(
    Array.from({ length: 30 }, async (_, i) => {
      const keys = [["n", i % 9], shared];
      const pair = await kv.getMany<number[]>(keys);
      return pair.map(({ value }) => value);
    }),
  );
  assertEquals(answers, answers.map((_, i) => [i % 9, 7]));
  assertEquals(it.calls.filter((keys) => keys > 10), []);
  it.calls.length = 0;
  await Promise.all(answers.map(() => kv.get(shared)));
  assertEquals(it.calls, [1]);
});

Deno.test("batchReads() begins a read after it was asked for: it sees every write before", async () => {
  using it = await openGathered();
  const { kv } = it;
  for (let i = 0; i < 50; i++) {
    const others = [1, 2, 3].map((n) => kv.get(["n", n]));
    await kv.set(["n", 0], i);
    assertEquals((await kv.get(["n", 0])).value, i);
    await Promise.all(others);
  }
});

Deno.test({
  name:
    "batchReads() sees through a second connection what the first has committed, and closes both",
  ignore: !permitted,
  async fn() {
    const path = await Deno.makeTempFile();
    const open = () => Deno.openKv(path);
    const kv = batchReads(await open(), { reader: await open() });
    for (let i = 0; i < 500; i++) {
      const others = [1, 2, 3].map((n) => kv.get(["n", n]));
      const { ok, versionstamp } = await kv.atomic().set(["n", 0], i)
        .commit() as Deno.KvCommitResult;
      const read = await kv.get(["n", 0]);
      assertEquals([ok, read.value], [true, i]);
      assertEquals(read.versionstamp, versionstamp);
      const [listed] = await Array.fromAsync(kv.list({ prefix: ["n"] }));
      assertEquals(listed.value, i);
      await Promise.all(others);
    }
    kv.close();
    await Deno.remove(path);
  },
});

Deno.test("batchReads() lets nobody fail for a key of somebody else's", async () => {
  using it = await openGathered();
  const { kv } = it;
  const good = kv.get(["n", 1]);
  const bad = kv.get(["x".repeat(5_000)]);
  const many = kv.getMany(Array.from({ length: 11 }, (_, n) => ["n", n]));
  await Promise.all(
    [bad, many].map((each) =>
      assertRejects(() => each as Promise<unknown>, TypeError)
    ),
  );
  assertEquals((await good).value, 1);
});
