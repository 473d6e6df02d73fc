// Many calls for one run, and the pause after it.
import { assert, assertEquals } from "@std/assert";
import { coalesce } from "../../../lib/replica/coalesce.ts";
import { Timers } from "../../support/timers.ts";

Deno.test("coalesce() runs once for all calls before it begins, and once more for all that come later", async () => {
  using timers = new Timers();
  let runs = 0;
  const run = coalesce(() => {
    runs++;
    timers.pass(10);
    return Promise.resolve();
  });
  await Promise.all([run(), run(), run()]);
  assertEquals(runs, 1);
  await Promise.all([run(), run()]);
  assertEquals(runs, 2);
  assertEquals(timers.waited[0], 10); // as long as the first run took
});

Deno.test("coalesce() pauses for no longer than a second, though a run waited for a person for hours", async () => {
  using timers = new Timers();
  const run = coalesce(() => {
    timers.pass(3 * 3_600_000);
    return Promise.resolve();
  });
  await run();
  await run();
  assert(timers.waited.every((each) => each <= 1_000), `${timers.waited}`);
});
