// What storage does wrong in the error log: once for as long as it goes on.
import { assertEquals } from "@std/assert";
import { logFailure } from "../../../lib/sync/mod.ts";
import { quiet } from "../../support/quiet.ts";

/** Runs `fn` with a clock that it sets, in milliseconds. */
function withClock(fn: (set: (ms: number) => void) => void): void {
  const { now } = performance;
  let time = 0;
  performance.now = () => time;
  try {
    fn((ms) => time = ms);
  } finally {
    performance.now = now;
  }
}

Deno.test("logFailure() says once what goes on, whatever it stops, and again after a minute without it (P7)", () => {
  using said = quiet();
  withClock((set) => {
    const full = () => new Error("log_failure_test: the disk is full");
    for (let ms = 0; ms <= 600_000; ms += 50_000) {
      set(ms);
      logFailure(`No commit to ${ms}`, full());
    }
    logFailure("Reading failed", new Error("log_failure_test: it is away"));
    set(660_000);
    logFailure("No commit to a", full());
  });
  assertEquals(
    said.told.map(([what]) => what),
    ["No commit to 0", "Reading failed", "No commit to a"],
  );
});

Deno.test("logFailure() logs what is no error, and forgets the oldest of many", () => {
  using said = quiet();
  withClock(() => {
    for (let i = 0; i <= 100; i++) logFailure(`${i}`, `log_failure_test ${i}`);
    logFailure("the latest again", "log_failure_test 100");
    logFailure("the first again", "log_failure_test 0");
  });
  assertEquals(said.told.length, 102);
  assertEquals(said.told.at(-1), ["the first again", "log_failure_test 0"]);
});
