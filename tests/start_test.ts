// Starting and stopping: a setting that can't be used is one clear line, and a build touches no data.
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { containerNotice } from "../lib/web/store_file.ts";
import { runServer, type Server, startServer } from "./support/server.ts";
import { folderTest as test } from "./support/with_folder.ts";

/** Starts the app, which is to end by itself, with one line that says why. */
async function assertRefused(
  env: Record<string, string>,
  ...reasons: string[]
): Promise<void> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "-P=serve", "main.ts"],
    env: { PORT: "0", DENO_KV_PATH: ":memory:", NO_COLOR: "1", ...env },
    // Otherwise a server that does start would be waited for.
    signal: AbortSignal.timeout(20_000),
  }).output();
  const said = new TextDecoder().decode(stderr);
  assertEquals([code, new TextDecoder().decode(stdout)], [1, ""], said);
  assertMatch(said, /^[^\n]+\n$/);
  for (const reason of reasons) assertStringIncludes(said, reason);
}

test("A port in use is one line and exit code 1", async () => {
  await using server = await startServer();
  const { port } = new URL(server.url);
  await assertRefused({ PORT: port }, "PORT", port, "in use");
});

test("A PORT that is no port is one line and exit code 1", async () => {
  for (const port of ["http", "-1", "65536", "80.5", "8000 "]) {
    await assertRefused({ PORT: port }, "PORT", port);
  }
});

test("A HOST that is not this machine's is one line and exit code 1", async () => {
  await assertRefused({ HOST: "192.0.2.1" }, "192.0.2.1");
});

test("A value that a setting does not know is one line and exit code 1", async () => {
  const names = ["REPLICACHE_STRATEGY", "TRUST_PROXY", "RATE_LIMITS"];
  for (const name of [...names, "SIGN_IN", "MAKE_ROOMS"]) {
    await assertRefused({ [name]: "perhaps" }, name, "perhaps");
  }
});

test("An ORIGIN that is none is one line and exit code 1 (T29)", async () => {
  const wrong = [
    ...["chat.example.org", "https://chat.example.org/path", "ftp://a.example"],
    ...["https://a.example?x", "https://u@a.example", "https://", "null", "*"],
  ];
  for (const origin of wrong) {
    await assertRefused({ ORIGIN: origin }, "ORIGIN", origin);
  }
});

test("A number of days that is none is one line and exit code 1", async () => {
  for (const name of ["KEEP_LOG_DAYS", "KEEP_CLIENTS_DAYS"]) {
    for (const days of ["for ever", "0", "1.5"]) {
      await assertRefused({ [name]: days }, name, days);
    }
  }
});

test("A KV path that is a folder is one line and exit code 1", async (folder) => {
  await assertRefused({ DENO_KV_PATH: folder }, folder);
});

test("A KV path below a file is one line and exit code 1", async (folder) => {
  const file = `${folder}/file`;
  await Deno.writeTextFile(file, "");
  const path = `${file}/kvetch.sqlite3`;
  await assertRefused({ DENO_KV_PATH: path }, path);
});

test("A file that is no database is one line and exit code 1, and stays as it was", async (folder) => {
  const file = `${folder}/letter.txt`;
  const text = "Dear Ada,\n".repeat(1_000);
  await Deno.writeTextFile(file, text);
  await assertRefused({ DENO_KV_PATH: file }, file, "not a database");
  assertEquals(await Deno.readTextFile(file), text);
});

test("A damaged database is one line and exit code 1, with what to do (T48)", async (folder) => {
  const file = `${folder}/kvetch.sqlite3`;
  {
    await using server = await startServer({ DENO_KV_PATH: file });
    assertEquals(await server.stop(), 0);
  }
  const bytes = await Deno.readFile(file);
  for (let at = 100; at < bytes.length; at += 50) bytes[at] ^= 0xff;
  await Deno.writeFile(file, bytes);
  await assertRefused({ DENO_KV_PATH: file }, file, "damaged", "a copy");
  assertEquals(await Deno.readFile(file), bytes);
});

