// Pull: the state at the cookie, no more and no less, for this user and this window.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { Sync, SyncError } from "../../../lib/sync/mod.ts";
import {
  ada,
  bob,
  Client,
  domain,
  openSync,
} from "../../support/counter_domain.ts";

/** A client that has added so many items. */
async function withItems(sync: Sync, n: number): Promise<Client> {
  const client = new Client(sync);
  await client.push(
    ...Array.from(
      { length: n },
      (_, i) => client.mutation("add", { id: `${i + 1}` }),
    ),
  );
  return client;
}

const items = ({ view }: Client) =>
  [...view].filter(([key]) => key.startsWith("item/"))
    .map(([, value]) => (value as { n: number }).n)
    .sort((a, b) => a - b);

Deno.test("pull() brings everything first, then only what has changed (L1)", async () => {
  await using it = await openSync();
  const writer = await withItems(it.sync, 3);
  const reader = new Client(it.sync, bob);
  const first = await reader.pull();
  assertEquals(first.patch[0], { op: "clear" });
  assertEquals(items(reader), [1, 2, 3]);

  await writer.push(
    writer.mutation("add", { id: "4" }),
    writer.mutation("del", { key: "item/2" }),
  );
  const second = await reader.pull();
  assertEquals(second.patch.length, 3);
  assertEquals(items(reader), [1, 3, 4]);
  assert(second.cookie.order > first.cookie.order);
});

Deno.test("pull() with nothing new gives the same cookie and an empty patch (L2)", async () => {
  await using it = await openSync();
  const client = await withItems(it.sync, 1);
  const { cookie } = await client.pull();
  assertEquals(await client.pull(), {
    cookie,
    lastMutationIDChanges: {},
    patch: [],
  });
});

Deno.test("pull() tells a group of its own clients' lastMutationIDs only (L3)", async () => {
  await using it = await openSync();
  const mine = await withItems(it.sync, 2);
  const other = await withItems(it.sync, 2);
  await mine.pull();
  await other.push(other.mutation("add", { id: "x" }));
  const { lastMutationIDChanges } = await mine.pull();
  assertEquals(lastMutationIDChanges, {});
  assertEquals(mine.lastMutationIDs, { [mine.clientID]: 2 });
});

Deno.test("pull() serves a group that pushed in another process, from the log alone (L8)", async () => {
  await using it = await openSync();
  const here = await withItems(it.sync, 2);
  await here.pull();
  const elsewhere = new Sync(it.kv, domain);
  const there = new Client(elsewhere, bob);
  await there.push(there.mutation("add", { id: "from afar" }));
  await here.pull();
  assertEquals(items(here), [1, 2, 3]);
  await here.push(here.mutation("add", { id: "back" }));
  await there.pull();
  assertEquals(items(there), [1, 2, 3, 4]);
});

Deno.test("pull() falls back to a snapshot when its cookie's log entry was pruned (L5)", async () => {
  await using it = await openSync();
  const writer = await withItems(it.sync, 3);
  const reader = new Client(it.sync, bob);
  await reader.pull();
  await writer.push(writer.mutation("del", { key: "item/1" }));
  await writer.push(writer.mutation("add", { id: "4" }));
  const { value: version } = await it.kv.get<number>(["version", "s"]);
  for (let n = 1; n < version!; n++) await it.kv.delete(["log", "s", n]);

  reader.sync.close();
  const restarted = new Client(new Sync(it.kv, domain), bob, reader.groupID);
  restarted.cookie = reader.cookie;
  const answer = await restarted.pull();
  assertEquals(answer.patch[0], { op: "clear" });
  assertEquals(items(restarted), [2, 3, 4]);
});

