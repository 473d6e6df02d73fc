// The retry loop under every commit.
import { assertEquals, assertRejects } from "@std/assert";
import {
  type Basis,
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
  const turns: string[] = [];
  const noteIn = (notes: string[], what: string) => () =>
    Promise.resolve(notes.push(what));
  const space = {
    name: "s",
    ready: noteIn(reads, "ready"),
    refresh: noteIn(reads, "refresh"),
    turns: {
      ready: noteIn(turns, "ready"),
      refresh: noteIn(turns, "refresh"),
      ask: noteIn(turns, "ask"),
      wait: noteIn(turns, "wait"),
    },
  };
  return { reads, turns, space: space as unknown as Space };
}

Deno.test("retryCommit() builds on what is remembered first, and then on fresh reads (P7)", async () => {
  using _timers = new Timers();
  using _quiet = quiet();
  const { reads, space } = readSpace();
  const groups = readSpace();
  const bases: Basis[] = [];
  const outcomes = [
    () => Promise.resolve(null), // another was faster
    () => Promise.reject(new Stale()),
    () => Promise.reject(new TypeError("database is locked")),
    () => Promise.resolve({ value: 7 }),
  ];
  const value = await retryCommit([space], (basis) => {
    bases.push(basis);
    return outcomes.shift()!();
  }, { memories: [groups.space] });
  assertEquals(value, 7);
  assertEquals(bases, ["remembered", "caught up", "fresh", "fresh"]);
  assertEquals(reads, ["ready", "refresh", "refresh", "refresh"]);
  assertEquals(groups.reads, reads);
});

Deno.test("retryCommit() waits for its turn, and asks for one after it was outrun twice, with pauses of eight ms at most (C9)", async () => {
  using timers = new Timers();
  const { turns, space } = readSpace();
  let attempts = 0;
  await retryCommit(
    [space],
    () => Promise.resolve(++attempts === 4 ? { value: undefined } : null),
  );
  assertEquals(turns, [
    ...["ready", "wait", "refresh", "wait"],
    ...["refresh", "ask", "wait", "refresh", "ask", "wait"],
  ]);
  assertEquals(timers.waited.length, 3);
  assertEquals(timers.waited.every((wait) => wait <= 8), true);
});

Deno.test("retryCommit() waits ever longer after failures, with jitter, 200 ms at most (P7)", async () => {
  using timers = new Timers();
  using _quiet = quiet();
  let attempts = 0;
  await retryCommit(
    [],
    () =>
      ++attempts === 60
        ? Promise.resolve({ value: undefined })
        : Promise.reject(new TypeError("database is locked")),
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
      }, { mayRetry: () => false }),
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
