// The retry loop under every commit.
import { assertEquals, assertRejects } from "@std/assert";
import {
  COMMIT_DEADLINE_MS,
  commitRepeatable,
  Final,
  retryCommit,
  Stale,
} from "../../../lib/sync/commit.ts";
import { SyncError } from "../../../lib/sync/mod.ts";
import type { Space } from "../../../lib/sync/space.ts";
import { quiet } from "../../support/quiet.ts";
import { Timers } from "../../support/timers.ts";

/** A space that notes how it was read. */
function readSpace() {
  const reads: string[] = [];
  const space = {
    name: "s",
    ready: () => Promise.resolve(reads.push("ready")),
    refresh: () => Promise.resolve(reads.push("refresh")),
  };
  return { reads, space: space as unknown as Space };
}

Deno.test("retryCommit() builds on what is remembered first, and then on fresh reads (P7)", async () => {
  using _timers = new Timers();
  using _quiet = quiet();
  const { reads, space } = readSpace();
  const fresh: boolean[] = [];
  const outcomes = [
    () => Promise.resolve(null), // another was faster
    () => Promise.reject(new Stale()),
    () => Promise.reject(new TypeError("database is locked")),
    () => Promise.resolve({ value: 7 }),
  ];
  const value = await retryCommit([space], (isFresh) => {
    fresh.push(isFresh);
    return outcomes.shift()!();
  });
  assertEquals(value, 7);
  assertEquals(fresh, [false, true, true, true]);
  assertEquals(reads, ["ready", "refresh", "refresh", "refresh"]);
});

Deno.test("retryCommit() waits ever longer, with jitter, 200 ms at most (P7)", async () => {
  using timers = new Timers();
  let attempts = 0;
  await retryCommit(
    [],
    () => Promise.resolve(++attempts === 60 ? { value: undefined } : null),
  );
  assertEquals(timers.waited.length, 59);
  for (const [i, wait] of timers.waited.entries()) {
    assertEquals(
      wait <= Math.min(200, 2 * 2 ** (i + 1)),
      true,
      `${i}: ${wait}`,
    );
  }
  assertEquals(new Set(timers.waited.slice(10)).size > 10, true);
});

Deno.test("retryCommit() gives up after eight seconds as unavailable, with the last cause (P7)", async () => {
  using _timers = new Timers();
  using said = quiet();
  const { now } = Date;
  let time = now();
  Date.now = () => time;
  try {
    const cause = new Error("The disk is full.");
    const error = await assertRejects(
      () =>
        retryCommit([readSpace().space], () => {
          time += COMMIT_DEADLINE_MS / 4;
          return Promise.reject(cause);
        }),
      SyncError,
      "busy",
    );
    assertEquals([error.problem, error.cause], ["unavailable", cause]);
    assertEquals(said.told, [["No commit to s", cause]]);
  } finally {
    Date.now = now;
  }
});

Deno.test("retryCommit() throws on at once what is final (S2)", async () => {
  let attempts = 0;
  const own = new Error("not yours");
  const error = await assertRejects(() =>
    retryCommit([], () => {
      attempts++;
      return Promise.reject(new Final(own));
    })
  );
  assertEquals([error, attempts], [own, 1]);
});

Deno.test("retryCommit() gives up at once what may not be tried again", async () => {
  using _quiet = quiet();
  let attempts = 0;
  await assertRejects(
    () =>
      retryCommit([], () => {
        attempts++;
        return Promise.reject(new TypeError("too large"));
      }, () => false),
    SyncError,
  );
  assertEquals(attempts, 1);
});

Deno.test("commitRepeatable() says whether the checks held, and tries again what threw", async () => {
  using _timers = new Timers();
  const outcomes = [
    () => Promise.reject(new TypeError("database is locked")),
    () => Promise.resolve({ ok: true }),
    () => Promise.resolve({ ok: false }),
  ];
  const atomic = {
    commit: () => outcomes.shift()!(),
  } as unknown as Deno.AtomicOperation;
  assertEquals(await commitRepeatable(atomic), true);
  assertEquals(await commitRepeatable(atomic), false);
});

Deno.test("commitRepeatable() gives up after a second with what storage threw, and says nothing", async () => {
  using _timers = new Timers();
  using said = quiet();
  const { now } = Date;
  let time = now();
  Date.now = () => time;
  try {
    const atomic = {
      commit() {
        time += 300;
        return Promise.reject(new TypeError("database is locked"));
      },
    } as unknown as Deno.AtomicOperation;
    await assertRejects(() => commitRepeatable(atomic), TypeError, "locked");
    assertEquals(said.told, []);
  } finally {
    Date.now = now;
  }
});
