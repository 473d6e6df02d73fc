// Sessions and sign-in links over HTTP: they live as long as they are used, and end on the server.
import { assert, assertEquals, assertMatch } from "@std/assert";
import { endSessions } from "../../lib/web/auth/session.ts";
import { APP } from "../support/app.ts";
import { eventsOf } from "../support/events.ts";
import { Person } from "../support/person.ts";
import { app, appTest as test } from "../support/shared_app.ts";
import { upload } from "../support/upload.ts";

const DAY = 24 * 60 * 60 * 1000;

/** Runs `fn` as if so much later, in milliseconds. */
async function later<T>(time: number, fn: () => Promise<T>): Promise<T> {
  const { now } = Date;
  Date.now = () => now() + time;
  try {
    return await fn();
  } finally {
    Date.now = now;
  }
}

const who = (person: Person) => person.get("/api/session");

test("a session in use is prolonged once a day, and one that is not used ends after thirty (T9)", async () => {
  const ada = await app.signIn("Ada");
  const before = app.commits();
  assertEquals((await who(ada)).headers.get("set-cookie"), null);
  assertEquals(app.commits(), before);
  const next = await later(2 * DAY, () => who(ada));
  const cookie = next.headers.get("set-cookie")!;
  assertMatch(cookie, /^kvetch_session=[\w-]{43}; .*Max-Age=2592000/);
  assertEquals(cookie.split(";")[0], ada.cookie);
  assertEquals(app.commits(), before + 1);
  assertEquals(
    (await later(2 * DAY, () => who(ada))).headers.get("set-cookie"),
    null,
  );
  assertEquals((await later(31 * DAY, () => who(ada))).status, 200);
  assertEquals((await later(62 * DAY, () => who(ada))).status, 401);
});

test("another app's cookie of the same name signs nobody out, and an old one is replaced (T9)", async () => {
  const ada = await app.signIn("Ada");
  const token = ada.cookie.split("=")[1];
  const ask = async (cookie: string) => {
    const answer = await Object.assign(await app.signIn("X"), { cookie })
      .get("/api/session");
    return [answer.status, answer.headers.get("set-cookie")?.split(";")[0]];
  };
  const ours = `kvetch_session=${token}`;
  assertEquals(await ask(`kvetch_session=zzz; ${ours}`), [200, undefined]);
  assertEquals(await ask(`session=zzz; session=; ${ours}; a=b`), [
    200,
    undefined,
  ]);
  assertEquals(await ask(`session=zzz; session=${token}`), [200, ours]);
  assertEquals(await ask(`session=${token}`), [200, ours]);
  const many = Array.from({ length: 9 }, (_, i) => `session=z${i}`).join("; ");
  assertEquals(await ask(`${many}; ${ours}`), [200, undefined]);
  assertEquals(await ask(many), [401, undefined]);

  // Signed out under the new name, the old cookie opens nothing.
  await ada.ask("/api/session", { method: "DELETE" });
  assertEquals((await ask(`session=${token}`))[0], 401);
});

test("a session that is prolonged while it is ended stays ended", async () => {
  const ada = await app.signIn("Ada");
  const [, out] = await later(2 * DAY, () =>
    Promise.all([
      who(ada),
      ada.ask("/api/session", { method: "DELETE" }),
      who(ada),
    ]));
  assertEquals(out.status, 204);
  assertEquals((await who(ada)).status, 401);
});

test("a push in a session that another process has ended is refused, and nothing of it is told or done (T9)", async () => {
  const [ada, bob] = [await app.signIn("Ada"), await app.signIn("Bob")];
  const say = (who: Person, id: string, more = {}) =>
    who.push("room:general", `group-${who.userID}`, [{
      id: 1,
      clientID: `client-${id}`,
      name: "createMessage",
      args: { id, content: "Hello" },
      timestamp: 0,
    }], more);
  assertEquals((await say(ada, "ended1")).status, 200);
  assertEquals((await say(bob, "ended2")).status, 200);
  await endSessions(app.kv, ada.userID);
  const both = [say(ada, "ended3"), say(bob, "ended4")];
  assertEquals((await Promise.all(both)).map(({ status }) => status), [
    401,
    200,
  ]);
  const stored = await app.kv.get(["entry", "room:general", "message/ended3"]);
  assertEquals(stored.versionstamp, null);
  // Neither is what is wrong with it.
  await say(bob, "ended5");
  await endSessions(app.kv, bob.userID);
  const wrong = [
    () => say(bob, "ended6", { mutations: "none" }),
    () => say(bob, "ended7", { clientGroupID: `group-${ada.userID}` }),
    () => bob.push("room:nowhere", "g", []),
    () => bob.push("directory", "g", []),
  ];
  for (const ask of wrong) {
    assertEquals((await ask()).status, 401);
  }
});

test("a push of a message with files writes nothing of them in a session that another process has ended (T9, T67)", async () => {
  const ada = await app.signIn("Ada");
  const facts = await upload(ada, new Uint8Array(10));
  const push = (id: number) =>
    ada.push("room:general", "files", [{
      id,
      clientID: "files",
      name: "createMessage",
      args: {
        id: `files-${id}`,
        content: "",
        files: [{ ...facts, name: "f" }],
      },
      timestamp: 0,
    }]);
  assertEquals((await push(1)).status, 200);
  await endSessions(app.kv, ada.userID);
  const before = app.commits();
  assertEquals((await push(2)).status, 401);
  assertEquals(app.commits(), before);
});

