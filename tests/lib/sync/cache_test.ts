// What a process remembers of a space: bounded, shared while it is read, and never older than what was said meanwhile.
import { assertEquals } from "@std/assert";
import { Cache } from "../../../lib/sync/cache.ts";

const read = (value: string, bytes = 0) => () =>
  Promise.resolve({ value, bytes });

Deno.test("Memory reads a value once, however many ask for it meanwhile (C2)", async () => {
  const memory = new Cache<string>(10);
  let reads = 0;
  const slow = async () => {
    reads++;
    await Promise.resolve();
    return { value: "a" };
  };
  const asked = [memory.get("key", slow), memory.get("key", slow)];
  assertEquals(await Promise.all(asked), ["a", "a"]);
  assertEquals(memory.get("key", slow), "a");
  assertEquals(reads, 1);
});

Deno.test("Memory does not keep what was overtaken while it was read (C2)", async () => {
  const overtakings: [(memory: Cache<string>) => void, string][] = [
    [(memory) => memory.set("key", "newer"), "newer"],
    [(memory) => memory.delete("key"), "again"],
    [(memory) => memory.clear(), "again"],
  ];
  for (const [overtake, then] of overtakings) {
    const memory = new Cache<string>(10);
    const reading = memory.get("key", read("older"));
    overtake(memory);
    assertEquals(await reading, "older");
    assertEquals(await memory.get("key", read("again")), then);
  }
});

Deno.test("Memory forgets a read that failed: the next one tries again", async () => {
  const memory = new Cache<string>(10);
  const failing = () => Promise.reject(new Error("away"));
  const asked = [memory.get("key", failing), memory.get("key", failing)];
  const outcomes = await Promise.allSettled(asked);
  assertEquals(outcomes.map(({ status }) => status), ["rejected", "rejected"]);
  assertEquals(await memory.get("key", read("there")), "there");
});

Deno.test("Memory drops what was used longest ago above its number and above its weight (C7)", async () => {
  const used = new Cache<string>(10);
  for (let i = 0; i < 10; i++) used.set(`${i}`, "there");
  for (let i = 0; i < 5; i++) used.get(`${i}`, read("read"));
  used.set("new", "there"); // two go, so that they do not go one by one
  const gone = Array.from({ length: 10 }, (_, i) => `${i}`)
    .filter((key) => !used.has(key));
  assertEquals([gone, used.has("new")], [["5", "6"], true]);

  const few = new Cache<string>(2);
  for (const key of ["a", "b", "c"]) few.set(key, key);
  assertEquals(await few.get("a", read("read")), "read");
  assertEquals(few.get("c", read("read")), "c");

  const light = new Cache<string>(100, 1_000);
  light.set("a", "a", 500);
  light.set("b", "b", 500);
  assertEquals(await light.get("a", read("read", 10)), "read");
  assertEquals(light.get("b", read("read")), "b");
  light.set("b", "heavy", 5_000);
  assertEquals(await light.get("b", read("read")), "read");
});