Deno.test("pull() never steps over a hole in the log (L5)", async () => {
  await using it = await openSync();
  const writer = await withItems(it.sync, 1);
  const reader = new Client(it.sync, bob);
  await reader.pull();
  for (const id of ["2", "3", "4"]) {
    await writer.push(writer.mutation("add", { id }));
  }
  const { value: version } = await it.kv.get<number>(["version", "s"]);
  await it.kv.delete(["log", "s", version! - 1]);
  const restarted = new Client(new Sync(it.kv, domain), bob, reader.groupID);
  restarted.cookie = reader.cookie;
  await restarted.pull();
  assertEquals(items(restarted), [1, 2, 3, 4]);
});

Deno.test("pull() with a cookie ahead of the server loses the group, and fences it off (L4, P9)", async () => {
  await using it = await openSync();
  const client = await withItems(it.sync, 1);
  const { cookie } = await client.pull();
  client.cookie = { ...cookie, version: cookie.version + 5 };
  const lost = {
    error: "ClientStateNotFound",
    lastMutationIDs: { [client.clientID]: 1 },
  };
  assertEquals(await client.pull(), lost);
  assertEquals(
    await client.push(client.mutation("add", { id: "late" })),
    lost as never,
  );
});

Deno.test("pull() knows another history of the same length by its mark (L4)", async () => {
  await using it = await openSync();
  const client = await withItems(it.sync, 1);
  const { cookie } = await client.pull();
  client.cookie = { ...cookie, mark: crypto.randomUUID() };
  assertEquals((await client.pull()).error, "ClientStateNotFound");
});

Deno.test("pull() refuses who lost the right to read while it read (L7)", async () => {
  await using it = await openSync();
  const client = await withItems(it.sync, 1);
  const error = await assertRejects(
    () => client.pull(undefined, () => Promise.resolve(false)),
    SyncError,
  );
  assertEquals(error.problem, "unknown-space");
});

Deno.test("pull() brings the newest of a windowed collection, and keeps to its bound (W1, W2)", async () => {
  await using it = await openSync();
  const writer = await withItems(it.sync, 30);
  const reader = new Client(it.sync, bob);
  const { cookie } = await reader.pull(10);
  assertEquals(items(reader), range(21, 30));
  assertEquals(cookie.from, { "item/": 21 });

  await writer.push(
    writer.mutation("add", { id: "31" }),
    writer.mutation("put", { key: "item/5", value: { n: 5, changed: true } }),
    writer.mutation("put", { key: "item/25", value: { n: 2 } }), // falls below
    writer.mutation("put", { key: "item/3", value: { n: 99 } }), // rises above
    writer.mutation("del", { key: "item/22" }),
  );
  await reader.pull(10);
  assertEquals(items(reader), [21, 23, 24, ...range(26, 31), 99]);
});

Deno.test("pull() with a larger window brings what is missing below the bound (W3)", async () => {
  await using it = await openSync();
  const writer = await withItems(it.sync, 30);
  const reader = new Client(it.sync, bob);
  const first = await reader.pull(10);
  await writer.push(writer.mutation("add", { id: "31" }));
  const wider = await reader.pull(25);
  assertEquals(items(reader), range(6, 31));
  assert(wider.cookie.order > first.cookie.order);
  await reader.pull(5); // never shrinks
  assertEquals(items(reader), range(6, 31));
  const all = await reader.pull(1_000);
  assertEquals(items(reader), range(1, 31));
  assertEquals(all.cookie.from, { "item/": null });
});

Deno.test("view() is what a first pull would bring (L6)", async () => {
  await using it = await openSync();
  await withItems(it.sync, 5);
  const view = await it.sync.view("s", ada, 2);
  const keys = await view.scan().keys().toArray();
  assertEquals(keys, ["born", "count", "item/4", "item/5"]);
  assertEquals(await view.get("count"), 5);
});

const range = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i);

Deno.test("pull() under the Reset strategy answers news with the whole view, and no news with nothing (L9)", async () => {
  await using it = await openSync();
  const sync = new Sync(it.kv, domain, { strategy: "reset" });
  const writer = await withItems(sync, 3);
  const reader = new Client(sync, bob);
  const { cookie } = await reader.pull();
  assertEquals((await reader.pull()).patch, []);
  await writer.push(writer.mutation("del", { key: "item/2" }));
  const news = await reader.pull();
  assertEquals(news.patch[0], { op: "clear" });
  assert(news.cookie.order > cookie.order);
  assertEquals(items(reader), [1, 3]);
});

