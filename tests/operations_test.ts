// Running it: a restart under load, a copy of the data taken meanwhile, several processes on one file.
import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { eventsOf } from "./support/events.ts";
import { permitted } from "./support/permitted.ts";
import { Person } from "./support/person.ts";
import { sendRaw } from "./support/raw_http.ts";
import { startServer } from "./support/server.ts";
import { runTask } from "./support/task.ts";
import { folderTest } from "./support/with_folder.ts";

const test = (name: string, fn: (file: string) => Promise<void>): void =>
  folderTest(name, (folder) => fn(`${folder}/kvetch.sqlite3`));

const GENERAL = "room:general";
const createMessage = (id: number, clientID = "c") => ({
  id,
  clientID,
  name: "createMessage",
  timestamp: 1,
  args: { id: `${clientID}-${id}`, content: `No. ${id}` },
});

/** The IDs of the messages that a person sees. */
async function messagesOf(person: Person): Promise<string[]> {
  const { body } = await person.pull(GENERAL, crypto.randomUUID());
  return body.patch.filter(({ key = "" }) => key.startsWith("message/"))
    .map(({ key }: { key: string }) => key.replace("message/", ""));
}

/** Runs `deno task backup` against a file. */
const backUp = (file: string, ...args: string[]) =>
  runTask(["backup", ...args], { DENO_KV_PATH: file });

test("a copy of a file that is taken while people write can be put back (T70)", async (file) => {
  const copy = `${file}.copy`;
  {
    await using server = await startServer({ DENO_KV_PATH: file });
    const ada = await Person.signIn(server.url, "Ada");
    await ada.post("/api/rooms/general/members", {});
    for (let id = 1; id <= 20; id++) {
      await ada.push(GENERAL, "g", [createMessage(id)]);
    }
    const [copied] = await Promise.all([
      backUp(file, copy),
      (async () => {
        for (let id = 21; id <= 60; id++) {
          await ada.push(GENERAL, "g", [createMessage(id)]);
        }
      })(),
    ]);
    assertEquals(copied.code, 0, copied.said);
    assertStringIncludes(copied.said, `to ${copy}`);
    assertEquals((await messagesOf(ada)).length, 60);
    assertEquals(await server.stop(), 0);

    await using restored = await startServer({ DENO_KV_PATH: copy });
    const again = new Person(restored.url);
    again.cookie = ada.cookie;
    const there = await messagesOf(again);
    assert(there.length >= 20, `${there.length} messages`);
    // Without a hole: as of one moment.
    assertEquals(
      there.sort(),
      there.map((_, i) => `c-${i + 1}`).sort(),
    );
    // A browser that is ahead is told so, instead of losing what it has.
    const ahead = await again.push(GENERAL, "g", [createMessage(200)]);
    assertEquals(ahead.body.error, "ClientStateNotFound");
  }
});

test("a copy never writes over a file, and says why it can't be made (T70)", async (file) => {
  {
    await using server = await startServer({ DENO_KV_PATH: file });
    assertEquals(await server.stop(), 0);
  }
  const letter = `${file}.letter`;
  await Deno.writeTextFile(letter, "Dear Ada");
  const over = await backUp(file, letter);
  assertEquals(over.code, 1);
  assertStringIncludes(over.said, letter);
  assertEquals(await Deno.readTextFile(letter), "Dear Ada");
  assertEquals((await backUp(file)).code, 1);
  const missing = await backUp(`${file}.missing`, `${file}.copy`);
  assertEquals(missing.code, 1);
  assertStringIncludes(missing.said, "missing");
  assertEquals((await backUp(":memory:", `${file}.copy`)).code, 1);
});

test("a restart under a thousand listeners spreads them, and no push fails for good", async (file) => {
  const before = await startServer({ DENO_KV_PATH: file });
  const ada = await Person.signIn(before.url, "Ada");
  await ada.post("/api/rooms/general/members", {});
  const { port } = new URL(before.url);

  // As Replicache does: the same push again, until it is answered with 200.
  let restarted = false;
  let acknowledged = 0;
  const pushing = (async () => {
    for (let id = 1; !restarted || id <= 30; id++) {
      for (;;) {
        const answer = await ada.push(GENERAL, "g", [createMessage(id)])
          .catch(() => null); // nobody listens just now
        if (answer?.status === 200) break;
        await answer?.body;
      }
      acknowledged = id;
    }
  })();

  const path = `/api/replicache/poke?space=${GENERAL}`;
  const streams: Response[] = [];
  for (let i = 0; i < 20; i++) {
    streams.push(
      ...await Promise.all(
        Array.from({ length: 50 }, () => ada.fetch(path)),
      ),
    );
  }
  const endings = streams.map(async (stream) => {
    const text = await stream.text();
    return Number(text.match(/\nretry: (\d+)\n\n$/)?.[1]);
  });
  assertEquals(await before.stop(), 0);
  const retries = (await Promise.all(endings)).sort((a, b) => a - b);
  assertEquals(retries.filter(Number.isNaN).length, 0);
  assert(retries[999] - retries[0] >= 5_000, `${retries[0]}–${retries[999]}`);

  await using after = await startServer({ DENO_KV_PATH: file, PORT: port });
  restarted = true;
  await pushing;
  const again = await Promise.all(
    Array.from({ length: 50 }, () => ada.fetch(path)),
  );
  assertEquals(again.map(({ status }) => status), again.map(() => 200));
  await Promise.all(again.map((stream) => stream.body?.cancel()));
  const there = await messagesOf(ada);
  assertEquals(there.length, Math.min(acknowledged, 200)); // a first window's
  assertEquals(new Set(there).size, there.length);
  assertEquals(await after.stop(), 0);
});

