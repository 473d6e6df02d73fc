// How a pull is answered, decided from its cookie and the log alone.
import { assertEquals } from "@std/assert";
import type { LogEntry } from "../../../lib/sync/log.ts";
import { type Cookie, cookieOf } from "../../../lib/sync/protocol.ts";
import {
  planPull,
  type PullState,
  replayTo,
} from "../../../lib/sync/pull_plan.ts";

const COLLECTIONS = [{ prefix: "item/", order: () => 0 }];

/** The log entries of some versions; that of version 7 has the mark "m7". */
const logOf = (from: number, to: number, marks = "m"): LogEntry[] =>
  Array.from({ length: to - from + 1 }, (_, i) => ({
    mark: `${marks}${from + i}`,
    at: 0,
    ops: [],
    lastMutationIDs: [],
    end: true,
    bytes: 100,
  }));

const cookieAt = (version: number, more: Partial<Cookie> = {}): Cookie =>
  cookieOf({
    version,
    mark: `m${version}`,
    window: 200,
    from: { "item/": 5 },
    ...more,
  });

/** A cookie at version 7 of a space at version 9, the log whole, unless told otherwise. */
const plan = (state: Partial<PullState> = {}) =>
  planPull({
    cookie: cookieAt(7),
    asked: 0,
    head: { version: 9, mark: "m9" },
    log: logOf(7, 9),
    collections: COLLECTIONS,
    strategy: "global-version",
    ...state,
  });

const atHead = {
  cookie: cookieAt(9),
  log: logOf(9, 9),
};

Deno.test("planPull() answers with what came after the cookie", () => {
  assertEquals(plan(), { kind: "changes", log: logOf(8, 9) });
  // The log in memory may have grown since the head was looked at.
  assertEquals(plan({ log: logOf(7, 11) }), {
    kind: "changes",
    log: logOf(8, 11),
  });
});

Deno.test("planPull() with nothing new keeps the cookie (L2)", () => {
  assertEquals(plan(atHead), { kind: "same" });
  assertEquals(plan({ ...atHead, asked: 200 }), { kind: "same" });
  assertEquals(plan({ ...atHead, asked: 1 }), { kind: "same" });
  const news = plan({ ...atHead, log: logOf(9, 10) });
  assertEquals(news, { kind: "changes", log: logOf(10, 10) });
});

Deno.test("planPull() takes a cookie that is ahead, or has another mark, for one of another history (L4)", () => {
  const lost = { kind: "lost" as const };
  assertEquals(plan({ cookie: cookieAt(10), log: null }), lost);
  assertEquals(plan({ cookie: cookieAt(7, { mark: "x" }) }), lost);
  assertEquals(plan({ ...atHead, cookie: cookieAt(9, { mark: "" }) }), lost);
  // Whatever else would be answered: a snapshot, a wider window.
  const other = { cookie: cookieAt(7, { mark: "x" }) };
  assertEquals(plan({ ...other, asked: 1_000 }), lost);
  assertEquals(plan({ ...other, strategy: "reset" }), lost);
  assertEquals(plan({ ...other, log: logOf(7, 7) }), lost);
  assertEquals(
    plan({ ...other, head: { version: 1e6, mark: "" }, log: logOf(7, 7) }),
    lost,
  );
});

Deno.test("planPull() never says lost of a cookie whose entry is not there to be compared (L4, L5)", () => {
  const pruned = plan({ cookie: cookieAt(7, { mark: "x" }), log: null });
  assertEquals(pruned, { kind: "snapshot", window: 200 });
});

Deno.test("planPull() answers with a snapshot when the log is not whole or too long (L5)", () => {
  const snapshot = { kind: "snapshot" as const, window: 200 };
  assertEquals(plan({ log: null }), snapshot); // pruned, or with a hole
  assertEquals(plan({ log: logOf(7, 7) }), snapshot); // more than 8 MB
  assertEquals(plan({ log: logOf(7, 8) }), snapshot);
});

Deno.test("replayTo() has 10,000 log entries read and no more, but always the cookie's own (L5)", () => {
  const at = (version: number) => ({ version, mark: "" });
  assertEquals(replayTo(cookieAt(7), at(10_007)), 10_007);
  assertEquals(replayTo(cookieAt(7), at(10_008)), 7);
  assertEquals(replayTo(cookieAt(7), at(7)), 7);
  assertEquals(replayTo(cookieAt(7), at(6)), undefined);
  assertEquals(replayTo(null, at(6)), undefined);
});

