// The figures of the bench: how they are put together, and how they read.
import { assert, assertEquals } from "@std/assert";
import { CORES, median, RATE, rounded, Samples, tableOf } from "./table.ts";

function samples(today: number[], before: number[]): Samples {
  const all = new Samples();
  for (const figure of today) all.add("today", figure);
  for (const figure of before) all.add("before", figure);
  return all;
}

Deno.test("A row compares what was measured in the same round, and says the median", () => {
  // Twice as fast in each round, while the machine was slow in one of them.
  const { figure, before } = samples([200, 20, 220], [100, 10, 110])
    .row({ what: "", unit: RATE });
  assertEquals(figure, 200);
  assertEquals(before, { figure: 100, times: 2 });
});

Deno.test("More pushes a second are better, and less of all other units, but for the use of the cores, of which neither is", () => {
  const times = (unit: string) =>
    samples([50], [100]).row({ what: "", unit }).before?.times;
  assertEquals(["ms", "µs", "KiB", RATE, CORES].map(times), [
    2,
    2,
    2,
    .5,
    undefined,
  ]);
});

Deno.test("A row says nothing of what was left out", () => {
  const row = samples([1], []).row({ what: "a push", unit: "ms" });
  assertEquals(row, { what: "a push", unit: "ms", figure: 1 });
});

Deno.test("The table has a line for each row, with the share of the floor and the ratio to the commit", () => {
  const row = samples([50], [100])
    .row({ what: "a pull", unit: "ms", floor: 40, against: "a bare loop" });
  const table = tableOf([row], "10864fc");
  const [heads, , line, end] = table.split("\n");
  const cells = (text: string) => text.split("|").map((cell) => cell.trim());
  assert(cells(heads).includes("10864fc"));
  assertEquals(cells(line), [
    ...["", "a pull", "50 ms", "40 ms", "125 %", "100 ms", "2 ×"],
    ...["", "", "", "floor: a bare loop", ""],
  ]);
  assertEquals(end, "");
});

Deno.test("The median of an even number is half way between the two in the middle", () => {
  assertEquals([median([3, 1, 2]), median([4, 1, 2, 100])], [2, 3]);
  assertEquals([median([7]), median([])], [7, NaN]);
});

Deno.test("A figure has three digits, or is whole", () => {
  assertEquals([1_447.2, 123.4, 45.67, 5.6, .3456, 0].map(rounded), [
    "1,447",
    "123",
    "45.7",
    "5.6",
    "0.35",
    "0",
  ]);
});
