// Banned addresses and accounts over HTTP.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { liftBan, setBan } from "../../lib/web/auth/bans.ts";
import { endSessions } from "../../lib/web/auth/session.ts";
import { makeSignInLink } from "../../lib/web/auth/sign_in_link.ts";
import { type InnerApp, openApp } from "../support/app.ts";
import { eventsOf } from "../support/events.ts";
import { permitted } from "../support/permitted.ts";

let app: InnerApp;
Deno.test.beforeAll(async () => {
  if (permitted) app = await openApp({ TRUST_PROXY: "1" });
});
Deno.test.afterAll(async () => {
  if (permitted) await app[Symbol.asyncDispose]();
});

const test = (name: string, fn: () => Promise<void>) =>
  Deno.test({ name, ignore: !permitted, fn });

const POKE = "/api/replicache/poke?space=directory";

const from = (address: string, more = {}) => ({
  "x-forwarded-for": address,
  ...more,
});

test("a banned address is refused before anything of its request is read, others are not (T41)", async () => {
  const ada = await app.signIn("Ada");
  const banned = { kind: "address", id: "2001:db8:1:2" } as const;
  await setBan(app.kv, { ...banned, until: null });
  const ask = (path: string, address: string, init: RequestInit = {}) =>
    ada.ask(path, { ...init, headers: from(address) });
  const eve = "2001:db8:1:2:3:4:5:6";
  const statusIs = async (status: number) => {
    while ((await ask("/api/session", eve)).status !== status) {
      await new Promise((resolve) => setTimeout(resolve)); // KV's turn
    }
  };
  await statusIs(403);
  const before = app.commits();
  await app.withoutKV(async () => {
    for (const path of ["/api/session", "/api/rooms", POKE]) {
      const { status, body } = await ask(path, eve);
      assertEquals([status, body.error], [403, "banned"], path);
    }
    for (const path of ["/", "/signin", "/rooms/general", "/nothing"]) {
      const { status, headers, body } = await ask(path, eve);
      assertEquals(status, 403, path);
      assertStringIncludes(body, "from this address");
      assert(headers.has("content-security-policy"));
    }
    let isRead = false;
    const body = new ReadableStream({ pull: () => void (isRead = true) }, {
      highWaterMark: 0,
    });
    const { status } = await ask("/api/session", eve, { method: "POST", body });
    assertEquals([status, isRead], [403, false]);
  });
  assertEquals(app.commits(), before);
  for (const other of ["2001:db8:1:3::1", "192.0.2.1"]) {
    assertEquals((await ask("/api/session", other)).status, 200);
  }
  await liftBan(app.kv, banned);
  await statusIs(200);
});

test("a ban of an address ends the streams from there, and no others (T41)", async () => {
  const ada = await app.signIn("Ada");
  const open = async (address: string) => {
    const { body } = await ada.fetch(POKE, { headers: from(address) });
    return eventsOf(body!.getReader());
  };
  const [eve, other] = [await open("192.0.2.9"), await open("192.0.2.10")];
  for (const stream of [eve, other]) await stream.next();
  const banned = { kind: "address", id: "192.0.2.9" } as const;
  await setBan(app.kv, { ...banned, until: Date.now() + 60_000 });
  await Array.fromAsync(eve); // to its end
  const { body } = await ada.post("/api/rooms", { name: "Nest" });
  assertEquals(body.space.startsWith("room:"), true);
  assertEquals((await other.next()).value?.event, "poke");
  await other.return?.(undefined);
  await liftBan(app.kv, banned);
});

test("a banned account is out at once, its stream too, and its link says until when (T41)", async () => {
  const ada = await app.signIn("Ada");
  const bob = await app.signIn("Bob");
  const secret = await makeSignInLink(app.kv, ada.userID);
  const { body } = await ada.fetch(POKE);
  const stream = eventsOf(body!.getReader());
  await stream.next();
  const banned = { kind: "account", id: ada.userID } as const;
  await setBan(app.kv, { ...banned, until: Date.UTC(2999, 0, 2) });
  await endSessions(app.kv, ada.userID);
  await Array.fromAsync(stream); // to its end
  assertEquals((await ada.get("/api/session")).status, 401);
  assertEquals((await ada.pull("room:general", "g")).status, 401);
  const opened = await bob.ask(`/link/${secret}`, { method: "POST" });
  assertEquals([opened.status, opened.headers.get("set-cookie")], [403, null]);
  assertStringIncludes(opened.body, "banned until January 2, 2999");
  // Who opened it is who they were.
  assertEquals((await bob.get("/api/session")).body.name, "Bob");
  await liftBan(app.kv, banned);
  const again = await bob.ask(`/link/${secret}`, { method: "POST" });
  assertEquals(again.status, 303);
});
