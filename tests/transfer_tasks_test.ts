// `deno task export` and `import`, as an operator runs them: beside an app that serves, killed, and with what can't be read.
import { assert, assertEquals, assertMatch } from "@std/assert";
import { Person } from "./support/person.ts";
import { randomFrom } from "./support/random.ts";
import { chosenSeed, repeating, soaking } from "./support/seeds.ts";
import { startServer } from "./support/server.ts";
import { slackExport } from "./support/slack_export.ts";
import { runTask } from "./support/task.ts";
import { exportOf, said, TransferStore } from "./support/transfer.ts";
import { folderTest } from "./support/with_folder.ts";
import { zip } from "./support/zip.ts";

const linesOf = (text: string) => text.trimEnd().split("\n");

/** The messages of an export, without whose they are. */
const messagesIn = (text: string) =>
  linesOf(text).flatMap((line) => JSON.parse(line).message ?? [])
    .map(({ authorID: _, ...message }) => message);

folderTest(
  "a room goes into a file and out of it on another instance, while both serve (T105)",
  async (folder) => {
    await using here = await startServer({
      DENO_KV_PATH: `${folder}/a.sqlite3`,
    });
    await using there = await startServer({
      DENO_KV_PATH: `${folder}/b.sqlite3`,
    });
    const [ada, bob] = [
      await Person.signIn(here.url, "Ada"),
      await Person.signIn(there.url, "Bob"),
    ];
    const { body: { roomID, space } } = await ada.post("/api/rooms", {
      name: "Nest",
    });
    await ada.push(
      space,
      "g",
      [1, 2].map((id) => ({
        ...{ id, clientID: "c", name: "createMessage", timestamp: 0 },
        args: { id: `m${id}`, content: `This is ${id}.` },
      })),
    );
    const file = `${folder}/nest.jsonl`;
    const at = (name: string) => ({
      DENO_KV_PATH: `${folder}/${name}.sqlite3`,
    });
    const exported = await runTask(["export", roomID, file], at("a"));
    assertEquals([exported.code, exported.said], [
      0,
      `Exported ${roomID} to ${file}: 5 lines\n`,
    ]);
    if (Deno.build.os !== "windows") {
      assertEquals((await Deno.stat(file)).mode! & 0o777, 0o600);
    }
    const imported = await runTask(
      ["import", bob.userID, file, "public"],
      at("b"),
    );
    assertEquals(imported.code, 0, imported.said);
    const [, copy] = imported.said.match(/imported as (\S+), 2 messages/)!;
    const { body } = await bob.pull(`room:${copy}`, "view");
    const contents = body.patch.flatMap((
      { value }: { value?: { content?: string } },
    ) => value?.content ?? []);
    assertEquals(contents.toSorted(), ["This is 1.", "This is 2."]);
    const again = await runTask(
      ["import", bob.userID, file, "public"],
      at("b"),
    );
    assertMatch(again.said, new RegExp(`imported as ${copy}`));
  },
);

folderTest(
  "Slack's export is imported as a folder and as a ZIP file, each channel a room (T105, T107)",
  async (folder) => {
    const path = `${folder}/kv.sqlite3`;
    {
      using store = await TransferStore.open(path);
      await store.addPerson("bob", "Bob");
    }
    const files = slackExport();
    for (const [name, content] of files) {
      const place = `${folder}/slack/${name}`;
      await Deno.mkdir(place.replace(/\/[^/]*$/, ""), { recursive: true });
      await Deno.writeTextFile(place, content);
    }
    const all = [...files].map(([path, content]) => ({ path, content }));
    await Deno.writeFile(`${folder}/slack.zip`, await zip(all));
    const rooms: string[] = [];
    for (const [person, source] of [["ada", "slack"], ["bob", "slack.zip"]]) {
      const { code, said } = await runTask(
        ["import", person, `${folder}/${source}`],
        { DENO_KV_PATH: path },
      );
      assertEquals(code, 0, said);
      const ids = [...said.matchAll(/imported as (\S+),/g)].map(([, id]) => id);
      assertEquals(ids.length, 3, said);
      rooms.push(ids[0]);
    }
    using store = await TransferStore.open(path);
    const [one, other] = await Promise.all(rooms.map((id) => store.export(id)));
    assertEquals(messagesIn(one), messagesIn(other));
    assertEquals(messagesIn(one).length, 9);
  },
);