Deno.test("planPull() begins with the newest 200, or as many as are asked for, up to 5,000", () => {
  const first = (asked: number) => plan({ cookie: null, log: null, asked });
  assertEquals(first(0), { kind: "snapshot", window: 200 });
  assertEquals(first(50), { kind: "snapshot", window: 50 });
  assertEquals(first(5_001), { kind: "snapshot", window: 5_000 });
  assertEquals(first(Number.MAX_SAFE_INTEGER), {
    kind: "snapshot",
    window: 5_000,
  });
});

Deno.test("planPull() keeps the larger window in a snapshot", () => {
  const wide = cookieAt(7, { window: 900 });
  assertEquals(plan({ cookie: wide, log: null }), {
    kind: "snapshot",
    window: 900,
  });
  assertEquals(plan({ cookie: wide, log: null, asked: 1_000 }), {
    kind: "snapshot",
    window: 1_000,
  });
});

Deno.test("planPull() brings what a larger window lacks, 5,000 at a time", () => {
  assertEquals(plan({ asked: 201 }), { kind: "wider", more: 1 });
  assertEquals(plan({ ...atHead, asked: 300 }), { kind: "wider", more: 100 });
  assertEquals(plan({ asked: 10_000 }), { kind: "wider", more: 5_000 });
  // Nothing is missing of a collection that is all there.
  const whole = cookieAt(7, { from: { "item/": null } });
  assertEquals(plan({ cookie: whole, asked: 10_000 }), {
    kind: "wider",
    more: 9_800,
  });
  const unknown = cookieAt(7, { from: {} });
  assertEquals(plan({ cookie: unknown, asked: 10_000 }), {
    kind: "wider",
    more: 9_800,
  });
});

Deno.test("planPull() under the Reset strategy answers news with the whole view, and no news with nothing (L9)", () => {
  const strategy = "reset" as const;
  assertEquals(plan({ strategy }), { kind: "snapshot", window: 200 });
  assertEquals(plan({ strategy, asked: 500 }), {
    kind: "snapshot",
    window: 500,
  });
  assertEquals(plan({ ...atHead, strategy }), { kind: "same" });
  assertEquals(plan({ ...atHead, strategy, asked: 300 }), {
    kind: "wider",
    more: 100,
  });
});

Deno.test("planPull() brings a range only where the view lacks something next to it, and has a snapshot bring it (W5)", () => {
  const centre = { prefix: "item/", order: 3 };
  assertEquals(plan({ centre }), { kind: "wider", more: 0, centre });
  assertEquals(plan({ ...atHead, centre }), { kind: "wider", more: 0, centre });
  assertEquals(plan({ ...atHead, centre, asked: 300 }), {
    kind: "wider",
    more: 100,
    centre,
  });
  assertEquals(plan({ cookie: null, log: null, centre }), {
    kind: "snapshot",
    window: 200,
    centre,
  });
  assertEquals(plan({ log: null, centre }), {
    kind: "snapshot",
    window: 200,
    centre,
  });
  const ranges = [{ prefix: "item/", from: 2, to: 4, serial: 1 }];
  const cookie = cookieAt(9, { ranges });
  assertEquals(plan({ ...atHead, cookie, centre }), { kind: "same" });
  assertEquals(plan({ ...atHead, centre: { ...centre, order: 6 } }), {
    kind: "same",
  });
  // Of so large a window no cookie's order could tell one with a range.
  const largest = cookieAt(9, { window: 2 ** 20 - 1 });
  assertEquals(plan({ ...atHead, cookie: largest, centre }), { kind: "same" });
});

Deno.test("cookieOf() makes cookies whose order grows with version, window and ranges (L1, W5)", () => {
  const range = { prefix: "item/", from: null, to: 4 };
  const orders = [
    cookieAt(7),
    cookieAt(7, { ranges: [{ ...range, serial: 1 }] }),
    cookieAt(7, { ranges: [{ ...range, serial: 21 }] }),
    cookieAt(7, { window: 300, ranges: [{ ...range, serial: 21 }] }),
    cookieAt(8, { window: 1 }),
  ].map(({ order }) => order);
  assertEquals(orders, orders.toSorted((a, b) => a - b));
  assertEquals(new Set(orders).size, orders.length);
  assertEquals(Object.hasOwn(cookieAt(7), "ranges"), false);
});
