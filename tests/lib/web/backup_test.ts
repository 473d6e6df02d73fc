// The file of a backup: what is not whole is refused in one line, before anything is written.
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { backUp, restore } from "../../../lib/web/backup.ts";
import { BackupWriter, stepsIn } from "../../../lib/web/backup_file.ts";
import { chatDomain } from "../../../lib/web/chat/domain.ts";
import { SettingsError } from "../../../lib/web/settings.ts";
import {
  assertFormat,
  beginRestore,
  endRestore,
} from "../../../lib/web/store.ts";
import { type RestoreStep, restoreSteps, Sync } from "../../../lib/sync/mod.ts";
import { folderTest } from "../../support/with_folder.ts";

const test = (name: string, fn: (file: string) => Promise<void>): void =>
  folderTest(name, (folder) => fn(`${folder}/kvetch.backup`));

const bytes = (text: string) => new TextEncoder().encode(text);
const STEPS: RestoreStep[] = [
  { set: ["version", "room:a"], value: 7, until: undefined },
  { set: ["version", "room:é"], value: 8, until: undefined },
  { set: ["entry", "room:a", "\0😀\n"], value: bytes('{"a":"\\n€😀"}') },
  { set: ["big"], value: bytes(JSON.stringify('\\"'.repeat(16_000))) },
  { set: ["session", "s"], value: { userID: "u" }, until: 2e12 },
  { set: ["null"], value: null },
  { delete: ["order", "room:a", "message/", -1.5e300, "k"] },
  { deleteUnder: ["log", "room:a"] },
].map((step) =>
  "set" in step ? { until: undefined, ...step } : step
) as RestoreStep[];

async function write(path: string, steps = STEPS): Promise<string> {
  await Deno.writeTextFile(path, "");
  const writer = new BackupWriter(path);
  for (const step of steps) await writer.write(step);
  await writer.finish();
  writer.close();
  return await Deno.readTextFile(path);
}

const read = (path: string) => Array.fromAsync(stepsIn(path));

test("what was written into a backup is read from it, whatever it holds (T71)", async (file) => {
  await write(file);
  assertEquals(await read(file), STEPS);
  const many = Array.from({ length: 20_000 }, (_, i): RestoreStep => ({
    set: ["entry", i],
    value: bytes(`"${i}"`),
    until: undefined,
  }));
  await write(file, many);
  assertEquals(await read(file), many);
});

test("the versions that a backup begins with can be read while it is written (T71)", async (file) => {
  await Deno.writeTextFile(file, "");
  const writer = new BackupWriter(file);
  for (const step of STEPS) await writer.write(step);
  assertEquals(await Array.fromAsync(writer.versions()), [
    { space: "room:a", version: 7 },
    { space: "room:é", version: 8 },
  ]);
  writer.close();
});

test("a backup that is cut off anywhere, or changed in any byte, is refused in one line (T73)", async (file) => {
  const steps = STEPS.slice(0, 3);
  await write(file, steps);
  const whole = await Deno.readFile(file);
  const refused = async (changed: Uint8Array) => {
    await Deno.writeFile(file, changed);
    const { message } = await assertRejects(() => read(file), SettingsError);
    assertEquals(message.split("\n").length, 1);
    assertStringIncludes(message, file);
  };
  for (let at = 0; at < whole.length; at++) {
    await refused(whole.slice(0, at));
    const changed = whole.slice();
    changed[at] ^= 1;
    await refused(changed);
  }
  await refused(bytes("\n"));
});

test("a file that is no backup, of a newer release, or with a line that is no step is refused, and says why (T73)", async (file) => {
  const text = await write(file);
  const [head, ...rest] = text.split("\n");
  const refused: [string | Uint8Array, string][] = [
    ["", "no backup"],
    ["Dear Ada,\nhow are you?\n", "no backup"],
    ["{}\n", "no backup"],
    ["null\n", "no backup"],
    ["x".repeat(1_000_000), "no backup"],
    [new Uint8Array(5_000).fill(0xff), "no backup"],
    [head.replace('"format":1', '"format":2') + "\n", "newer release"],
    [head.replace('"store":1', '"store":2') + "\n", "newer release"],
    [`${head}\nnull\n`, "damaged near line 2"],
    [`${head}\n{"set":["a"]}\n`, "damaged near line 2"],
    [`${head}\n{"set":[{}],"value":1}\n`, "damaged near line 2"],
    [`${head}\n{"set":[],"value":1}\n`, "damaged near line 2"],
    [`${head}\n{"set":["a"],"value":1,"until":"x"}\n`, "damaged near line 2"],
    [`${head}\n{"set":["a"],"text":"${"x".repeat(1e6)}"}\n`, "damaged near"],
    [[head, ...rest.slice(1)].join("\n"), "damaged near"],
    [`${text}${rest[0]}\n`, "damaged near"],
    [`${head}\n`, "its end is missing"],
  ];
  for (const [content, why] of refused) {
    const whole = typeof content === "string" ? bytes(content) : content;
    await Deno.writeFile(file, whole);
    const { message } = await assertRejects(() => read(file), SettingsError);
    assertStringIncludes(message, why);
    assertEquals(message.split("\n").length, 1);
  }
  await assertRejects(() => read(`${file}.not`), SettingsError, "Can't read");
});

