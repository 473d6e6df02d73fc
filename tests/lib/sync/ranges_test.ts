// Ranges: parts of a windowed collection below its window, each brought for one of its entries.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { type Around, Sync, SyncError } from "../../../lib/sync/mod.ts";
import {
  type Cookie,
  MAX_RANGES,
  MAX_WINDOW,
} from "../../../lib/sync/protocol.ts";
import { gapAt, isInside } from "../../../lib/sync/view_bounds.ts";
import { bob, Client, domain, openSync } from "../../support/counter_domain.ts";

const ORDERS = { prefix: "item/" };

/** An engine with items "1", "2", … as new as their numbers. */
async function withItems(n: number) {
  const it = await openSync();
  for (let i = 0; i < n; i += 100) {
    await it.sync.write(["s"], async (tx) => {
      for (let j = i + 1; j <= Math.min(n, i + 100); j++) {
        await tx.set(`item/${j}`, { id: `${j}`, n: j });
      }
      await tx.set("count", n);
    });
  }
  return it;
}

/** A reader of the newest ten, and what they ask for. */
async function readerOf(sync: Sync) {
  const reader = new Client(sync, bob);
  await reader.pull(10);
  const next = ({ key = "item/", order }: Partial<Around>) =>
    reader.pull(10, undefined, { key, order });
  return { reader, next };
}

const items = ({ view }: Client) =>
  [...view].filter(([key]) => key.startsWith("item/"))
    .map(([, value]) => (value as { n: number }).n)
    .sort((a, b) => a - b);

const range = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i);

const rangesOf = ({ cookie }: Client) =>
  ((cookie as Cookie).ranges ?? []).map(({ from, to }) => [from, to]);

Deno.test("pull() around an entry brings the hundred on each side of it and not what is between that and the newest (W5)", async () => {
  await using it = await withItems(1_000);
  const { reader, next } = await readerOf(it.sync);
  await next({ key: "item/500" });
  assertEquals(items(reader), [...range(400, 599), ...range(991, 1_000)]);
  assertEquals(rangesOf(reader), [[400, 599]]);
  // It is there: nothing more comes, and the cookie stays (L2).
  const { cookie } = reader;
  assertEquals((await next({ key: "item/500" })).patch, []);
  assertEquals((await next({ order: 450 })).patch, []);
  assertEquals(reader.cookie, cookie);
});

Deno.test("pull() around a range's end brings the next hundred, and no further than where the view goes on (W5)", async () => {
  await using it = await withItems(1_000);
  const { reader, next } = await readerOf(it.sync);
  await next({ key: "item/500" });
  const lower = await next({ order: 400 });
  assertEquals(lower.patch.length, 100);
  assertEquals(items(reader)[0], 300);
  for (let end = 599; end < 991;) {
    await next({ order: end });
    end = Math.max(
      ...items(reader).filter((n, i, all) => n === all[0] + i),
    );
  }
  assertEquals(items(reader), range(300, 1_000));
  // The other way: down from the newest, and to the beginning.
  for (let first = 300; first > 1; first = items(reader)[0]) {
    await next({ order: first });
  }
  assertEquals(items(reader), range(1, 1_000));
  assertEquals((await next({ order: 1 })).patch, []);
});

Deno.test("pull() around the window's bound brings what is below it, as far as a range (W5)", async () => {
  await using it = await withItems(1_000);
  const { reader, next } = await readerOf(it.sync);
  await next({ key: "item/850" });
  const { patch } = await next({ order: 991 });
  // 949, where the range ends, comes a second time.
  assertEquals(patch.length, 991 - 949);
  assertEquals(items(reader), range(750, 1_000));
});

