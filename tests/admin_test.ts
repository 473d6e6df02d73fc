// `deno task admin` beside a process that serves: what it does counts there at once.
import { assert, assertEquals, assertMatch } from "@std/assert";
import { eventsOf } from "./support/events.ts";
import { Person } from "./support/person.ts";
import { startServer } from "./support/server.ts";
import { folderTest } from "./support/with_folder.ts";

const test = (name: string, fn: (file: string) => Promise<void>): void =>
  folderTest(name, (folder) => fn(`${folder}/kvetch.sqlite3`));

/** Runs `deno task admin` against a file. */
async function admin(file: string, ...args: string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "-q", "admin", ...args],
    env: { DENO_KV_PATH: file, NO_COLOR: "1" },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), err: text(stderr) };
}

/** Opens the sign-in link that a command has printed. */
async function openLink(url: string, printed: string): Promise<Person> {
  const [, userID] = printed.match(/\((\w+)\)/)!;
  const person = new Person(url);
  const [path] = printed.match(/\/link\/\S+/)!;
  const { headers } = await person.ask(path, { method: "POST" });
  person.cookie = headers.get("set-cookie")!.split(";")[0];
  person.userID = userID;
  return person;
}

async function streamOf(person: Person, space: string, headers = {}) {
  const path = `/api/replicache/poke?space=${space}`;
  const { body } = await person.fetch(path, { headers });
  const stream = eventsOf(body!.getReader());
  await stream.next();
  return stream;
}

test("an instance by invitation gets its first person by a link, made before it first starts (T37, T39)", async (file) => {
  const made = await admin(file, "sign-in-link", "Ada");
  assertEquals([made.code, made.err], [0, ""]);
  await using server = await startServer({
    DENO_KV_PATH: file,
    SIGN_IN: "invited",
  });
  const ada = await openLink(server.url, made.out);
  assertEquals((await ada.get("/api/session")).body.name, "Ada");
  const { body } = await ada.post("/api/rooms/general/invites", {});
  const bob = new Person(server.url);
  const asked = { name: "Bob", invite: body.url };
  assertEquals((await bob.post("/api/session", asked)).status, 200);
  const stranger = { name: "Eve" };
  assertEquals((await bob.post("/api/session", stranger)).status, 403);
});

test("what the operator ends, bans and deletes is over in the process that serves (T39, T40, T41)", async (file) => {
  await using server = await startServer({
    DENO_KV_PATH: file,
    TRUST_PROXY: "1",
  });
  const [ada, bob] = await Promise.all(
    ["Ada", "Bob"].map((name) => Person.signIn(server.url, name)),
  );
  const status = async (person: Person, headers = {}) =>
    (await person.ask("/api/session", { headers })).status;

  const ended = await streamOf(ada, "directory");
  const { code } = await admin(file, "end-sessions", ada.userID);
  assertEquals(code, 0);
  await Array.fromAsync(ended); // to its end
  assertEquals([await status(ada), await status(bob)], [401, 200]);

  const link = await admin(file, "sign-in-link", ada.userID);
  const again = await openLink(server.url, link.out);
  const banned = await streamOf(again, "directory");
  await admin(file, "ban", ada.userID, "7");
  await Array.fromAsync(banned); // to its end
  assertEquals(await status(again), 401);

  const eve = { "x-forwarded-for": "203.0.113.9" };
  const there = await streamOf(bob, "directory", eve);
  await admin(file, "ban", "203.0.113.9");
  await Array.fromAsync(there); // to its end
  assertEquals([await status(bob, eve), await status(bob)], [403, 200]);

  const { body: nest } = await bob.post("/api/rooms", { name: "Nest" });
  const open = await streamOf(bob, `${nest.space}&space=directory`);
  await admin(file, "delete-room", nest.roomID);
  for await (const { event, data } of open) {
    if (event !== "gone") continue;
    assertEquals(data, { space: nest.space });
    break;
  }
  assertEquals((await bob.get(`/rooms/${nest.roomID}`)).status, 404);
});

test("commands end with 0, with 1 when they can't be done, and with 2 when they can't be read (T39)", async (file) => {
  const codes = async (...args: string[]) => {
    const { code, out, err } = await admin(file, ...args);
    if (code !== 0) assertMatch(err, /^[^\n]+\n$/);
    assertEquals(out === "", code !== 0);
    return code;
  };
  assertEquals(await codes("help"), 0);
  assertEquals(await codes("people"), 0);
  assertEquals(await codes("unban", "192.0.2.1"), 1);
  assertEquals(await codes("unban", "192.0.2"), 2);
  assertEquals(await codes("peoples"), 2);
  assertEquals(await codes(), 2);
  const memory = await admin(":memory:", "people");
  assertEquals([memory.code, memory.out], [1, ""]);
  const folder = file.replace(/\/[^/]*$/, "");
  const wrong = await admin(folder, "people");
  assertEquals(wrong.code, 1);
  assert(wrong.err.includes(folder));
});