test("A database of a newer release is one line and exit code 1, and one without a format is taken over (T49)", async (folder) => {
  const file = `${folder}/kvetch.sqlite3`;
  const formatIn = async (kv: Deno.Kv) => (await kv.get(["format"])).value;
  for (const format of [undefined, 1]) {
    {
      await using server = await startServer({ DENO_KV_PATH: file });
      assertEquals(await server.stop(), 0);
    }
    using kv = await Deno.openKv(file);
    assertEquals(await formatIn(kv), 1);
    if (format === undefined) await kv.delete(["format"]);
    else await kv.set(["format"], 2);
  }
  await assertRefused({ DENO_KV_PATH: file }, file, "format 2");
  using kv = await Deno.openKv(file);
  assertEquals(await formatIn(kv), 2);
});

test("A KV path inside the app's own code is one line and exit code 1", async () => {
  const path = `${Deno.cwd()}/lib/kvetch.sqlite3`;
  await assertRefused({ DENO_KV_PATH: path }, path);
});

test("A database that another process has locked is one line and exit code 1", async (folder) => {
  const file = `${folder}/kvetch.sqlite3`;
  {
    await using server = await startServer({ DENO_KV_PATH: file });
    await server.stop();
  }
  for (const mode of ["NORMAL", "EXCLUSIVE"]) {
    const other = new DatabaseSync(file);
    try {
      other.exec(`PRAGMA locking_mode = ${mode}`);
      other.exec("BEGIN EXCLUSIVE");
      await assertRefused({ DENO_KV_PATH: file }, file, "locked");
    } finally {
      other.close();
    }
  }
  await using server = await startServer({ DENO_KV_PATH: file });
  assertEquals(await server.stop(), 0);
});

test("It says where it listens, and SIGTERM ends it with code 0", async () => {
  await using server = await startServer();
  const response = await fetch(server.url + "/healthz");
  assertEquals(await response.json(), { ok: true });
  assertStringIncludes(server.output(), `listens on ${server.url}`);
  const stoodIn = import.meta.resolve("fresh").includes("/lib/standins/");
  const fresh = stoodIn ? "the stand-in for Fresh" : "Fresh (";
  assertStringIncludes(server.output(), `runs on ${fresh}`);
  assertEquals(await server.stop(), 0);
});

/** Opens the poke stream of somebody who has just signed in. */
async function openStream(server: Server): Promise<Response> {
  const signedIn = await fetch(server.url + "/api/session", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name: "Ada" }),
  });
  await signedIn.body?.cancel();
  const cookie = signedIn.headers.get("set-cookie")!.split(";")[0];
  const stream = await fetch(
    server.url + "/api/replicache/poke?space=directory",
    { headers: { cookie } },
  );
  assertEquals(stream.status, 200);
  return stream;
}

test("SIGTERM ends it while someone reads the poke stream", async () => {
  await using server = await startServer();
  const stream = await openStream(server);
  assertEquals(await server.stop(), 0);
  await stream.body?.cancel().catch(() => {}); // broken off by the server
});

