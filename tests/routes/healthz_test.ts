// `/healthz` while KV is away or silent; `tests/operations_test.ts` has it on a full disk.
import { assertEquals } from "@std/assert";
import { app, appTest } from "../support/shared_app.ts";
import { APP } from "../support/app.ts";
import { Person } from "../support/person.ts";
import { quiet } from "../support/quiet.ts";
import { Timers } from "../support/timers.ts";

appTest(
  "health is told while KV is away or never answers, to whoever asks (T8, T41, T50)",
  async () => {
    const ada = await app.signIn("Ada");
    const nobody = new Person(APP, "", app.send);
    using _said = quiet();
    const later = performance.now() + 3_000; // than what is remembered holds
    using timers = new Timers(); // so that what is waited for is given up at once
    timers.pass(later);
    await app.withSilentKV(async () => {
      for (const person of [nobody, ada]) {
        const { status, body } = await person.get("/healthz");
        assertEquals([status, body.error], [503, "unavailable"]);
      }
    });
  },
);
