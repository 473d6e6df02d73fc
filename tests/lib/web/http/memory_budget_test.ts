// The budget of memory: what may be held at once, by whom, and that it is given back.
import { assertEquals, assertThrows } from "@std/assert";
import { MemoryBudget } from "../../../../lib/web/http/memory_budget.ts";
import { LimitReached } from "../../../../lib/web/http/rate_limits.ts";

const MiB = 1024 * 1024;

/** A heap of 1,600 MiB at most: 400 MiB may be held, 100 by one address. */
const heap = (used = 0, external = 0) => () => ({
  heap_size_limit: 1_600 * MiB,
  used_heap_size: used * MiB,
  external_memory: external * MiB,
});

Deno.test("what is held is counted until it is disposed of, and no twice (T46)", () => {
  const budget = new MemoryBudget(true, heap());
  const held = budget.hold("here");
  held.add(3);
  held.add(4);
  assertEquals(budget.bytes, 7);
  held[Symbol.dispose]();
  held[Symbol.dispose]();
  assertEquals(budget.bytes, 0);
});

Deno.test("one address holds a quarter at most, which others are not hindered by (T46)", () => {
  const budget = new MemoryBudget(true, heap());
  const first = budget.hold("here");
  first.add(60 * MiB);
  budget.hold("here").add(40 * MiB);
  budget.hold("here").add(MiB); // the one that may be larger
  const more = budget.hold("here");
  assertEquals(more.tryAdd(1), false);
  const error = assertThrows(() => more.add(1), LimitReached);
  assertEquals([error.status, error.headers], [503, { "retry-after": "5" }]);
  budget.hold("there").add(100 * MiB);
  first[Symbol.dispose]();
  assertEquals(more.tryAdd(1), true);
  assertEquals(budget.bytes, 141 * MiB + 1);
});

Deno.test("one thing of an address may be larger than its share, and leaves that to all else of it (T46)", () => {
  const budget = new MemoryBudget(true, heap());
  const large = budget.hold("here");
  for (let i = 0; i < 30; i++) large.add(10 * MiB);
  assertEquals(large.tryAdd(1), false); // the last quarter is for what is small
  const rest = budget.hold("here");
  assertEquals(rest.tryAdd(256 * 1024), true);
  assertEquals(rest.tryAdd(1), false);
  large.add(-100 * MiB);
  assertEquals(rest.tryAdd(99 * MiB), true);
  assertEquals(budget.hold("here").tryAdd(MiB), false);
  for (const each of [large, rest]) each[Symbol.dispose]();
  assertEquals(budget.bytes, 0);
  assertEquals(budget.hold("here").tryAdd(300 * MiB), true);
});

Deno.test("what was disposed of holds nothing more, as nobody would give it back (T46)", () => {
  const budget = new MemoryBudget(true, heap());
  const held = budget.hold("here");
  held.add(3);
  held[Symbol.dispose]();
  assertEquals(held.tryAdd(1), false);
  assertEquals(budget.bytes, 0);
});

Deno.test("who holds much leaves a quarter to those that hold little (T46)", () => {
  const budget = new MemoryBudget(true, heap());
  for (const address of ["a", "b", "c"]) budget.hold(address).add(100 * MiB);
  const large = budget.hold("d");
  assertEquals(large.tryAdd(257 * 1024), false);
  assertEquals(large.tryAdd(256 * 1024), true);
  assertEquals(large.tryAdd(1), false); // it would not be small any more
  let small = 1;
  while (budget.hold(`e${small >> 4}`).tryAdd(256 * 1024)) small++;
  assertEquals(small, 400);
});

Deno.test("nothing more is held while the heap is nearly full, of whatever (T46)", () => {
  assertEquals(new MemoryBudget(true, heap(1_300)).hold("a").tryAdd(1), true);
  assertEquals(new MemoryBudget(true, heap(1_360)).hold("a").tryAdd(1), false);
  const external = new MemoryBudget(true, heap(700, 700));
  assertEquals(external.hold("a").tryAdd(1), false);
});

Deno.test("without limits an address has no share, but all have the budget (T20, T46)", () => {
  const budget = new MemoryBudget(false, heap());
  assertEquals(budget.hold("here").tryAdd(300 * MiB), true);
  assertEquals(budget.hold("here").tryAdd(MiB), false);
});
