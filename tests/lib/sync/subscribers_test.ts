// Telling many: at its own pace, whatever holds it up.
import { assertEquals } from "@std/assert";
import { setImmediate } from "node:timers/promises";
import { Subscribers } from "../../../lib/sync/subscribers.ts";
import { Space } from "../../../lib/sync/space.ts";

Deno.test("pokeSoon() tells many again, though telling them was held up for an hour (K2)", async () => {
  using kv = await Deno.openKv(":memory:");
  const { now } = performance;
  let late = 0; // ms
  performance.now = () => now.call(performance) + late;
  let sent = 0;
  let round = Promise.withResolvers<void>();
  const audience = new Subscribers(new Space(kv, "s", () => {}), {
    send() {
      if (++sent === 1) late = 3_600_000; // as a machine that slept just then
      if (sent % 50 === 0) round.resolve();
    },
    revoke() {},
    end() {},
  });
  for (let i = 0; i < 50; i++) {
    audience.readers.add({ mayRead: () => Promise.resolve(true) });
  }
  const deadline = setTimeout(
    () => round.reject(new Error("Not told")),
    10_000,
  );
  try {
    for (const told of [50, 100]) {
      round = Promise.withResolvers();
      audience.pokeSoon();
      await round.promise;
      assertEquals(sent, told);
    }
  } finally {
    clearTimeout(deadline);
    audience.close();
    performance.now = now;
  }
});

Deno.test("pokeSoon() tells many at once when no rest is owed, and then once for all that comes before it is over (K2)", async () => {
  using kv = await Deno.openKv(":memory:");
  const { now } = performance;
  const start = performance.now();
  let passed = 0; // ms
  performance.now = () => start + passed;
  let sent = 0;
  const readers = new Subscribers(new Space(kv, "s", () => {}), {
    send() {
      sent++;
      passed += .001;
    },
    revoke() {},
    end() {},
  });
  for (let i = 0; i < 1_000; i++) {
    readers.readers.add({ mayRead: () => Promise.resolve(true) });
  }
  try {
    readers.pokeSoon();
    await setImmediate();
    assertEquals(sent, 1_000); // in 1 ms: 30 are owed
    for (let i = 0; i < 5; i++) {
      readers.pokeSoon();
      await setImmediate();
    }
    assertEquals(sent, 1_000);
    while (sent === 1_000) await setImmediate();
    assertEquals(sent, 2_000);
    passed += 30; // the rest is over
    readers.pokeSoon();
    await setImmediate();
    assertEquals(sent, 3_000);
  } finally {
    readers.close();
    performance.now = now;
  }
});