test("several processes on one file agree on who is typing and whose session is over", async (file) => {
  await using one = await startServer({ DENO_KV_PATH: file });
  await using two = await startServer({ DENO_KV_PATH: file });
  const ada = await Person.signIn(one.url, "Ada");
  const bob = await Person.signIn(one.url, "Bob");
  await bob.post("/api/rooms/general/members", {});
  const there = new Person(two.url);
  there.cookie = ada.cookie;
  const response = await there.fetch(`/api/replicache/poke?space=${GENERAL}`);
  const stream = eventsOf(response.body!.getReader());
  /** the next event of typing; undefined when the stream has ended. */
  const nextTyping = async (): Promise<unknown> => {
    for (;;) {
      const { done, value } = await stream.next();
      if (done) return undefined;
      if (value.event === "typing") return value.data;
    }
  };
  await bob.post(`/api/typing?space=${GENERAL}`, { typing: true });
  const data = { space: GENERAL, userID: bob.userID };
  assertEquals(await nextTyping(), { ...data, typing: true });
  // Without another word from Bob, it ends by itself.
  assertEquals(await nextTyping(), { ...data, typing: false });
  await ada.ask("/api/session", { method: "DELETE" });
  assertEquals(await nextTyping(), undefined); // it has ended
  assertEquals((await there.get("/api/session")).status, 401);
});

test("an account whose deletion another process has left is erased after the start", async (file) => {
  const gone = "gone";
  {
    await using server = await startServer({ DENO_KV_PATH: file });
    assertEquals(await server.stop(), 0);
    const kv = await Deno.openKv(file);
    await kv.set(["deletion", gone], { at: Date.now() });
    await kv.set(["sessionOf", gone, "s"], 0);
    kv.close();
  }
  await using server = await startServer({ DENO_KV_PATH: file });
  const kv = await Deno.openKv(file);
  while ((await kv.get(["deletion", gone])).versionstamp) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assertEquals((await kv.get(["sessionOf", gone, "s"])).versionstamp, null);
  kv.close();
  assertEquals(await server.stop(), 0);
});

test("it keeps house by itself, as its settings say", async (file) => {
  const day = Math.floor(Date.now() / 86_400_000);
  {
    await using server = await startServer({ DENO_KV_PATH: file });
    assertEquals(await server.stop(), 0);
    const kv = await Deno.openKv(file);
    const group = { userID: "u", space: GENERAL };
    await kv.set(["group", "a-kept"], { ...group, seenOn: day - 4 });
    await kv.set(["group", "b-old"], { ...group, seenOn: day - 7 });
    kv.close();
  }
  await using server = await startServer({
    DENO_KV_PATH: file,
    KEEP_CLIENTS_DAYS: "5",
  });
  const kv = await Deno.openKv(file);
  // Its first turn comes some seconds after the start.
  while ((await kv.get(["group", "b-old"])).versionstamp) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert((await kv.get(["group", "a-kept"])).versionstamp);
  kv.close();
  assertEquals(await server.stop(), 0);
});

test("a second signal while it stops changes nothing", async (file) => {
  await using server = await startServer({ DENO_KV_PATH: file });
  const stopping = server.stop();
  assertEquals(await Promise.all([stopping, server.stop()]), [0, 0]);
});

