// ZIP archives: read as other programs make them, and no more of them than they may cost.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { Refusal } from "../../../../lib/chat/refusal.ts";
import { MAX_FILE_BYTES } from "../../../../lib/chat/transfer/folder.ts";
import { openZip } from "../../../../lib/chat/transfer/zip.ts";
import { randomFrom } from "../../../support/random.ts";
import { readable, zip } from "../../../support/zip.ts";

const FILES = [
  { path: "channels.json", content: "[]" },
  { path: "général/", content: "", stored: true },
  { path: "général/2024-03-01.json", content: "é".repeat(100_000) },
  { path: "../../etc/passwd", content: "a name as any other", stored: true },
];

Deno.test("files of an archive are read by their paths, deflated or stored, in ZIP64 and behind a comment, too (T108)", async () => {
  for (
    const options of [{}, { zip64: true }, {
      comment: "PK\x05\x06 ".repeat(50),
    }]
  ) {
    const folder = await openZip(readable(await zip(FILES, options)));
    assertEquals(folder.paths, [
      "channels.json",
      "général/2024-03-01.json",
      "../../etc/passwd",
    ]);
    for (const { path, content } of FILES) {
      if (!path.endsWith("/")) assertEquals(await folder.read(path), content);
    }
  }
});

Deno.test("an archive is read from where its files are, not as a whole (T108)", async () => {
  const large = {
    path: "large",
    content: crypto.getRandomValues(new Uint8Array(65_000)),
    stored: true,
  };
  const bytes = await zip([large, ...FILES]);
  let read = 0;
  const whole = readable(bytes);
  const folder = await openZip({
    size: bytes.length,
    slice: (start, end) => {
      read += Math.min(end, bytes.length) - start;
      return whole.slice(start, end);
    },
  });
  read = 0;
  await folder.read("channels.json");
  assert(read < 1_000, `${read}`);
});

Deno.test("a file that unpacks to more than it may is refused when it has, whatever sizes the archive states (T108)", async () => {
  const bomb = await zip([
    { path: "bomb", content: new Uint8Array(MAX_FILE_BYTES + 1) },
    { path: "fine", content: "x" },
  ]);
  assert(bomb.length < 100_000);
  const folder = await openZip(readable(bomb));
  const { code } = await assertRejects(() => folder.read("bomb"), Refusal);
  assertEquals(code, "too-large");
  assertEquals(await folder.read("fine"), "x");
});

Deno.test("what is no archive, cut off, encrypted, packed in another way or changed anywhere is refused, and never hangs (T108)", async () => {
  const refused = (bytes: Uint8Array<ArrayBuffer>) =>
    assertRejects(() => openZip(readable(bytes)), Refusal);
  await refused(new Uint8Array());
  await refused(new TextEncoder().encode("PK is not enough".repeat(10)));
  const whole = await zip(FILES);
  for (let at = 0; at < whole.length; at += 7) {
    await refused(whole.slice(0, at));
  }
  const [encrypted, other] = await Promise.all([
    zip([{ ...FILES[0], flags: 1 }]),
    zip([{ ...FILES[0], method: 14 }]),
  ]);
  assertEquals((await openZip(readable(encrypted))).paths, []);
  const folder = await openZip(readable(other));
  await assertRejects(() => folder.read("channels.json"), Refusal);

  const random = randomFrom(7);
  for (const options of [{}, { zip64: true }]) {
    const archive = await zip(FILES, options);
    for (let n = 0; n < 400; n++) {
      const changed = archive.slice();
      for (let i = 0; i < 3; i++) {
        // Mostly in the directory, where the numbers are.
        const back = random.chance(.8) ? 400 : changed.length;
        changed[changed.length - 1 - random.below(back)] = random.below(256);
      }
      try {
        const folder = await openZip(readable(changed));
        for (const path of folder.paths) await folder.read(path);
      } catch (error) {
        assert(error instanceof Refusal, String(error));
      }
    }
  }
});

/** As a file is read: `Deno.FsFile` can't go to a place that is no whole number below 2^63. */
const strict = (bytes: Uint8Array<ArrayBuffer>) => ({
  size: bytes.length,
  slice(start: number, end: number) {
    const isPlace = start >= 0 && start < 2 ** 63 && end - start < 2 ** 32;
    if (!isPlace) throw new TypeError(`${start} to ${end} is no place`);
    return Promise.resolve(bytes.slice(start, Math.max(start, end)));
  },
});

Deno.test("an archive that says its parts lie behind its end is refused, when it is opened or when they are read (T108)", async () => {
  const archive = await zip(FILES, { zip64: true });
  const view = new DataView(archive.buffer);
  const end = archive.length - 22 - 20 - 56;
  const directory = Number(view.getBigUint64(end + 48, true));
  const name = view.getUint16(directory + 28, true);
  const places = {
    "the directory's end": archive.length - 22 - 12,
    "the directory": end + 48,
    "its size": end + 40,
    "a file": directory + 46 + name + 4 + 16,
    "a file's size": directory + 46 + name + 4 + 8,
  };
  for (const [what, place] of Object.entries(places)) {
    for (
      const far of [
        BigInt(archive.length) + 1n,
        2n ** 53n + 1n,
        2n ** 63n,
        2n ** 64n - 1n,
      ]
    ) {
      const changed = archive.slice();
      new DataView(changed.buffer).setBigUint64(place, far, true);
      await assertRejects(
        async () => {
          const folder = await openZip(strict(changed));
          await folder.read("channels.json");
        },
        Refusal,
        undefined,
        `${what} at ${far}`,
      );
    }
  }
  const folder = await openZip(strict(archive));
  assertEquals(await folder.read("channels.json"), "[]");
});
