// A server that strangers enter by invitation only, and where the operator makes the rooms.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { makePerson } from "../../lib/web/chat/profile.ts";
import { createRoom } from "../../lib/web/chat/rooms.ts";
import { chatDomain, type ChatSync } from "../../lib/web/chat/domain.ts";
import { makeSignInLink } from "../../lib/web/auth/sign_in_link.ts";
import { Sync } from "../../lib/sync/mod.ts";
import { APP, type InnerApp, openApp } from "../support/app.ts";
import { permitted } from "../support/permitted.ts";
import { type Answer, Person } from "../support/person.ts";

let app: InnerApp;
let sync: ChatSync;

Deno.test.beforeAll(async () => {
  if (!permitted) return;
  app = await openApp({
    SIGN_IN: "invited",
    MAKE_ROOMS: "operator",
    RATE_LIMITS: "on",
  });
  sync = new Sync(app.kv, chatDomain);
});
Deno.test.afterAll(async () => {
  if (permitted) await app[Symbol.asyncDispose]();
});

const test = (name: string, fn: () => Promise<void>) =>
  Deno.test({ name, ignore: !permitted, fn });

const stranger = () => new Person(APP, "", app.send);
const ONLY = "by invitation only";

/** Somebody whom the operator has let in, by a sign-in link. */
async function member(name: string): Promise<Person> {
  const userID = crypto.randomUUID();
  await makePerson(sync, { userID, name });
  const person = stranger();
  const secret = await makeSignInLink(app.kv, userID);
  const { headers } = await person.ask(`/link/${secret}`, { method: "POST" });
  person.cookie = headers.get("set-cookie")!.split(";")[0];
  person.userID = userID;
  return person;
}

/** A private room of theirs, and the path of an invitation to it. */
async function inviteBy(person: Person) {
  const { roomID } = await createRoom(
    sync,
    { userID: person.userID, name: "Ada" },
    { name: "Nest", visibility: "private" },
  );
  const api = `/api/rooms/${roomID}/invites`;
  const { body } = await person.post(api, {});
  const withdraw = () =>
    person.ask(`${api}/${body.inviteID}`, { method: "DELETE" });
  return { roomID, url: body.url, path: new URL(body.url).pathname, withdraw };
}

const signInForm = (path: string, name = "Eve") =>
  stranger().ask(`/signin?next=${encodeURIComponent(path)}`, {
    method: "POST",
    body: new URLSearchParams({ name }),
  });

const isIn = ({ headers }: Answer) => headers.has("set-cookie");

test("a stranger without an invitation gets no account, by form or API, and is told why (T37)", async () => {
  const ada = await member("Ada");
  const { path, url, withdraw } = await inviteBy(ada);
  assertEquals((await withdraw()).status, 204);
  const before = app.commits();
  const wrong = `/invite/general/${"A".repeat(43)}`;
  for (const next of ["/", "/rooms/general", path, wrong, "/invite/x/y"]) {
    const page = await stranger().get(`/signin?next=${next}`);
    assertEquals(page.status, 200);
    assertStringIncludes(page.body, ONLY);
    assert(!page.body.includes("<form"), next);
    const sent = await signInForm(next);
    assertEquals([sent.status, isIn(sent)], [403, false], next);
    assertStringIncludes(sent.body, ONLY);
  }
  for (const invite of [undefined, null, 7, "", {}, [path], url, wrong]) {
    const sent = await stranger().post("/api/session", { name: "Eve", invite });
    assertEquals([sent.status, isIn(sent)], [403, false]);
    assertEquals(sent.body.error, "not-allowed");
    assertStringIncludes(sent.body.message, ONLY);
  }
  assertEquals(app.commits(), before);
});

test("an invitation that holds lets a stranger make an account, by form or API (T37)", async () => {
  const ada = await member("Ada");
  const { roomID, path, url } = await inviteBy(ada);
  const page = await stranger().get(`/signin?next=${path}`);
  assertStringIncludes(page.body, "Nest");
  assertStringIncludes(page.body, "<form");
  const bob = stranger();
  const sent = await signInForm(path, "Bob");
  assertEquals([sent.status, sent.headers.get("location")], [303, path]);
  bob.cookie = sent.headers.get("set-cookie")!.split(";")[0];
  assertEquals((await bob.get("/api/session")).body.name, "Bob");
  assertEquals((await bob.ask(path, { method: "POST" })).status, 303);
  assertEquals((await bob.get(`/rooms/${roomID}`)).status, 200);
  for (const invite of [url, path]) {
    const name = "Carol";
    const sent = await stranger().post("/api/session", { name, invite });
    assertEquals([sent.status, isIn(sent)], [200, true]);
  }
  // A bad name is the name's fault.
  assertEquals((await signInForm(path, "")).status, 400);
});

test("who has an account comes in by their link, and renames themselves (T37)", async () => {
  const ada = await member("Ada");
  const { status, body } = await ada.post("/api/session", { name: "Augusta" });
  assertEquals([status, body.name], [200, "Augusta"]);
  assertEquals((await ada.get("/")).status, 200);
});

test("where the operator makes the rooms, nobody else does, and no page has a form for it (T38)", async () => {
  const ada = await member("Ada");
  const lobby = await ada.get("/");
  assert(!lobby.body.includes("New room"), "The form is there");
  assertStringIncludes(lobby.body, "General");
  const before = app.commits();
  const mine = { name: "Mine", visibility: "private" };
  const asked = [
    await ada.get("/new"),
    ...await Promise.all(
      ["/", "/new"].map((path) =>
        ada.ask(path, { method: "POST", body: new URLSearchParams(mine) })
      ),
    ),
  ];
  for (const { status, body } of asked) {
    assertEquals(status, 403);
    assertStringIncludes(body, "only its operator makes rooms");
  }
  assert(!(await ada.get("/rooms/general")).body.includes("New room"));
  const { status, body } = await ada.post("/api/rooms", { name: "Mine" });
  assertEquals([status, body.error], [403, "not-allowed"]);
  assertEquals(app.commits(), before);
});

test("who has signed in too often is shown no form either, without an invitation (T18, T37)", async () => {
  let sent: Answer;
  do sent = await signInForm("/"); while (sent.status !== 429);
  assertStringIncludes(sent.body, ONLY);
  assert(!sent.body.includes("<form"));
});
