// Files are looked at while they come: what is found in them is the same in whatever order, and by whichever process.
import { assertEquals, assertRejects } from "@std/assert";
import { chatDomain } from "../../../../lib/web/chat/domain.ts";
import { Sync } from "../../../../lib/sync/mod.ts";
import { PIECE_BYTES } from "../../../../lib/chat/files.ts";
import { Refusal } from "../../../../lib/chat/refusal.ts";
import { Uploads } from "../../../../lib/web/files/uploads.ts";
import { gatedKv } from "../../../support/gated_kv.ts";
import { type Random, randomFrom } from "../../../support/random.ts";
import { chosenSeed } from "../../../support/seeds.ts";
import { bytesOf, cut, type CutFile } from "../../../support/upload.ts";

const LIMITS = {
  maxBytes: 1e9,
  person: { bytes: 1e9, files: 1_000 },
  room: { bytes: 1e9, files: 1_000 },
};

/** A store, and so many processes that files are uploaded to. */
async function open(processes = 1) {
  const kv = await Deno.openKv(":memory:");
  let pieces = 0;
  const counted = gatedKv(kv, ({ kind, keys: [[first]] }, run) => {
    if (kind === "get" && first === "piece") pieces++;
    return run();
  });
  const all = Array.from(
    { length: processes },
    () => new Uploads(counted, LIMITS, new Sync(counted, chatDomain)),
  );
  return {
    all,
    /** How many pieces were read. */
    get read() {
      return pieces;
    },
    [Symbol.dispose]: () => kv.close(),
  };
}

const begin = (uploads: Uploads, { id, size, pieces }: CutFile) =>
  uploads.begin("ada", { id, size, pieces: pieces.map(([name]) => name) });

const put = (
  uploads: Uploads,
  { id }: CutFile,
  at: CutFile["pieces"][number],
) => uploads.put("ada", id, at[0], () => Promise.resolve(at[1]));

Deno.test("A file whose pieces come in order, or nearly, is ended without a look at them, and one that another process has seen by reading them (T61, T69)", async () => {
  const file = cut(bytesOf(9.5 * PIECE_BYTES, randomFrom(1)));
  const [a, b, c, ...rest] = file.pieces;
  for (const [order, read] of [[[a, b, c], 0], [[c, b, a], 0]] as const) {
    using it = await open();
    await begin(it.all[0], file);
    for (const each of [...order, ...rest]) await put(it.all[0], file, each);
    const { size } = await it.all[0].finish("ada", file.id);
    assertEquals([size, it.read], [file.size, read]);
  }
  using it = await open(2);
  const [one, other] = it.all;
  await begin(one, file);
  for (const each of [a, b, c]) await put(one, file, each);
  for (const each of rest) await put(other, file, each);
  assertEquals((await one.finish("ada", file.id)).size, file.size);
  assertEquals(it.read, rest.length);
});

Deno.test("Whatever the order of its pieces, however often they come, and to which process, a file is what it is, and no other file is taken for it (a property; T61, T63)", async () => {
  const first = chosenSeed();
  for (let seed = first; seed < first + 60; seed++) {
    const random = randomFrom(seed);
    using it = await open(2);
    const file = cut(someBytes(random));
    // What is called so may be something else.
    const isOther = random.chance(0.3) && file.size > 0;
    const named = isOther ? { ...file, id: "0".repeat(64) } : file;
    const uploads = () => random.pick(it.all);
    await begin(uploads(), named);
    const left = shuffled(file.pieces, random);
    while (left.length > 0) {
      const piece = random.chance(0.8) ? left.pop()! : random.pick(file.pieces);
      await put(uploads(), named, piece);
      if (random.chance(0.05)) await begin(uploads(), named);
    }
    for (const piece of file.pieces) await put(uploads(), named, piece);
    const ended = uploads().finish("ada", named.id);
    if (isOther) {
      const error = await assertRejects(() => ended, Refusal);
      assertEquals(error.code, "wrong-hash", `SEED=${seed}`);
    } else assertEquals((await ended).size, file.size, `SEED=${seed}`);
  }
});

Deno.test("Of pieces that come backwards no more is held than may be, and the file is read instead (T69)", async () => {
  using it = await open();
  const [uploads] = it.all;
  const file = cut(bytesOf(100 * PIECE_BYTES, randomFrom(2)));
  await begin(uploads, file);
  for (const each of file.pieces.toReversed()) await put(uploads, file, each);
  assertEquals((await uploads.finish("ada", file.id)).size, file.size);
  assertEquals(it.read > 50, true);
});

/** Some pieces, of which some are the same. */
function someBytes(random: Random): Uint8Array<ArrayBuffer> {
  const size = random.below(8 * PIECE_BYTES);
  const bytes = bytesOf(size, random);
  for (let at = 0; at < size; at += PIECE_BYTES) {
    if (random.chance(0.4)) bytes.fill(7, at, at + PIECE_BYTES);
  }
  return bytes;
}

function shuffled<T>(all: readonly T[], random: Random): T[] {
  const left = [...all];
  const taken: T[] = [];
  while (left.length > 0) {
    taken.push(...left.splice(random.below(left.length), 1));
  }
  return taken;
}
