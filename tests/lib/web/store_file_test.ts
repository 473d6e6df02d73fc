// What the check of the database's file finds before Deno KV opens it.
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { SettingsError } from "../../../lib/web/settings.ts";
import { assertIntact } from "../../../lib/web/store_file.ts";
import { permitted } from "../../support/permitted.ts";

/** A test that has the path of a store's file, which holds two thousand values. */
function test(
  name: string,
  fn: (path: string) => Promise<void>,
  ignore = !permitted,
): void {
  Deno.test({
    name,
    ignore,
    async fn() {
      const folder = await Deno.makeTempDir();
      const path = `${folder}/kvetch.sqlite3`;
      try {
        const kv = await Deno.openKv(path);
        for (let i = 0; i < 20; i++) {
          const some = kv.atomic();
          for (let j = 0; j < 100; j++) some.set([i, j], "word ".repeat(100));
          await some.commit();
        }
        kv.close();
        await fn(path);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}

/** What a person is told of the file; undefined when it is fine. Nothing is changed by asking. */
async function problemOf(path: string): Promise<string | undefined> {
  const before = await contentOf(path);
  try {
    assertEquals(await assertIntact(path), undefined);
    return undefined;
  } catch (error) {
    assertInstanceOf(error, SettingsError);
    assertMatch(error.message, /^[^\n]+$/);
    assertStringIncludes(error.message, path);
    return error.message;
  } finally {
    assertEquals(await contentOf(path), before);
  }
}

const contentOf = async (path: string) => {
  const { isFile } = await Deno.stat(path).catch(() => ({ isFile: false }));
  return isFile ? await Deno.readFile(path) : undefined;
};

/** Writes over a part of a file. */
async function overwrite(path: string, at: number, bytes: Uint8Array) {
  using file = await Deno.open(path, { write: true });
  await file.seek(at, Deno.SeekMode.Start);
  await file.write(bytes);
}

function inSQLite(path: string, ...statements: string[]): void {
  const database = new DatabaseSync(path);
  for (const statement of statements) database.exec(statement);
  database.close();
}

test("a store that was closed, is open, or was killed is fine (T48)", async (path) => {
  assertEquals(await problemOf(path), undefined);
  const kv = await Deno.openKv(path);
  await kv.set(["more"], 1);
  // As a process leaves it that is killed: with a log that is not in the file yet.
  for (const part of ["", "-wal"]) {
    await Deno.copyFile(`${path}${part}`, `${path}.killed${part}`);
  }
  assertEquals(await problemOf(path), undefined);
  assertEquals(await problemOf(`${path}.killed`), undefined);
  kv.close();
});

test("no file, and one that is empty, are a new store (T48)", async (path) => {
  assertEquals(await problemOf(`${path}.none`), undefined);
  await Deno.writeFile(`${path}.empty`, new Uint8Array());
  assertEquals(await problemOf(`${path}.empty`), undefined);
});

test("a write-ahead log without its file is no new store: SQLite would delete it (T48)", async (path) => {
  for (const name of ["gone", "empty"]) {
    await Deno.writeFile(`${path}.${name}-wal`, new Uint8Array(5_000));
  }
  await Deno.writeFile(`${path}.empty`, new Uint8Array());
  for (const name of ["gone", "empty"]) {
    assertStringIncludes(await problemOf(`${path}.${name}`) ?? "", "damaged");
  }
});

test("a page that is lost, wherever it is, is damage (T48)", async (path) => {
  const { size } = await Deno.stat(path);
  let found = 0;
  for (const fill of [0, 0xff]) {
    for (let page = 0; page < size / 4096; page += 7) {
      const copy = `${path}.${fill}.${page}`;
      await Deno.copyFile(path, copy);
      // The first page begins with SQLite's name.
      const at = page === 0 ? 100 : page * 4096;
      await overwrite(copy, at, new Uint8Array(4096 - at % 4096).fill(fill));
      const problem = await problemOf(copy);
      if (problem === undefined) continue;
      assertStringIncludes(problem, "put a copy back");
      found++;
    }
  }
  // Pages that hold the rest of a long value have nothing that could be wrong.
  assert(found > 0.9 * 2 * size / 4096 / 7, `${found}`);
});

test("a file that was truncated is damaged, wherever it was (T48)", async (path) => {
  const { size } = await Deno.stat(path);
  for (const length of [20, 99, 100, 3_000, 4_096, 10_000, size - 4_096]) {
    const copy = `${path}.${length}`;
    await Deno.copyFile(path, copy);
    await Deno.truncate(copy, length);
    assertMatch(await problemOf(copy) ?? "fine", /damaged|not a database/);
  }
});

test("tables that are missing or empty, on which Deno fails or panics, are damage (T48)", async (path) => {
  const damages = ["DROP TABLE kv", "DROP TABLE migration_state"];
  for (const damage of [...damages, "DELETE FROM data_version"]) {
    const copy = `${path}.${damage}`;
    await Deno.copyFile(path, copy);
    inSQLite(copy, damage);
    assertStringIncludes(await problemOf(copy) ?? "fine", "damaged");
  }
});

test("another program's database, a letter and a folder are not taken for a store (T48)", async (path) => {
  inSQLite(`${path}.other`, "CREATE TABLE letter (text)");
  await Deno.writeTextFile(`${path}.letter`, "Dear Ada,\n".repeat(1_000));
  await Deno.writeTextFile(`${path}.note`, "x");
  await Deno.mkdir(`${path}.folder`);
  const said = {
    other: "another program's",
    letter: "not a database",
    note: "not a database",
    folder: "can't be used",
  };
  for (const [name, words] of Object.entries(said)) {
    assertStringIncludes(await problemOf(`${path}.${name}`) ?? "fine", words);
  }
});

test("a write-ahead log that is damaged is read up to there, or told (T48)", async (path) => {
  const kv = await Deno.openKv(path);
  for (let i = 0; i < 50; i++) await kv.set(["more", i], i);
  const { size } = await Deno.stat(`${path}-wal`);
  for (const at of [0, 40, 100, size / 2, size - 50]) {
    const copy = `${path}.${at}`;
    for (const part of ["", "-wal"]) {
      await Deno.copyFile(`${path}${part}`, `${copy}${part}`);
    }
    await overwrite(`${copy}-wal`, at, new Uint8Array(30).fill(0xaa));
    // A whole state of the past, which is what a crash leaves as well.
    assertEquals(await problemOf(copy), undefined);
    const after = await Deno.openKv(copy);
    const there = await Array.fromAsync(after.list({ prefix: ["more"] }));
    assertEquals(there.map(({ value }) => value), there.map((_, i) => i));
    assert(there.length < 50);
    after.close();
  }
  await Deno.copyFile(path, `${path}.odd`);
  await Deno.mkdir(`${path}.odd-wal`);
  assertStringIncludes(await problemOf(`${path}.odd`) ?? "", "can't be used");
  kv.close();
});

test(
  "a file that may not be read is told with the system's words (T48)",
  async (path) => {
    await Deno.chmod(path, 0o000);
    try {
      await assertIntact(path);
    } catch (error) {
      assertInstanceOf(error, SettingsError);
      assertMatch(error.message, /can't be used: .*denied/);
      return;
    }
    throw new Error("It was read.");
  },
  !permitted || Deno.build.os === "windows" || Deno.uid() === 0, // root may
);

test("a file that is too large is looked at in its beginning, and the start says so (T48)", async (path) => {
  await Deno.truncate(path, 2_100_000_000); // a hole, which takes no room
  assertMatch(await assertIntact(path) ?? "", /^Its 2\.1 GB are not checked/);
  inSQLite(path, "DROP TABLE kv");
  assertStringIncludes(
    await assertIntact(path).catch(({ message }) => message) ?? "",
    "damaged",
  );
});
