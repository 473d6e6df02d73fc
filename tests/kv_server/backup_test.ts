// A backup of a KV server's data that is taken under load, restored into a store of either kind.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { KvServer, kvServerTest as test } from "../support/kv_server.ts";
import { Person } from "../support/person.ts";
import { runServer, startServer } from "../support/server.ts";
import { runTask } from "../support/task.ts";

const GENERAL = "room:general";
const PEOPLE = 4;

/** One client of a group of its own, which writes one message after the other. */
class Writer {
  written = 0;

  constructor(readonly person: Person, readonly name: string) {}

  async push(id: number): Promise<string | undefined> {
    const args = { id: `${this.name}-${id}`, content: `No. ${id}` };
    const mutation = { id, clientID: this.name, name: "createMessage", args };
    const { status, body } = await this.person.push(GENERAL, this.name, [
      { ...mutation, timestamp: 1 },
    ]);
    assertEquals(status, 200);
    return body.error;
  }

  async write(): Promise<void> {
    assertEquals(await this.push(++this.written), undefined);
  }
}

/** All messages that a person sees: unless told, a first pull brings the newest only. */
async function pullAll(person: Person, group: string) {
  const { body } = await person.post(
    `/api/replicache/pull?space=${GENERAL}&window=5000`,
    {
      ...{ pullVersion: 1, schemaVersion: "1", profileID: "p" },
      ...{ clientGroupID: group, cookie: null },
    },
  );
  return body;
}

/** Those who wrote, at an app on a store that holds what was restored: what is there is told by one moment. */
async function assertHealed(url: string, writers: Writer[]): Promise<void> {
  for (const [i, { person, name, written }] of writers.entries()) {
    const again = Object.assign(new Person(url), { cookie: person.cookie });
    again.userID = person.userID;
    const { status } = await again.get("/api/session");
    assertEquals(status, 200); // still signed in
    const before = await pullAll(again, name);
    const own = (before.patch as { key?: string }[])
      .filter(({ key }) => key?.startsWith(`message/${name}-`));
    const told = before.lastMutationIDChanges[name];
    assertEquals(own.length, told);
    assert(told > 0 && told < written, `${told} of ${written}`);
    const writer = new Writer(again, name);
    if (i % 2 === 0) { // one that had heard of more than there is
      const error = await writer.push(written + 1);
      assertEquals(error, "ClientStateNotFound");
    } else { // one that had not, and sends again what it has, the last of it twice
      for (let id = told; id <= written; id++) await writer.push(id);
      const after = await pullAll(again, name);
      assertEquals(after.lastMutationIDChanges[name], written);
    }
  }
}

test("a copy that is taken while two processes write to a KV server is restored into another one and into a file, and clients go on where it has them (T70, T71, T72)", async (server) => {
  const folder = await Deno.makeTempDir();
  try {
    const copy = `${folder}/kvetch.backup`;
    const apps = [
      await startServer(server.env()),
      await startServer(server.env()),
    ];
    const writers: Writer[] = [];
    for (let i = 0; i < PEOPLE; i++) {
      const { url } = apps[i % 2];
      const person = await Person.signIn(url, `Person ${i}`);
      await person.post("/api/rooms/general/members", {});
      writers.push(new Writer(person, `w${i}`));
    }
    for (const each of writers) await each.write();
    let isOver = false;
    const writing = Promise.all(writers.map(async (each) => {
      while (!isOver) await each.write();
      await each.write(); // after the copy
    }));
    const copied = await runTask(["backup", copy], server.env());
    isOver = true;
    await writing;
    assertEquals(copied.code, 0, copied.said);
    assertStringIncludes(copied.said, `to ${copy}`);
    for (const each of apps) assertEquals(await each.stop(), 0);

    await using other = await KvServer.start(`${folder}/other.sqlite`);
    const stores = [other.env(), { DENO_KV_PATH: `${folder}/file.sqlite3` }];
    for (const env of stores) {
      const restored = await runTask(["restore", copy], env);
      assertEquals(restored.code, 0, restored.said);
      await using app = await startServer(env);
      await assertHealed(app.url, writers);
      assertEquals(await app.stop(), 0);
      const twice = await runTask(["restore", copy], env);
      assertEquals(twice.code, 1);
      assertStringIncludes(twice.said, "not empty");
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** Writes a client's message of that number at an app on a store which has to have those before; gives back the cookie. */
async function writeAt(
  env: Record<string, string>,
  number: number,
  cookie?: string,
): Promise<string> {
  await using app = await startServer(env);
  const person = cookie
    ? Object.assign(new Person(app.url), { cookie })
    : await Person.signIn(app.url, "Ada");
  if (!cookie) await person.post("/api/rooms/general/members", {});
  const writer = Object.assign(new Writer(person, "w"), {
    written: number - 1,
  });
  await writer.write();
  const { lastMutationIDChanges } = await pullAll(person, "w");
  assertEquals(lastMutationIDChanges, { w: number });
  assertEquals(await app.stop(), 0);
  return person.cookie;
}

test("the copy of a file is a KV server's file as it is, and the other way round (T70)", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const file = { DENO_KV_PATH: `${folder}/kvetch.sqlite3` };
    const copy = { DENO_KV_PATH: `${folder}/copy.sqlite3` };
    const cookie = await writeAt(file, 1);
    const { code, said } = await runTask(["backup", copy.DENO_KV_PATH], file);
    assertEquals(code, 0, said);
    {
      await using moved = await KvServer.start(copy.DENO_KV_PATH);
      await writeAt(moved.env(), 2, cookie);
    }
    await writeAt(copy, 3, cookie);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

test("a KV server in which a restore has ended halfway is not served, in one line, until it is done anew (T72)", async (server) => {
  const folder = await Deno.makeTempDir();
  try {
    const copy = `${folder}/kvetch.backup`;
    {
      await using app = await startServer(server.env());
      await Person.signIn(app.url, "Ada");
      assertEquals(await app.stop(), 0);
    }
    assertEquals((await runTask(["backup", copy], server.env())).code, 0);
    await using other = await KvServer.start(`${folder}/other.sqlite`);
    using kv = await other.connect();
    await kv.set(["format"], "restoring"); // as one that was killed leaves it
    await kv.set(["entry", "room:general", "room"], new Uint8Array(1));
    const refused = await runServer(other.env());
    assertEquals([refused.code, refused.output.split("\n").length], [1, 2]);
    assertStringIncludes(refused.output, "restore it again");
    assertEquals((await runTask(["restore", copy], other.env())).code, 0);
    await using app = await startServer(other.env());
    assertEquals(await app.stop(), 0);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

test("a copy or a restore whose KV server is away, or that has no place for the file, is one line and exit code 1 (T73)", async (server) => {
  const folder = await Deno.makeTempDir();
  try {
    const assertRefused = async (args: string[], ...reasons: string[]) => {
      const { code, said } = await runTask(args, server.env());
      assertEquals([code, said.trim().split("\n").length], [1, 1], said);
      for (const reason of reasons) assertStringIncludes(said, reason);
    };
    await assertRefused(["backup"], "Name the file");
    await assertRefused(["restore"], "Name the file");
    await assertRefused(["backup", `${folder}/none/x`], "Can't write");
    await assertRefused(["restore", `${folder}/none`], "Can't read");
    await server.kill();
    await assertRefused(["backup", `${folder}/x`], server.url, "no answer");
    assertEquals(await Array.fromAsync(Deno.readDir(folder)), []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