Deno.test("pull() keeps a range in step: what is in it changes, leaves, comes and goes, and what is in the gap stays out (W5, W2)", async () => {
  await using it = await withItems(1_000);
  const { reader, next } = await readerOf(it.sync);
  await next({ key: "item/500" });
  await it.sync.write(["s"], async (tx) => {
    await tx.set("item/500", { n: 500, changed: true });
    await tx.set("item/700", { n: 700, changed: true }); // in the gap
    await tx.set("item/410", { n: 710 }); // into the gap
    await tx.set("item/720", { n: 420.5 }); // out of it
    await tx.set("item/430", { n: 2_000 }); // to the newest
    await tx.del("item/440");
    await tx.del("item/740");
  });
  await reader.pull(); // without asking for the range again
  const gone = [410, 430, 440];
  assertEquals(
    items(reader),
    [
      ...range(400, 599).filter((n) => !gone.includes(n)),
      420.5,
      ...range(991, 1_000),
      2_000,
    ].sort((a, b) => a - b),
  );
  assertEquals(reader.view.get("item/500"), { n: 500, changed: true });
});

Deno.test("pull() around what is not there brings nothing, and of no windowed collection it is malformed (W5, P12)", async () => {
  await using it = await withItems(300);
  const { reader, next } = await readerOf(it.sync);
  assertEquals((await next({ key: "item/none" })).patch, []);
  await it.sync.write(["s"], (tx) => tx.del("item/100"));
  await next({ key: "item/100" });
  assertEquals(items(reader), range(291, 300));
  await next({ order: 100 });
  assertEquals(items(reader)[0], 1);
  const error = await assertRejects(() => next({ key: "count" }), SyncError);
  assertEquals(error.problem, "malformed");
});

Deno.test("pull() with a null cookie, and a snapshot, bring the range that is asked for and no other (W5, L5, L6)", async () => {
  await using it = await withItems(1_000);
  const first = new Client(it.sync, bob);
  await first.pull(10, undefined, { key: "item/200" });
  await first.pull(10, undefined, { key: "item/600" });
  assertEquals(rangesOf(first), [[100, 299], [500, 699]]);
  await it.sync.write(["s"], (tx) => tx.set("news", 1));
  const reset = new Sync(it.kv, domain, { strategy: "reset" });
  const later = new Client(reset, bob, first.groupID);
  later.cookie = first.cookie;
  const { patch, cookie } = await later.pull(10, undefined, {
    key: "item/600",
  });
  assertEquals(patch[0], { op: "clear" });
  assertEquals(items(later), [...range(500, 699), ...range(991, 1_000)]);
  assert(cookie.order > (first.cookie as Cookie).order);
});

Deno.test("pull() keeps 20 ranges: the oldest leaves, but for what others hold (W5)", async () => {
  await using it = await withItems(5_000);
  const { reader, next } = await readerOf(it.sync);
  const centres = range(0, MAX_RANGES - 1).map((i) => 200 + 220 * i);
  let order = 0;
  for (const centre of centres) {
    const { cookie } = await next({ order: centre });
    assert(cookie.order > order);
    order = cookie.order;
  }
  await next({ order: 100 }); // the first one's end: what was above it stays there
  assertEquals(rangesOf(reader).length, MAX_RANGES);
  assertEquals(rangesOf(reader)[0], [320, 519]);
  assertEquals(rangesOf(reader).at(-1), [null, 199]);
  const kept = [...range(1, 199), ...range(320, 519)];
  assertEquals(items(reader).filter((n) => n < 520), kept);
  // What left is in step no more, and comes whole when it is asked for again.
  await it.sync.write(["s"], (tx) => tx.set("item/250", { n: 250, x: 1 }));
  assertEquals((await reader.pull()).patch, []);
  await next({ order: 200 });
  assertEquals(reader.view.get("item/250"), { n: 250, x: 1 });
});