/** How the commands are given a KV in memory. */
const opening = (kv: Deno.Kv) => () =>
  Promise.resolve({
    kv: Object.assign(Object.create(kv), {
      close() {},
      get: kv.get.bind(kv),
      list: kv.list.bind(kv),
      atomic: kv.atomic.bind(kv),
    }) as Deno.Kv,
    sync: new Sync(kv, chatDomain),
  });
const URL_OF_SERVER = "http://kv.example";

const keysIn = async (kv: Deno.Kv) =>
  (await Array.fromAsync(kv.list({ prefix: [] }))).map(({ key }) => key[0]);

test("a store that is not empty is left as it is, and nothing of a damaged backup is written (T72, T73)", async (file) => {
  using kv = await Deno.openKv(":memory:");
  await write(file);
  await kv.set(["version", "room:b"], 1);
  const into = () => restore(URL_OF_SERVER, opening(kv), file);
  await assertRejects(into, SettingsError, "not empty");
  assertEquals(await keysIn(kv), ["version"]);
  await kv.delete(["version", "room:b"]);
  await Deno.truncate(file, 1_000);
  await assertRejects(into, SettingsError, "end is missing");
  assertEquals(await keysIn(kv), []);
});

test("a restore that has died is refused to those who would serve, and done anew it leaves nothing of the first (T72)", async (file) => {
  using kv = await Deno.openKv(":memory:");
  const lock = await beginRestore(kv);
  async function* first(): AsyncGenerator<RestoreStep> {
    for (let i = 0; i < 2_000; i++) {
      yield { set: ["of the first", i], value: i };
    }
    await Promise.resolve();
  }
  await restoreSteps(kv, first(), lock);
  await assertRejects(() => assertFormat(kv), Error, "restore it again");
  await write(file);
  await restore(URL_OF_SERVER, opening(kv), file);
  await assertFormat(kv);
  assertEquals((await kv.get(["format"])).value, 1);
  assertEquals((await keysIn(kv)).includes("of the first"), false);
  // The first one, should it live after all.
  await assertRejects(() => restoreSteps(kv, first(), lock), Error, "begun");
  await assertRejects(() => endRestore(kv, lock), Error, "begun");
});

test("a backup is there whole or not at all, and writes over nothing (T70)", async (file) => {
  using kv = await Deno.openKv(":memory:");
  await kv.set(["version", "room:a"], 1); // its log is not there
  const copy = () => backUp(URL_OF_SERVER, opening(kv), file);
  const names = async () =>
    (await Array.fromAsync(Deno.readDir(file.replace(/[^/]*$/, ""))))
      .map(({ name }) => name);
  await assertRejects(copy, SettingsError, "has lost its log");
  assertEquals(await names(), []);
  await kv.delete(["version", "room:a"]);
  await Deno.writeTextFile(`${file}.part`, "another's");
  await assertRejects(copy, SettingsError, "a copy is being made");
  assertEquals(await Deno.readTextFile(`${file}.part`), "another's");
  await Deno.remove(`${file}.part`);
  await copy();
  await read(file);
  if (Deno.build.os !== "windows") {
    assertEquals((await Deno.stat(file)).mode! & 0o777, 0o600);
  }
  await assertRejects(copy, SettingsError, "there already");
  assertEquals(await names(), ["kvetch.backup"]);
  await assertRejects(
    () => backUp(":memory:", opening(kv), `${file}2`),
    SettingsError,
    "DENO_KV_PATH",
  );
});

test("what goes by itself does so in the restored store as well, and what is of the moment alone is not there (T71)", async (file) => {
  using kv = await Deno.openKv(":memory:");
  const now = Date.now();
  const session = { userID: "u", expiresAt: now + 1e9 };
  await kv.set(["session", "s"], session);
  await kv.set(["sessionOf", "u", "s"], 0);
  await kv.set(["session", "over"], { userID: "u", expiresAt: now - 1 });
  await kv.set(["ban", "account", "x"], { until: null });
  await kv.set(["ban", "account", "y"], { until: now - 1 });
  await kv.set(["link", "h"], { userID: "u" });
  await kv.set(["linkOf", "u"], { hash: "h", createdAt: 1 });
  for (
    const kind of ["alive", "health", "online", "presence", "pulse", "search"]
  ) await kv.set([kind, "x"], 1);
  await kv.set(["deletion", "z"], { at: 1 });
  await backUp(URL_OF_SERVER, opening(kv), file);
  using other = await Deno.openKv(":memory:");
  await restore(URL_OF_SERVER, opening(other), file);
  const stored = await Array.fromAsync(other.list({ prefix: [] }));
  assertEquals(stored.map(({ key, value }) => [key.join(" "), value]), [
    ["ban account x", { until: null }],
    ["deletion z", { at: 1 }],
    ["format", 1],
    ["link h", { userID: "u" }],
    ["linkOf u", { hash: "h", createdAt: 1 }],
    ["session s", session],
    ["sessionOf u s", 0],
  ]);
});