folderTest(
  "what can't be imported or exported is said in a line for each, and ends with 1, or with 2 when it can't be read as a command (T105)",
  async (folder) => {
    const path = `${folder}/kv.sqlite3`;
    (await TransferStore.open(path))[Symbol.dispose]();
    const file = `${folder}/bad.jsonl`;
    await Deno.writeTextFile(
      file,
      exportOf([said("m1"), "no", said("m2"), "no"]),
    );
    const run = async (...args: string[]) => {
      const { code, said } = await runTask(args, { DENO_KV_PATH: path });
      assert(!/\n\s+at /.test(said), said);
      return [code, ...linesOf(said)];
    };
    assertEquals(await run("import", "ada", file), [
      1,
      "Nest: 100 %",
      "Nest, line 3: It is no JSON object.",
      "Nest, line 5: It is no JSON object.",
      "Nest: not imported",
      "1 of 1 not imported.",
    ]);
    const [code, ...lines] = await run("import", "ada", file, "skip");
    assertEquals([code, lines.length], [0, 4]);
    assertMatch(String(lines.at(-1)), /imported as \S+, 2 messages/);
    const other = `${folder}/letter.txt`;
    await Deno.writeTextFile(other, "Dear Ada\n");
    assertEquals(await run("import", "ada", other), [
      1,
      `Can't read ${other}: This file is not an export of a room.`,
    ]);
    assertEquals((await run("import", "nobody", file))[0], 1);
    assertEquals((await run("import", "ada", `${folder}/none`))[0], 1);
    assertEquals((await run("import", "ada", folder))[0], 1);
    assertEquals((await run("import", "ada", file, "all"))[0], 2);
    assertEquals((await run("export", "nowhere", `${folder}/new`))[0], 1);
    assertEquals((await run("export", "general", file))[0], 1);
    assertEquals((await run("export"))[0], 2);
    assertEquals(
      (await Array.fromAsync(Deno.readDir(folder))).filter(({ name }) =>
        /new|part/.test(name)
      ),
      [],
    );
  },
);

/** Runs an import; kills it as soon as it has said so many lines, if it has by its end. */
async function importKilled(args: string[], path: string, after: number) {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-q", "--node-modules-dir=manual", "-P=serve"],
      ...["main.ts", "import", ...args],
    ],
    env: { DENO_KV_PATH: path, NO_COLOR: "1" },
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  let lines = 0;
  let said = "";
  const text = child.stdout.pipeThrough(new TextDecoderStream());
  for await (const piece of text) {
    said += piece;
    lines += piece.split("\n").length - 1;
    if (lines < after) continue;
    child.kill("SIGKILL");
    break;
  }
  await child.status;
  return said;
}

folderTest(
  "an import that is killed anywhere, again and again, goes on, and has each line once (T102, T105)",
  async (folder) => {
    const file = `${folder}/large.jsonl`;
    const text = exportOf(
      Array.from(
        { length: 6_000 },
        (_, i) => said(`m${i}`, { content: "x".repeat(400) }),
      ),
    );
    await Deno.writeTextFile(file, text);
    const seeds = repeating ? 1 : soaking ? 60 : 4;
    for (let seed = chosenSeed(), n = 0; n < seeds; n++, seed++) {
      const random = randomFrom(seed);
      const path = `${folder}/kv-${n}.sqlite3`;
      (await TransferStore.open(path))[Symbol.dispose]();
      let done = "";
      for (let kills = 0; !done; kills++) {
        assert(kills < 30, `SEED=${seed}: it never ends`);
        const after = kills < 3 ? 1 + random.below(4) : Infinity;
        const said = await importKilled(["ada", file], path, after);
        done = said.match(/imported as (\S+), 6000 messages/)?.[1] ?? "";
      }
      using store = await TransferStore.open(path);
      const exported = messagesIn(await store.export(done));
      assertEquals(exported.length, 6_000, `SEED=${seed}`);
      assertEquals(exported, messagesIn(text), `SEED=${seed}`);
      const rooms = new Set(
        (await store.keys()).filter((key) => /^version room:/.test(key)),
      );
      assertEquals(rooms.size, 2, `SEED=${seed}`); // and General
    }
  },
);
