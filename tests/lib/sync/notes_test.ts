// Notes: what follows from a commit is not forgotten.
import { assert, assertEquals } from "@std/assert";
import { Sync } from "../../../lib/sync/mod.ts";
import type { NotesWanted } from "../../../lib/sync/notes.ts";
import { Client, domain, openSync } from "../../support/counter_domain.ts";
import { gatedKv } from "../../support/gated_kv.ts";

Deno.test("A commit that adds what the app follows leaves one note, which says all that it changed, until it is deleted (N1)", async () => {
  await using opened = await openSync();
  const { kv, sync } = opened;
  const client = new Client(sync);
  await client.push(client.mutation("put", { key: "a", value: 1 }));
  assertEquals(await notesOf(sync), []);
  await client.push(
    client.mutation("add", { id: "one" }),
    client.mutation("add", { id: "two" }),
  );
  // A later change of an entry is none, and says nothing of the one before.
  await client.push(
    client.mutation("put", { key: "item/one", value: { n: 1 } }),
    client.mutation("del", { key: "item/two" }),
  );
  const item = (id: string, n: number) => ({
    key: `item/${id}`,
    value: { id, n, by: "ada" },
    now: n,
  });
  const count = { key: "count", value: 2 };
  const changes = [item("one", 1), count, item("two", 2)];
  assertEquals(await notesOf(sync), [{ space: "s", changes }]);
  const [note] = await Array.fromAsync(sync.notes(1));
  await kv.delete(note.key);
  assertEquals(await notesOf(sync), []);
});

Deno.test("A large commit leaves one note of all of it, and what one user was refused is in none (N1)", async () => {
  await using opened = await openSync();
  const { sync } = opened;
  await sync.write(["s"], async (tx) => {
    for (let i = 0; i < 4; i++) {
      await tx.set(`item/${i}`, { n: i, text: "x".repeat(30_000) });
    }
  });
  const client = new Client(sync);
  await client.push(
    client.mutation("refuse", { code: "no" }),
    client.mutation("add", { id: "one" }),
  );
  const notes = await notesOf(sync);
  assertEquals(notes.map(({ changes }) => changes.map(({ key }) => key)), [
    ["item/0", "item/1", "item/2", "item/3"],
    ["item/one", "count"],
  ]);
});

Deno.test("However many notes there are, and however much they say, they come in order, a part at a time (N1)", async () => {
  await using opened = await openSync();
  const { kv, sync } = opened;
  const texts = [30, ...Array(40).fill(55_000), ...Array(40).fill(10)];
  for (const [i, size] of texts.entries()) {
    await sync.write(["s"], async (tx) => {
      // Two log entries each, where it is long.
      const text = "x".repeat(size);
      await tx.set(`item/${i}`, { n: i, text });
      await tx.set("other", { text });
    });
    if (i % 7 === 0) await sync.write(["s"], (tx) => tx.set("between", i));
  }
  const seen: string[] = [];
  let parts = 0;
  for (;; parts++) {
    const notes = await Array.fromAsync(sync.notes(100));
    if (notes.length === 0) break;
    for (const { key, changes } of notes) {
      seen.push(...changes.map(({ key }) => key));
      await kv.delete(key);
    }
  }
  assertEquals(seen, texts.flatMap((_, i) => [`item/${i}`, "other"]));
  assert(parts > 1 && parts < 10, `${parts}`);
});

Deno.test("There is a note as soon as there is the commit, though the process has died before it heard of it, and the app is told of those that it hears of (N1)", async () => {
  using kv = await Deno.openKv(":memory:");
  let dead = false;
  const dying = gatedKv(kv, async (call, run) => {
    if (dead) return await new Promise<never>(() => {});
    const result = await run();
    if (call.kind !== "commit" || !isArmed) return result;
    dead = true;
    died.resolve();
    return await new Promise<never>(() => {});
  });
  const died = Promise.withResolvers<void>();
  let isArmed = false;
  let told = 0;
  const sync = new Sync(dying, domain, { onNote: () => told++ });
  await sync.write(["s"], (tx) => tx.set("born", true));
  const client = new Client(sync);
  await client.push(client.mutation("add", { id: "one" }));
  assertEquals(told, 1);
  isArmed = true;
  client.push(client.mutation("add", { id: "two" }));
  await died.promise;
  const notes = await notesOf(new Sync(kv, domain));
  assertEquals(notes.map(({ changes }) => changes[0].key), [
    "item/one",
    "item/two",
  ]);
  assertEquals(told, 1);
  sync.close();
});

Deno.test("Notes say what other processes have changed, of a space that was born anew as well (N1)", async () => {
  await using opened = await openSync();
  const { kv, sync } = opened;
  const add = (sync: Sync, n: number) =>
    sync.write(["s"], (tx) => tx.set(`item/${n}`, { n }));
  await add(sync, 1);
  const other = new Sync(kv, domain);
  await add(other, 2);
  const told = async () =>
    (await notesOf(sync)).map(({ changes: [{ key }] }) => key);
  assertEquals(await told(), ["item/1", "item/2"]);
  await other.erase("s");
  for (const n of [3, 4]) await add(other, n);
  assertEquals(await told(), ["item/3", "item/4"]);
});

Deno.test("A note whose log was pruned says nothing, and those of an erased space are gone (N1)", async () => {
  await using opened = await openSync();
  const { kv, sync } = opened;
  const client = new Client(sync);
  await client.push(client.mutation("add", { id: "one" }));
  await kv.delete(["log", "s", 2]);
  const other = new Sync(kv, domain); // which has none of it in memory
  assertEquals(await notesOf(other), [{ space: "s", changes: [] }]);
  await sync.erase("s");
  assertEquals(await notesOf(sync), []);
});

async function notesOf(sync: Sync) {
  const notes = await Array.fromAsync(sync.notes(100));
  return notes.map(({ space, changes }) => ({ space, changes }));
}

Deno.test("Notes of spaces behind one can be asked for, so that those which can't be followed keep no others waiting, and those of one (N1)", async () => {
  await using opened = await openSync();
  const { sync } = opened;
  for (const space of ["s", "s1", "t"]) {
    await sync.write([space], (tx) => tx.set("item/one", { n: 1 }));
  }
  const spaces = async (wanted?: NotesWanted) =>
    (await Array.fromAsync(sync.notes(9, wanted))).map(({ space }) => space);
  assertEquals(await spaces(), ["s", "s1", "t"]);
  assertEquals(await spaces({ behind: "s" }), ["s1", "t"]);
  assertEquals(await spaces({ behind: "t" }), []);
  assertEquals(await spaces({ of: "s" }), ["s"]);
  assertEquals(await spaces({ of: "none" }), []);
});
