// A lease: what tells a holder whose time is over.
import { assert, assertEquals, assertFalse, assertRejects } from "@std/assert";
import { Lease } from "../../../lib/web/lease.ts";
import { gatedKv } from "../../support/gated_kv.ts";
import { quiet } from "../../support/quiet.ts";

const isOver = async (kv: Deno.Kv, term: Deno.AtomicCheck) =>
  !(await kv.atomic().check(term).commit()).ok;

Deno.test("A term lasts while a lease is prolonged, and is over once another has taken it, for good", async () => {
  using kv = await Deno.openKv(":memory:");
  const end = () => kv.delete(["lease", "work"]);
  const [one, other] = [
    new Lease(kv, "work", 0),
    new Lease(kv, "work", 60_000),
  ];
  assert(await one.hold());
  const first = one.term;
  assert(await one.hold()); // prolonged
  assertEquals(one.term, first);
  assertFalse(await isOver(kv, first));
  await end();
  assert(await other.hold());
  assert(await isOver(kv, first));
  assertFalse(await one.hold());
  assert(await isOver(kv, one.term));
  await other.release();
  assert(await one.hold());
  assert(await isOver(kv, first));
  assertFalse(await isOver(kv, one.term));
});

Deno.test("A lease that was taken by a commit whose answer was lost has a term", async () => {
  using kv = await Deno.openKv(":memory:");
  let lost = false;
  const gated = gatedKv(kv, async ({ kind }, run) => {
    const answer = await run();
    if (kind !== "commit" || !lost) return answer;
    lost = false;
    throw new Error("The answer is lost");
  });
  const lease = new Lease(gated, "work", 0);
  assert(await lease.hold());
  await kv.delete(["lease", "work"]);
  const other = new Lease(kv, "work", 0);
  assert(await other.hold());
  await other.release();
  lost = true;
  await assertRejects(() => lease.hold(), Error, "lost");
  assert(await lease.hold());
  assertFalse(await isOver(kv, lease.term));
});

Deno.test("A lease that KV does not take back runs out by itself, and who gives it back goes on (T55)", async () => {
  using _ = quiet();
  using kv = await Deno.openKv(":memory:");
  let isAway = false;
  const gated = gatedKv(kv, ({ kind }, run) => {
    if (kind !== "commit" || !isAway) return run();
    throw new TypeError("database is locked");
  });
  const lease = new Lease(gated, "work", 40);
  assert(await lease.hold());
  isAway = true;
  await lease.release();
  const other = new Lease(kv, "work", 60_000);
  while (!await other.hold()) continue;
});
