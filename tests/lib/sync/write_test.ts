// Write: several spaces change together or not at all.
import { assertEquals, assertRejects } from "@std/assert";
import { Sync, SyncError } from "../../../lib/sync/mod.ts";
import { Client, domain, openSync } from "../../support/counter_domain.ts";

Deno.test("write() changes several spaces in one commit, and bears those that were not (S1)", async () => {
  await using it = await openSync();
  await it.sync.write(["s", "t"], async (s, t) => {
    await s.set("a", 1);
    await t.set("b", 2);
  });
  const [s, t] = await it.kv.getMany([["version", "s"], ["version", "t"]]);
  assertEquals([s.value, t.value], [2, 1]);
  assertEquals(s.versionstamp, t.versionstamp);
  assertEquals(await it.sync.get("t", "b"), [2]);
});

Deno.test("write() that throws changes nothing (S2)", async () => {
  await using it = await openSync();
  await assertRejects(
    () =>
      it.sync.write(["s", "t"], async (s, t) => {
        await s.set("a", 1);
        await t.set("b", 2);
        throw new RangeError("no");
      }),
    RangeError,
    "no",
  );
  assertEquals(await it.sync.get("s", "a"), [undefined]);
  assertEquals((await it.kv.get(["version", "t"])).value, null);
});

Deno.test("write() and push() of several processes never lose one another (C1)", async () => {
  await using it = await openSync();
  const processes = [it.sync, new Sync(it.kv, domain), new Sync(it.kv, domain)];
  await Promise.all(processes.flatMap((sync) => [
    ...Array.from({ length: 10 }, async (_, i) => {
      const client = new Client(sync);
      await client.push(
        client.mutation("add", { id: `${client.clientID}${i}` }),
      );
    }),
    ...Array.from({ length: 10 }, () =>
      sync.write(["s", "t"], async (s, t) => {
        const n = (await s.get("writes") as number | undefined ?? 0) + 1;
        await s.set("writes", n);
        await t.set("writes", n);
      })),
  ]));
  assertEquals(await it.sync.get("s", "count", "writes"), [30, 30]);
  assertEquals(await it.sync.get("t", "writes"), [30]);
});

Deno.test("write() of the same spaces in another order does not wait for ever (S4)", async () => {
  await using it = await openSync();
  await Promise.all([["s", "t"], ["t", "s"], ["s", "t"], ["t", "s"]].map(
    (spaces, i) =>
      it.sync.write(spaces, async (a, b) => {
        await a.set(`a${i}`, i);
        await b.set(`b${i}`, i);
      }),
  ));
  assertEquals(await it.sync.get("s", "a0", "b1", "a2", "b3"), [0, 1, 2, 3]);
});

Deno.test("write() whose news throws has written once all the same (S3)", async () => {
  await using it = await openSync();
  let told = 0;
  const sync = new Sync(it.kv, {
    ...domain,
    guards() {
      told++;
      throw new RangeError("a fault of the domain");
    },
  });
  const stream = await sync.poke(["s"], () => Promise.resolve(true));
  let runs = 0;
  await sync.write(["s"], async (tx) => {
    runs++;
    const n = (await tx.get("n")) as number | undefined ?? 0;
    await tx.set("n", n + 1);
  });
  assertEquals([runs, told, await it.sync.get("s", "n")], [1, 1, [1]]);
  await stream.cancel();
});

Deno.test("write() whose key of the app's own is another changes nothing, whether that is so before it begins or only when it commits (S8)", async () => {
  await using it = await openSync();
  const key = ["app", "term"];
  const { versionstamp } = await it.kv.set(key, 1);
  const check = { key, versionstamp };
  const put = (value: number, meanwhile = async () => {}) =>
    it.sync.write(["s", "t"], async (s, t) => {
      await s.set("a", value);
      await t.get("a");
      await meanwhile();
    }, check);
  await put(1);
  for (let tries = 0; tries < 2; tries++) {
    const error = await assertRejects(
      () => put(2, async () => void await it.kv.set(key, 2)),
      SyncError,
    );
    assertEquals(error.problem, "outdated");
    assertEquals(await it.sync.get("s", "a"), [1]);
  }
});
