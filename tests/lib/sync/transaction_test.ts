// The transaction on the server behaves as Replicache's does in the browser.
import { assertEquals, assertThrows } from "@std/assert";
import {
  compareKeys,
  Transaction,
  transactionOver,
} from "../../../lib/sync/transaction.ts";

const source = transactionOver(
  new Map<string, string | number | null>([["a", 1], ["b/1", "one"], [
    "b/2",
    "two",
  ], ["c", null]]),
);
const over = () =>
  new Transaction({
    entry: (key) => source.get(key),
    entriesFrom: (key) => source.scan({ start: { key } }).entries(),
  });

Deno.test("Transaction reads what it wrote, in order with what was there (C6)", async () => {
  const tx = over();
  await tx.set("b/15", "new");
  await tx.del("b/2");
  await tx.set("b/1", "changed");
  assertEquals(await tx.get("b/1"), "changed");
  assertEquals(await tx.has("b/2"), false);
  assertEquals(await tx.scan({ prefix: "b/" }).entries().toArray(), [
    ["b/1", "changed"],
    ["b/15", "new"],
  ]);
  assertEquals(await source.get("b/1"), "one");
});

Deno.test("Transaction scans from a start, after it, and up to a limit (C6)", async () => {
  const tx = over();
  const keys = (options: object) => tx.scan(options).keys().toArray();
  assertEquals(await keys({ start: { key: "b/1" } }), ["b/1", "b/2", "c"]);
  assertEquals(await keys({ start: { key: "b/1", exclusive: true } }), [
    "b/2",
    "c",
  ]);
  assertEquals(await keys({ prefix: "b/", start: { key: "a" } }), [
    "b/1",
    "b/2",
  ]);
  assertEquals(await keys({ limit: 2 }), ["a", "b/1"]);
  assertEquals(await keys({ limit: 0 }), []);
  assertEquals(await tx.isEmpty(), false);
});

Deno.test("Transaction copies what is set and freezes what it hands out (C6)", async () => {
  const tx = over();
  const mine = { list: [1] };
  await tx.set("mine", mine);
  mine.list.push(2);
  const got = await tx.get("mine");
  assertEquals(got, { list: [1] });
  assertThrows(() => got.list.push(3), TypeError);
});

Deno.test("compareKeys() sorts as UTF-8 bytes do (C6)", () => {
  const keys = [
    "a",
    "",
    "ab",
    "\u{1F600}",
    "\uFFFD",
    "é",
    "\u0000",
    "a\u{1F600}",
    "a\uFFFD",
  ];
  const bytes = (text: string) => new TextEncoder().encode(text).toHex();
  const byBytes = [...keys].sort((a, b) => bytes(a) < bytes(b) ? -1 : 1);
  assertEquals([...keys].sort(compareKeys), byBytes);
});
