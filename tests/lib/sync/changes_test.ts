// Following a space by its log: what has changed since a place in its history.
import { assert, assertEquals } from "@std/assert";
import { type Changes, Sync } from "../../../lib/sync/mod.ts";
import { domain } from "../../support/counter_domain.ts";
import { gatedKv } from "../../support/gated_kv.ts";

async function open() {
  const kv = await Deno.openKv(":memory:");
  const sync = new Sync(kv, domain);
  const set = (space: string, key: string, value: number) =>
    sync.write([space], (tx) => tx.set(key, value));
  return { kv, sync, set, [Symbol.dispose]: () => kv.close() };
}

Deno.test("changesSince() tells each change behind a place once, in order, and then none (S7)", async () => {
  using it = await open();
  const { sync, set } = it;
  await set("s", "a", 1);
  const begun = await sync.changesSince("s");
  assertEquals(begun?.changes, null);
  await set("s", "a", 2);
  await set("other", "a", 3);
  await sync.write(["s"], async (tx) => {
    await tx.set("b", 4);
    await tx.del("a");
  });
  const next = await sync.changesSince("s", begun!.head);
  assertEquals(next?.changes, [
    { key: "a", value: 2 },
    { key: "b", value: 4 },
    { key: "a" },
  ]);
  const end = await sync.changesSince("s", next!.head);
  assertEquals(end, { head: next!.head, changes: [], more: false });
});

Deno.test("changesSince() gives a long log in pieces (S7)", async () => {
  using it = await open();
  const { sync, set } = it;
  await set("s", "n", 0);
  const begun = await sync.changesSince("s");
  for (let n = 1; n <= 1_200; n++) await set("s", "n", n);
  const seen: unknown[] = [];
  let looks = 0;
  let { head } = begun!;
  for (let isMore = true; isMore; looks++) {
    const next: Changes = (await sync.changesSince("s", head))!;
    seen.push(...next.changes!.map(({ value }) => value));
    head = next.head;
    isMore = next.more;
  }
  assertEquals(seen, Array.from({ length: 1_200 }, (_, i) => i + 1));
  assert(looks > 2);
});

Deno.test("Where the log was pruned, or is of another history, anything may have changed (S7, H1)", async () => {
  using it = await open();
  const { kv, sync, set } = it;
  await set("s", "a", 1);
  const { head } = (await sync.changesSince("s"))!;
  await set("s", "a", 2);
  await set("s", "a", 3);
  const now = (await sync.changesSince("s", head))!.head;
  for (
    const place of [
      { version: head.version, mark: "another" },
      { version: 17, mark: head.mark },
    ]
  ) {
    assertEquals(await sync.changesSince("s", place), {
      head: now,
      changes: null,
      more: false,
    });
  }
  await kv.delete(["log", "s", head.version]);
  const other = new Sync(kv, domain); // which has none of it in memory
  assertEquals((await other.changesSince("s", head))!.changes, null);
});

Deno.test("What other processes write is told as well, though this one has not heard of it, and so is a space that was born anew (S7)", async () => {
  using it = await open();
  const { kv, sync, set } = it;
  await set("s", "a", 1);
  const { head } = (await sync.changesSince("s"))!;
  await set("s", "a", 2);
  const other = new Sync(kv, domain);
  await other.write(["s"], (tx) => tx.set("a", 3));
  const { changes, head: next } = (await sync.changesSince("s", head))!;
  assertEquals(changes?.map(({ value }) => value), [2, 3]);
  await other.erase("s");
  for (let n = 0; n < 3; n++) await other.write(["s"], (tx) => tx.set("b", n));
  assertEquals((await sync.changesSince("s", next))!.changes, null);
});

Deno.test("What this process has committed is told out of memory: of the log nothing is read (S7)", async () => {
  using kv = await Deno.openKv(":memory:");
  let reads = 0;
  const counted = gatedKv(kv, ({ kind, keys }, run) => {
    if (kind === "list" && keys[0][0] === "log") reads++;
    return run();
  });
  const sync = new Sync(counted, domain);
  await sync.write(["s"], (tx) => tx.set("a", 1));
  const { head } = (await sync.changesSince("s"))!;
  reads = 0;
  await sync.write(["s"], (tx) => tx.set("a", 2));
  const { changes } = (await sync.changesSince("s", head))!;
  assertEquals([changes, reads], [[{ key: "a", value: 2 }], 0]);
});

Deno.test("A space that was never born or was erased has no changes, and what is refused is none (S7, S5)", async () => {
  using it = await open();
  const { sync, set } = it;
  assertEquals(await sync.changesSince("s"), undefined);
  await set("s", "a", 1);
  const { head } = (await sync.changesSince("s"))!;
  await sync.push("s", { userID: "ada" }, {
    pushVersion: 1,
    schemaVersion: "1",
    profileID: "p",
    clientGroupID: "g",
    mutations: [{ id: 1, clientID: "c", name: "none", args: 0, timestamp: 0 }],
  });
  const refused = (await sync.changesSince("s", head))!;
  assertEquals(refused.changes, []);
  assert(refused.head.version > head.version);
  await sync.erase("s");
  assertEquals(await sync.changesSince("s", head), undefined);
});

Deno.test("follow() names each space that this process sees changing, until its end (S7)", async () => {
  using it = await open();
  const { sync, set } = it;
  const told: string[] = [];
  const end = sync.follow((space) => told.push(space));
  await set("s", "a", 1);
  await set("t", "a", 1);
  assertEquals(told, ["s", "t"]);
  await sync.erase("t");
  assertEquals(told, ["s", "t", "t"]);
  end();
  await set("s", "a", 2);
  assertEquals(told.length, 3);
});
