// One run in flight, one queued run for all later callers.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { coalesce } from "../../../lib/sync/coalesce.ts";

/** A function whose runs end when they are told to, by number. */
function gated() {
  const runs: PromiseWithResolvers<number>[] = [];
  const call = coalesce(() => {
    const run = Promise.withResolvers<number>();
    runs.push(run);
    return run.promise;
  });
  return { runs, call };
}

Deno.test("coalesce() never runs twice at once, and once more for all who call meanwhile", async () => {
  const { runs, call } = gated();
  const first = call();
  const later = [call(), call(), call()];
  assertEquals(runs.length, 1);
  runs[0].resolve(1);
  assertEquals(await first, 1);
  await Promise.resolve();
  assertEquals(runs.length, 2);
  runs[1].resolve(2);
  assertEquals(await Promise.all(later), [2, 2, 2]);
  assertEquals(runs.length, 2);
});

Deno.test("coalesce() answers a call with a run that began after it", async () => {
  const { runs, call } = gated();
  const first = call();
  const second = call();
  runs[0].resolve(1);
  await first;
  await Promise.resolve();
  const third = call(); // while the second run is in flight
  runs[1].resolve(2);
  assertEquals(await second, 2);
  await Promise.resolve();
  runs[2].resolve(3);
  assertEquals(await third, 3);
});

Deno.test("coalesce() tells a failure to the callers of that run alone", async () => {
  const { runs, call } = gated();
  const first = call();
  const second = call();
  runs[0].reject(new Error("first"));
  await assertRejects(() => first, Error, "first");
  await Promise.resolve();
  runs[1].resolve(2);
  assertEquals(await second, 2);
  const third = call();
  runs[2].resolve(3);
  assertEquals(await third, 3);
});

Deno.test("coalesce() loses no call that comes as a run ends", async () => {
  let work = 0;
  let done = 0;
  const call = coalesce(async () => {
    await Promise.resolve();
    done = work;
  });
  for (let i = 0; i < 200; i++) {
    work++;
    const run = call();
    for (let turn = 0; turn < i % 7; turn++) await Promise.resolve();
    if (i % 3 === 0) await run;
  }
  await call();
  assertEquals(done, work);
});

Deno.test("coalesce() never runs twice at once, in whichever turn of the microtasks a call comes", async () => {
  let underWay = 0;
  let most = 0;
  let runs = 0;
  const call = coalesce(async () => {
    runs++;
    most = Math.max(most, ++underWay);
    for (let i = 0; i < 3; i++) await Promise.resolve();
    underWay--;
  });
  for (let turns = 0; turns < 20; turns++) {
    const all = [call(), call()];
    for (let i = 0; i < turns; i++) await Promise.resolve();
    const before = runs;
    all.push(call());
    await Promise.all(all);
    assert(runs > before || turns < 4);
  }
  assertEquals(most, 1);
});

Deno.test("coalesce() rejects with what is thrown before the first await, too", async () => {
  const call = coalesce((): Promise<void> => {
    throw new Error("at once");
  });
  await assertRejects(call, Error, "at once");
  await assertRejects(call, Error, "at once");
});