Deno.test("pull() around an end of the oldest of 20 ranges has entries on both sides of it, though that one leaves (W5)", async () => {
  await using it = await withItems(5_000);
  const centres = range(0, MAX_RANGES - 1).map((i) => 300 + 220 * i);
  for (const end of [200, 399]) {
    const { reader, next } = await readerOf(it.sync);
    for (const order of centres) await next({ order });
    assertEquals(rangesOf(reader)[0], [200, 399]);
    await next({ order: end });
    const near = range(end - 50, end + 50);
    assertEquals(items(reader).filter((n) => near.includes(n)), near);
    assertEquals((await next({ order: end })).patch, []);
  }
});

Deno.test("pull() brings at most half a megabyte on each side, the nearest first (W5)", async () => {
  await using it = await openSync();
  const long = "x".repeat(50_000);
  for (let n = 1; n <= 60; n++) {
    await it.sync.write(["s"], (tx) => tx.set(`item/${n}`, { n, long }));
  }
  const reader = new Client(it.sync, bob);
  await reader.pull(1, undefined, { key: "item/30" });
  assertEquals(items(reader), [...range(19, 40), 60]);
  assertEquals(rangesOf(reader), [[19, 40]]);
  await reader.pull(1, undefined, { key: "item/", order: 40 });
  assertEquals(items(reader), [...range(19, 50), 60]);
});

Deno.test("pull() serves a cookie of the last release, which knows of no ranges (W5)", async () => {
  await using it = await withItems(300);
  const { reader } = await readerOf(it.sync);
  const { cookie } = reader;
  assertEquals(Object.keys(cookie as Cookie), [
    "order",
    "version",
    "mark",
    "window",
    "from",
  ]);
  await it.sync.write(["s"], (tx) => tx.set("item/5", { n: 5, changed: 1 }));
  assertEquals((await reader.pull(10)).patch, []);
});

Deno.test("pull() is malformed with more ranges than there may be, and does not go through one that is made up (W5, P12)", async () => {
  await using it = await withItems(6_000);
  const { reader, next } = await readerOf(it.sync);
  const cookie = reader.cookie as Cookie;
  const all = { prefix: "item/", from: null, to: 5_990 };
  const madeUp = (n: number) =>
    range(1, n).map((serial) => ({
      ...(serial === 1 ? all : { prefix: "item/", from: 1, to: 1 }),
      serial,
    }));
  reader.cookie = { ...cookie, ranges: madeUp(MAX_RANGES + 1) };
  const error = await assertRejects(() => reader.pull(), SyncError);
  assertEquals(error.problem, "malformed");
  reader.cookie = { ...cookie, ranges: madeUp(MAX_RANGES) };
  await next({ order: 5_990 });
  assertEquals(rangesOf(reader).length, MAX_RANGES);
  const full = range(1, 1).map(() => ({ ...all, to: 5, serial: MAX_WINDOW }));
  reader.cookie = { ...cookie, ranges: full };
  assertEquals((await next({ order: 3_000 })).patch, []);
});

Deno.test("gapAt() says on which sides of an order a view goes on, and where (W5)", () => {
  const bounds = {
    from: { "item/": 90 },
    ranges: [
      { prefix: "item/", from: 30, to: 40, serial: 1 },
      { prefix: "item/", from: 40, to: 50, serial: 2 },
      { prefix: "other/", from: 0, to: 100, serial: 3 },
    ],
  };
  const at = (order: number) => gapAt(bounds, { ...ORDERS, order });
  assertEquals(at(40), null);
  assertEquals(at(35), null);
  assertEquals(at(91), null);
  assertEquals(at(90), { from: 50 });
  assertEquals(at(50), { to: 90 });
  assertEquals(at(30), { from: -Infinity });
  assertEquals(at(60), { from: 50, to: 90 });
  assertEquals(at(10), { from: -Infinity, to: 30 });
  assertEquals(
    gapAt({ from: { "item/": null } }, { ...ORDERS, order: 1 }),
    null,
  );
  const inside = [10, 30, 50, 51, 90, 100].filter((order) =>
    isInside(bounds, { ...ORDERS, order })
  );
  assertEquals(inside, [30, 50, 90, 100]);
});