test("a push goes on in its session when another's has ended meanwhile (T9)", async () => {
  const [ada, bob] = [await app.signIn("Ada"), await app.signIn("Bob")];
  for (let i = 1; i <= 5; i++) {
    const { status } = await ada.push("room:general", "goes-on", [{
      id: i,
      clientID: "goes-on",
      name: "createMessage",
      args: { id: `goes-on-${i}`, content: "Hello" },
      timestamp: 0,
    }]);
    assertEquals(status, 200);
    if (i === 2) await endSessions(app.kv, bob.userID);
  }
});

test("the stream of a session ends when the session is ended, and another's lives on (T9)", async () => {
  const ada = await app.signIn("Ada");
  const bob = await app.signIn("Bob");
  const path = "/api/replicache/poke?space=directory";
  const [mine, other] = await Promise.all([ada.fetch(path), bob.fetch(path)]);
  const stream = eventsOf(mine.body!.getReader());
  await stream.next();
  await ada.ask("/api/session", { method: "DELETE" });
  assertEquals(await Array.fromAsync(stream), []);
  const lives = other.body!.getReader();
  assertEquals((await lives.read()).done, false);
  await lives.cancel();
});

test("a stream that asks for it brings what is new to the copies of its session, and nothing to who has been signed out meanwhile (T15, T9)", async () => {
  const [ada, bob] = [await app.signIn("Ada"), await app.signIn("Bob")];
  const say = (id: string) =>
    bob.push("room:general", `group-${id}`, [{
      id: 1,
      clientID: `client-${id}`,
      name: "createMessage",
      args: { id, content: "Hello" },
      timestamp: 0,
    }]);
  const path = "/api/replicache/poke?space=room:general&patches=1";
  const opened = await ada.fetch(path);
  const stream = eventsOf(opened.body!.getReader());
  await stream.next();
  const { body } = await ada.pull("room:general", "copy");
  await say("patched1");
  const { value: { event, data } } = await stream.next();
  assertEquals(event, "patch");
  const { base, clientGroupID, patch } = data;
  assertEquals([base, clientGroupID], [body.cookie, "copy"]);
  const key = "message/patched1";
  assert(patch.some((op: { key: string }) => op.key === key));
  assertEquals((await stream.next()).value.event, "poke");
  await endSessions(app.kv, ada.userID); // as another process does
  await say("patched2");
  const rest = await Array.fromAsync(stream);
  assertEquals(rest.filter(({ event }) => event === "patch"), []);
});

test("a HEAD of the stream leaves no stream open (T6)", async () => {
  const ada = await app.signIn("Ada");
  const path = "/api/replicache/poke?space=directory";
  for (let i = 0; i < 40; i++) {
    const { status } = await ada.ask(path, { method: "HEAD" });
    assertEquals(status, 200);
  }
}); // the test runner finds timers that are left

test("a sign-in link opens the same userID on another device, until a new one or revoking (T10)", async () => {
  const ada = await app.signIn("Ada");
  const linkOf = async () => {
    const { status, body } = await ada.post("/api/session/link", {});
    assertEquals(status, 201);
    assertMatch(body.url, /^http:\/\/app\.test\/link\/[\w-]{43}$/);
    return new URL(body.url).pathname;
  };
  const other = await app.signIn("Other");
  const opens = async (path: string) => {
    const { headers } = await other.ask(path, { method: "POST" });
    const cookie = headers.get("set-cookie")?.split(";")[0];
    if (!cookie) return null;
    const there = new Person(APP, "", app.send);
    there.cookie = cookie;
    // Who was signed in on that device is not any more.
    assertEquals((await who(other)).status, 401);
    return (await who(there)).body;
  };
  const first = await linkOf();
  const page = await other.get(first); // as a preview or prefetch would
  assertEquals([page.status, page.headers.get("set-cookie")], [200, null]);
  assertEquals(page.headers.get("cache-control"), "no-store, no-transform");
  assertEquals(await opens(first), { userID: ada.userID, name: "Ada" });
  assertEquals(await opens(first), { userID: ada.userID, name: "Ada" });

  const second = await linkOf();
  assertEquals(await opens(first), null);
  assertEquals((await other.get(first)).status, 404);
  assertEquals(await opens(second), { userID: ada.userID, name: "Ada" });
  await ada.ask("/api/session/link", { method: "DELETE" });
  assertEquals(await opens(second), null);
});

test("no secret of a session or link is in KV", async () => {
  const ada = await app.signIn("Ada");
  const { url } = (await ada.post("/api/session/link", {})).body;
  const secrets = [ada.cookie.split("=")[1], url.split("/").at(-1)];
  for await (const { key, value } of app.kv.list({ prefix: [] })) {
    const text = JSON.stringify([key, value]);
    for (const secret of secrets) assert(!text.includes(secret), text);
  }
});

test("a newcomer lands in General, or where they were on their way to (A10)", async () => {
  const landing = async (path: string) => {
    const body = new URLSearchParams({ name: "New" });
    const newcomer = new Person(APP, "", app.send);
    const { status, headers } = await newcomer
      .ask(path, { method: "POST", body });
    assertEquals(status, 303);
    return headers.get("location");
  };
  assertEquals(await landing("/signin"), "/rooms/general");
  assertEquals(await landing("/signin?next=/settings"), "/settings");
  assertEquals(await landing("/signin?next=/"), "/");
});