Deno.test("pull() looks at the mark of a cookie that is far behind, too (L4)", async () => {
  await using it = await openSync();
  const client = await withItems(it.sync, 1);
  const { cookie } = await client.pull();
  const encode = (entry: object) =>
    new TextEncoder().encode(JSON.stringify(entry));
  const other = { mark: "other", ops: [], lastMutationIDs: [], end: true };
  // A store that was restored, and has grown far past the cookie since.
  await it.kv.atomic()
    .set(["log", "s", cookie.version], encode(other))
    .set(["log", "s", 50_000], encode(other))
    .set(["version", "s"], 50_000)
    .commit();
  const restored = new Client(new Sync(it.kv, domain), ada, client.groupID);
  restored.cookie = cookie;
  assertEquals((await restored.pull()).error, "ClientStateNotFound");
});

Deno.test("pull() loses a group of another history even when that log was pruned meanwhile (L4)", async () => {
  await using it = await openSync();
  const client = await withItems(it.sync, 3);
  const { cookie } = await client.pull();
  client.cookie = { ...cookie, mark: "other" };
  await it.kv.delete(["log", "s", cookie.version]);
  assertEquals((await client.pull()).error, "ClientStateNotFound");
});

Deno.test("pull() of everything is true of its cookie, however much is written meanwhile (L1, L6)", async () => {
  await using it = await openSync();
  const writer = await withItems(it.sync, 400);
  const reader = new Client(it.sync, bob);
  let writing = true;
  const written = (async () => {
    for (let n = 401; writing; n++) {
      await writer.push(
        writer.mutation("add", { id: `${n}` }),
        writer.mutation("del", { key: `item/${n - 400}` }),
      );
    }
  })();
  for (let i = 0; i < 20; i++) {
    reader.cookie = null;
    await reader.pull(10_000);
    const last = reader.view.get("count") as number;
    assertEquals(items(reader), range(last - 399, last));
  }
  writing = false;
  await written;
});

Deno.test("pull() answers in pieces, which join to one body, of all there is and of what is new (L10)", async () => {
  await using it = await openSync();
  const writer = new Client(it.sync);
  const reader = new Client(it.sync, bob);
  const { cookie } = await reader.pull();
  for (let i = 0; i < 20; i++) {
    const value = `${i}`.padEnd(50_000);
    await writer.push(writer.mutation("put", { key: `long/${i}`, value }));
  }
  for (const before of [null, cookie]) {
    const answer = await it.sync.pull("s", bob, {
      pullVersion: 1,
      schemaVersion: "1",
      clientGroupID: reader.groupID,
      cookie: before,
    }, { mayRead: () => Promise.resolve(true) });
    assert(!("error" in answer));
    const pieces = [...answer];
    assert(pieces.length >= 3, `${pieces.length} pieces`);
    assert(pieces.every(({ length }) => length < 400_000));
    const { patch } = JSON.parse(pieces.join(""));
    const long = patch.filter(({ key = "" }) => key.startsWith("long/"));
    assertEquals(long.length, 20);
  }
});

Deno.test("pull() brings a snapshot when the log since the cookie is too large to be answered with (L5)", async () => {
  await using it = await openSync();
  const writer = new Client(it.sync);
  const reader = new Client(it.sync, bob);
  await reader.pull();
  for (let i = 0; i < 200; i++) {
    const value = `${i}`.padEnd(50_000);
    await writer.push(writer.mutation("put", { key: "long", value }));
  }
  const { patch } = await reader.pull();
  assertEquals(patch[0].op, "clear");
  assertEquals(reader.view.get("long"), "199".padEnd(50_000));
  // Its mark is looked at all the same.
  const stranger = new Client(it.sync, ada);
  stranger.cookie = { ...reader.cookie as object, version: 1, mark: "other" };
  assertEquals((await stranger.pull()).error, "ClientStateNotFound");
});

