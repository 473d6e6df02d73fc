// The store's format, and what `/healthz` is told of a store that fails.
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import {
  assertFormat,
  assertWritable,
  StoreHealth,
} from "../../../lib/web/store.ts";
import { gatedKv } from "../../support/gated_kv.ts";
import { quiet } from "../../support/quiet.ts";

Deno.test("a store without a format gets it, and keeps it (T49)", async () => {
  using kv = await Deno.openKv(":memory:");
  await kv.set(["version", "room:general"], 7); // of the last release
  await Promise.all([assertFormat(kv), assertFormat(kv)]);
  const { value, versionstamp } = await kv.get(["format"]);
  assertEquals(value, 1);
  await assertFormat(kv);
  assertEquals((await kv.get(["format"])).versionstamp, versionstamp);
});

Deno.test("a store of a newer release, or of a format that is none, is refused and stays as it is (T49)", async () => {
  using kv = await Deno.openKv(":memory:");
  for (const format of [2, 17, 0, "1", null, 1n]) {
    await kv.set(["format"], format);
    const error = await assertRejects(() => assertFormat(kv), Error);
    assertStringIncludes(error.message, `has format ${format}`);
    assertEquals((await kv.get(["format"])).value, format);
  }
});

Deno.test("a store starts without room for a write, and not with another fault (T50)", async () => {
  using kv = await Deno.openKv(":memory:");
  const storeWith = (message: string) =>
    gatedKv(
      kv,
      ({ kind }, run) =>
        kind === "commit" ? Promise.reject(new Error(message)) : run(),
    );
  const full = storeWith("database or disk is full");
  await assertWritable(full);
  await assertFormat(full);
  assertEquals((await kv.get(["format"])).value, null);
  const broken = storeWith("disk I/O error");
  await assertRejects(() => assertWritable(broken), Error, "I/O");
  await assertRejects(() => assertFormat(broken), Error, "I/O");
});

Deno.test("the health of a store costs one write in two seconds, whoever asks (T50)", async () => {
  const { now } = performance;
  let time = 10_000;
  performance.now = () => time;
  try {
    const { kv, calls } = storeThat(() => Promise.resolve());
    const health = new StoreHealth(kv);
    const ask = () =>
      Promise.all(Array.from({ length: 50 }, health.check, health));
    assertEquals(new Set(await ask()), new Set(["ok"]));
    time += 1_999;
    await ask();
    assertEquals(calls(), 1);
    time += 1;
    await ask();
    assertEquals(calls(), 2);
  } finally {
    performance.now = now;
  }
});

Deno.test("a store that is full, or fails in another way, is told from a good one (T50)", async () => {
  using said = quiet();
  const healthOf = (fails: () => Promise<void>) =>
    new StoreHealth(storeThat(fails).kv).check();
  const throws = (message: string) => () => Promise.reject(new Error(message));
  assertEquals(await healthOf(throws("database or disk is full")), "full");
  assertEquals(await healthOf(throws("disk I/O error")), "unavailable");
  let tries = 0;
  const locked = () =>
    tries++ < 2 ? throws("database is locked")() : Promise.resolve();
  assertEquals(await healthOf(locked), "ok");
  assertEquals(said.told.map(([what]) => what), [
    "The storage takes no writes",
    "The storage takes no writes",
  ]);
});

Deno.test("a store that never answers is unavailable, and is not asked twice at once (T50)", async () => {
  using said = quiet();
  const { setTimeout: wait } = globalThis;
  const { now } = performance;
  let time = 10_000;
  performance.now = () => time;
  // The deadline comes at once.
  globalThis.setTimeout = ((fn: () => void) => wait(fn, 0)) as typeof wait;
  try {
    const { kv, calls } = storeThat(() => new Promise(() => {}));
    const health = new StoreHealth(kv);
    for (let i = 0; i < 3; i++) {
      assertEquals(await health.check(), "unavailable");
      time += 2_000;
    }
    assertEquals([calls(), said.told.length], [1, 1]);
  } finally {
    globalThis.setTimeout = wait;
    performance.now = now;
  }
});

/** As much of a KV as the check uses; each write does what `write` does. */
function storeThat(write: () => Promise<void>) {
  let calls = 0;
  const kv = {
    get: () => Promise.resolve({ value: null, versionstamp: null }),
    set: () => {
      calls++;
      return write();
    },
  } as unknown as Deno.Kv;
  return { kv, calls: () => calls };
}