test("a stop while another process has the file locked waits for requests under way, and logs them (T55)", async (file) => {
  for (const byDenoServe of [false, true]) {
    const store = `${file}.${byDenoServe}`;
    const env = { DENO_KV_PATH: store };
    await using server = await startServer(env, { byDenoServe });
    {
      using kv = await Deno.openKv(store);
      const indexed = ["search", "head", GENERAL];
      const version = async () =>
        (await kv.get<{ head: { version: number } }>(indexed)).value?.head
          .version ?? 0;
      // Then nothing more is written, and a lease is held.
      while (await version() === 0) {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    }
    const other = new DatabaseSync(store);
    other.exec("BEGIN IMMEDIATE");
    const { promise: sent, resolve } = Promise.withResolvers<void>();
    const content = JSON.stringify({ name: "Ada" });
    const headers = {
      "Content-Type": "application/json",
      "Content-Length": `${content.length}`,
    };
    const signIn = "POST /api/session"; // tried for 8 s
    const signedIn = sendRaw(server.url, signIn, headers, content, resolve);
    await sent;
    // What was sent before it is under way once this is answered.
    await fetch(`${server.url}/api/session`).then((answer) => answer.text());
    const stopped = server.stop();
    // It says what it can't write at the stop.
    while (!server.output().includes("locked")) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    other.close();
    assertEquals((await signedIn).status, 200);
    assertEquals(await stopped, 0);
    const posted = /"POST","path":"\/api\/session","status":200/;
    assertMatch(server.output(), posted);
  }
});

/** A file system of 8 MB of its own, where this machine lets us mount one. */
async function mountSmallDisk(folder: string): Promise<boolean> {
  const { success } = await new Deno.Command("mount", {
    args: ["-t", "tmpfs", "-o", "size=8m", "tmpfs", folder],
    stderr: "null",
  }).output().catch(() => ({ success: false }));
  return success;
}

/** A test with a disk of its own; `fill` leaves no room on it, until it is called back. */
const testOnSmallDisk = (
  name: string,
  fn: (file: string, fill: () => Promise<() => Promise<void>>) => Promise<void>,
) =>
  Deno.test({
    name,
    // Only root may mount.
    ignore: !permitted || Deno.build.os !== "linux" || Deno.uid() !== 0,
    async fn(t) {
      const folder = await Deno.makeTempDir();
      try {
        if (!await mountSmallDisk(folder)) {
          return void await t.step({ name: "mount", ignore: true, fn() {} });
        }
        try {
          await fn(`${folder}/kvetch.sqlite3`, () => fill(folder));
        } finally {
          await new Deno.Command("umount", { args: ["-l", folder] }).output();
        }
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  });

async function fill(folder: string): Promise<() => Promise<void>> {
  const filler = `${folder}/filler`;
  using file = await Deno.open(filler, { write: true, create: true });
  const piece = new Uint8Array(4_096);
  while (await file.write(piece).then(() => true, () => false));
  return () => Deno.remove(filler);
}

/** What `/healthz` says once it says it with that status. */
async function healthOf(person: Person, wanted: number) {
  for (;;) {
    const { status, body } = await person.get("/healthz");
    if (status === wanted) return body;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

testOnSmallDisk(
  "on a full disk it goes on, says so once, and is well again when there is room (T50, P7)",
  async (file, fill) => {
    await using server = await startServer({ DENO_KV_PATH: file });
    const ada = await Person.signIn(server.url, "Ada");
    await ada.post("/api/rooms/general/members", {});
    await ada.push(GENERAL, "g", [createMessage(1)]);
    const makeRoom = await fill();
    assertEquals((await healthOf(ada, 503)).error, "disk-full");
    const pushes = await Promise.all(
      [2, 3, 4].map((id) => ada.push(GENERAL, "g", [createMessage(id)])),
    );
    assertEquals(pushes.map(({ status }) => status), [503, 503, 503]);
    assertEquals(await messagesOf(ada), ["c-1"]); // reading goes on
    for (let i = 0; i < 20; i++) {
      assertEquals((await ada.get("/healthz")).status, 503);
    }
    const said = server.output();
    assertEquals(said.match(/is full/g)?.length, 1, said);

    await makeRoom();
    assertEquals(await healthOf(ada, 200), { ok: true });
    const push = await ada.push(GENERAL, "g", [createMessage(2)]);
    assertEquals(push.status, 200);
    assertEquals(await server.stop(), 0);
  },
);

testOnSmallDisk(
  "a process that dies on a full disk starts again there, serves what there is, and writes once there is room (T50)",
  async (file, fill) => {
    await using first = await startServer({ DENO_KV_PATH: file });
    const ada = await Person.signIn(first.url, "Ada");
    await ada.post("/api/rooms/general/members", {});
    await ada.push(GENERAL, "g", [createMessage(1)]);
    const makeRoom = await fill();
    await healthOf(ada, 503);
    await first.kill();
    await using second = await startServer({ DENO_KV_PATH: file });
    const again = new Person(second.url, "");
    Object.assign(again, { userID: ada.userID, cookie: ada.cookie });
    assertEquals((await healthOf(again, 503)).error, "disk-full");
    assertEquals(await messagesOf(again), ["c-1"]);
    assertEquals((await again.get("/rooms/general")).status, 200);
    await makeRoom();
    assertEquals(await healthOf(again, 200), { ok: true });
    const push = await again.push(GENERAL, "g", [createMessage(2)]);
    assertEquals(push.status, 200);
    assertEquals((await messagesOf(again)).toSorted(), ["c-1", "c-2"]);
    assertEquals(await second.stop(), 0);
  },
);