test("`deno serve _fresh/server.js` does the same as `main.ts`: it says where its data is, gets on with what is owed, logs, and ends in order (T55)", async (folder) => {
  const DENO_KV_PATH = `${folder}/kvetch.sqlite3`;
  for (const byDenoServe of [false, true]) {
    {
      using kv = await Deno.openKv(DENO_KV_PATH);
      await kv.set(["deletion", "somebody"], { at: 0 });
      await kv.delete(["chore", "groups"]);
    }
    await using server = await startServer({ DENO_KV_PATH }, { byDenoServe });
    {
      using kv = await Deno.openKv(DENO_KV_PATH);
      const isDone = async () => {
        const keys = [["deletion", "somebody"], ["chore", "groups"]];
        const [deletion, chore] = await kv.getMany<unknown[]>(keys);
        return deletion.value === null && chore.value !== null;
      };
      // Nobody has asked it for anything yet.
      while (!await isDone()) {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
    const stream = await openStream(server);
    assertEquals(await server.stop(), 0);
    await stream.body?.cancel().catch(() => {}); // broken off by the server
    const said = server.output();
    assertStringIncludes(said, `keeps its data in ${DENO_KV_PATH}`);
    assertStringIncludes(said, '"path":"/api/session"');
  }
});

test("what `main.ts` refuses, `deno serve _fresh/server.js` refuses in the same words (T55)", async (folder) => {
  const file = `${folder}/letter.txt`;
  await Deno.writeTextFile(file, "Dear Ada,\n".repeat(1_000));
  const wrong: Record<string, string>[] = [
    { DENO_KV_PATH: file },
    { ORIGIN: "https://a.example/path" },
    { DENO_DEPLOY: "true", DENO_KV_PATH: "" },
  ];
  for (const env of wrong) {
    const { code, output } = await runServer(env, { byDenoServe: true });
    const { output: said } = await runServer(env);
    assertEquals(code, 1);
    assertStringIncludes(output, said);
  }
});

test("on Deno Deploy, data without a KV database, or in a file, would not last, and is refused unless it need not (T56)", async (folder) => {
  const DENO_DEPLOY = "true";
  await assertRefused({ DENO_DEPLOY, DENO_KV_PATH: "" }, "Deploy", "Attach");
  const file = `${folder}/kvetch.sqlite3`;
  await assertRefused({ DENO_DEPLOY, DENO_KV_PATH: file }, file, ":memory:");
  await using server = await startServer({ DENO_DEPLOY });
  assertEquals(await server.stop(), 0);
  assertStringIncludes(server.output(), "keeps its data in memory");
});

test("DENO_DEPLOYMENT_ID, which containers have as well, moves no data (T56)", async (folder) => {
  const env = { XDG_DATA_HOME: folder, DENO_KV_PATH: "" };
  await using server = await startServer({ ...env, DENO_DEPLOYMENT_ID: "v7" });
  assertEquals(await server.stop(), 0);
  const file = `${folder}/kvetch/kvetch.sqlite3`;
  assertStringIncludes(server.output(), `keeps its data in ${file}`);
});

test("a file that is in a container's own file system is said to go with it (T56)", async (folder) => {
  const file = `${folder}/kvetch.sqlite3`;
  const mark = `${folder}/.dockerenv`;
  assertEquals(await containerNotice(file, [mark]), undefined);
  await Deno.writeTextFile(mark, "");
  const isOwn = (await Deno.stat(folder)).dev === (await Deno.stat("/")).dev;
  const notice = await containerNotice(file, [mark]);
  assertEquals(notice?.includes(file), isOwn || undefined);
  assertEquals(await containerNotice("/proc/kvetch", [mark]), undefined);
});

test("Without settings it keeps its data under the user's data folder", async (folder) => {
  await using server = await startServer({
    HOME: folder,
    XDG_DATA_HOME: "",
    DENO_KV_PATH: "",
  });
  assertEquals(await server.stop(), 0); // and all it had to say is said
  const file = `${folder}/.local/share/kvetch/kvetch.sqlite3`;
  assertStringIncludes(server.output(), `keeps its data in ${file}`);
  assertEquals((await Deno.stat(file)).isFile, true);
});

test("XDG_DATA_HOME says where the user's data folder is", async (folder) => {
  await using server = await startServer({
    XDG_DATA_HOME: folder,
    DENO_KV_PATH: "",
  });
  assertEquals(await server.stop(), 0);
  const file = `${folder}/kvetch/kvetch.sqlite3`;
  assertStringIncludes(server.output(), `keeps its data in ${file}`);
  assertEquals((await Deno.stat(file)).isFile, true);
});

// On a copy, as the build of this run is being served and read by other tests.
test("A build opens no KV", async (folder) => {
  const copy = `${folder}/app`;
  await copyApp(copy);
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "build"],
    cwd: copy,
    env: {
      DENO_KV_PATH: `${folder}/kvetch.sqlite3`,
      XDG_DATA_HOME: `${folder}/data`,
    },
  }).output();
  assertEquals(success, true, new TextDecoder().decode(stderr));
  await Deno.stat(`${copy}/_fresh/server.js`);
  const left = await Array.fromAsync(Deno.readDir(folder));
  assertEquals(left.map(({ name }) => name), ["app"]);
});

/** Copies what a build reads; the installed packages are linked. */
async function copyApp(to: string): Promise<void> {
  await Deno.mkdir(to);
  const { success } = await new Deno.Command("cp", {
    args: [
      "-R",
      ...["deno.json", "deno.lock", "main.ts", "dev.ts", "fresh.config.ts"],
      ...["routes", "islands", "lib", "static"],
      to,
    ],
  }).output();
  assertEquals(success, true);
  // Upstream may be linked from anywhere.
  const config = JSON.parse(await Deno.readTextFile("deno.json"));
  const here = `file://${Deno.cwd()}/`;
  config.links = config.links?.map((path: string) => new URL(path, here).href);
  await Deno.writeTextFile(`${to}/deno.json`, JSON.stringify(config));
  await Deno.symlink(`${Deno.cwd()}/node_modules`, `${to}/node_modules`);
}
