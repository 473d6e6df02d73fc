// Pieces that are stored together: none is another's concern.
import { assertEquals, assertRejects } from "@std/assert";
import { SyncError } from "../../../../lib/sync/mod.ts";
import type { StoredFile } from "../../../../lib/web/files/file_store.ts";
import { PieceWriter } from "../../../../lib/web/files/piece_writer.ts";
import { type Gate, gatedKv } from "../../../support/gated_kv.ts";
import { Timers } from "../../../support/timers.ts";

async function fileOf(kv: Deno.Kv, userID: string) {
  const key = ["file", userID, "f"];
  const value: StoredFile = {
    upload: userID,
    size: 1,
    pieces: new Uint8Array(),
    confirmedAt: 1,
  };
  await kv.set(key, value);
  return await kv.get<StoredFile>(key) as Deno.KvEntry<StoredFile>;
}

/** As if nothing was written but files. */
const quiet = { follow: () => () => {} };

/** Notes how many pieces each commit has. */
const counted = (sizes: number[]): Gate => (call, run) => {
  sizes.push(call.changes.length / 2); // with the note that it is there
  return run();
};

const piece = (n: number) => new Uint8Array([n]);
const piecesIn = async (kv: Deno.Kv) =>
  (await Array.fromAsync(kv.list({ prefix: ["piece"] })))
    .map(({ key }) => key.slice(1).join(" "));

Deno.test("pieces that come while one is being stored are stored together, four at a time (T61)", async () => {
  using kv = await Deno.openKv(":memory:");
  const sizes: number[] = [];
  const writer = new PieceWriter(gatedKv(kv, counted(sizes)), quiet);
  const file = await fileOf(kv, "ada");
  const stored = await Promise.all(
    Array.from(
      { length: 10 },
      (_, n) => writer.store(file, piece(n), piece(n)),
    ),
  );
  assertEquals(stored, Array(10).fill(true));
  assertEquals(sizes, [1, 4, 4, 1]);
  assertEquals((await piecesIn(kv)).length, 10);
});

Deno.test("while people write, pieces are stored one at a time (T61)", async () => {
  using kv = await Deno.openKv(":memory:");
  const sizes: number[] = [];
  let tell = (_space: string) => {};
  const writer = new PieceWriter(gatedKv(kv, counted(sizes)), {
    follow(told) {
      tell = told;
      return () => {};
    },
  });
  const file = await fileOf(kv, "ada");
  tell("room:general");
  const stored = Promise.all(
    [1, 2, 3].map((n) => writer.store(file, piece(n), piece(n))),
  );
  const first = await writer.store(file, piece(4), piece(4));
  assertEquals([first, ...await stored], Array(4).fill(true));
  assertEquals(sizes, [1, 1, 1, 1]);
});

Deno.test("a piece whose file has changed is not stored, and those with it are (T61)", async () => {
  using kv = await Deno.openKv(":memory:");
  const writer = new PieceWriter(kv, quiet);
  const [hers, his] = [await fileOf(kv, "ada"), await fileOf(kv, "bob")];
  await kv.delete(hers.key);
  const stored = await Promise.all([
    ...[
      writer.store(his, piece(1), piece(1)),
      writer.store(hers, piece(2), piece(2)),
    ],
    ...[
      writer.store(his, piece(3), piece(3)),
      writer.store(hers, piece(4), piece(4)),
    ],
  ]);
  assertEquals(stored, [true, false, true, false]);
  assertEquals(await piecesIn(kv), ["bob 1", "bob 3"]);
});

Deno.test("while KV is away pieces wait, then their senders are told so, and later ones are stored (T8, T61)", async () => {
  using kv = await Deno.openKv(":memory:");
  let away = true;
  const gate: Gate = (_call, run) =>
    away ? Promise.reject(new Error("away")) : run();
  const writer = new PieceWriter(gatedKv(kv, gate), quiet);
  const file = await fileOf(kv, "ada");
  const { now } = Date;
  let passed = 0;
  Date.now = () => now() + (passed += 1_000); // eight seconds are soon over
  try {
    using _ = new Timers();
    await assertRejects(
      () => writer.store(file, piece(1), piece(1)),
      SyncError,
    );
  } finally {
    Date.now = now;
  }
  away = false;
  assertEquals(await writer.store(file, piece(2), piece(2)), true);
});