Deno.test("pull() says what it reads for an answer, and is unavailable where there is no room for it (L11)", async () => {
  await using it = await openSync();
  const writer = new Client(it.sync);
  const value = "x".repeat(10_000);
  await writer.push(
    ...Array.from(
      { length: 20 },
      (_, i) => writer.mutation("put", { key: `k${i}`, value }),
    ),
  );
  const body = {
    pullVersion: 1,
    schemaVersion: "1",
    profileID: "p",
    clientGroupID: "reader",
    cookie: null,
  };
  let held = 0;
  const pull = (most: number, sync = it.sync) =>
    sync.pull("s", ada, body, {
      mayRead: () => Promise.resolve(true),
      hold: (bytes) => (held += bytes) <= most,
    });
  assert(!("error" in await pull(Infinity)));
  assert(held > 200_000 && held < 300_000, `${held}`);
  held = 0;
  const other = new Sync(it.kv, domain); // it remembers nothing
  const error = await assertRejects(() => pull(100_000, other), SyncError);
  assertEquals(error.problem, "unavailable");
  assert(held < 120_000, "It read on");
  other.close();
  // What is remembered is held by the answer as well.
  held = 0;
  assert(!("error" in await pull(Infinity)));
  assert(held > 200_000 && held < 300_000, `${held}`);
  const again = await assertRejects(() => pull(0), SyncError);
  assertEquals(again.problem, "unavailable");
});

Deno.test("pull() makes a large answer in pieces of 16 Ki characters and one change more (L10)", async () => {
  await using it = await openSync();
  const writer = await withItems(it.sync, 2_000);
  const answer = await it.sync.pull("s", ada, {
    pullVersion: 1,
    schemaVersion: "1",
    profileID: "p",
    clientGroupID: writer.groupID,
    cookie: null,
  }, { window: 2_000, mayRead: () => Promise.resolve(true) });
  assert(!("error" in answer));
  const lengths = [...answer].map(({ length }) => length);
  assert(lengths.length > 5);
  for (const length of lengths) assert(length < 17_000, `${length}`);
});

Deno.test("pull() says what it reads of a group's clients, and tells of them in pieces, however many there are (L10, L11)", async () => {
  await using it = await openSync();
  const { groupID } = await withItems(it.sync, 1);
  const all: Record<string, number> = {};
  for (let i = 0; i < 2_000; i++) all[`client-${i}`.padEnd(60, "x")] = i;
  for (const [clientID, lastMutationID] of Object.entries(all)) {
    await it.kv.set(["client", groupID, clientID], { lastMutationID });
  }
  let held = 0;
  const pull = (most: number, cookie: unknown = null) =>
    it.sync.pull("s", ada, {
      pullVersion: 1,
      schemaVersion: "1",
      profileID: "p",
      clientGroupID: groupID,
      cookie,
    }, {
      mayRead: () => Promise.resolve(true),
      hold: (bytes) => (held += bytes) <= most,
    });
  const answer = await pull(Infinity);
  assert(!("error" in answer));
  assert(held > 2_000 * 200, `${held}`);
  const pieces = [...answer];
  for (const { length } of pieces) assert(length < 17_000, `${length}`);
  const { cookie, lastMutationIDChanges } = JSON.parse(pieces.join(""));
  assertEquals({ ...lastMutationIDChanges, ...all }, lastMutationIDChanges);
  assertEquals(Object.keys(lastMutationIDChanges).length, 2_001);

  const none = await assertRejects(() => pull(held + 100_000), SyncError);
  assertEquals(none.problem, "unavailable");
  held = 0;
  const strange = { ...cookie, mark: "other" };
  // A group that is lost is told of all of them as well.
  const lost = await assertRejects(() => pull(100_000, strange), SyncError);
  assertEquals(lost.problem, "unavailable");
  assert("error" in await pull(Infinity, strange));
});
