// Servers as processes, and a push service on loopback: what a closed device is told, and that a kill loses nothing of it.
import { assert, assertEquals, assertMatch } from "@std/assert";
import { permitted } from "./support/permitted.ts";
import { Person } from "./support/person.ts";
import { PushService, REACHES_PUSH_SERVICE } from "./support/push_service.ts";
import { randomFrom } from "./support/random.ts";
import { chosenSeed, soaking } from "./support/seeds.ts";
import { type Server, startServer } from "./support/server.ts";
import { folderTest } from "./support/with_folder.ts";
import { Writer } from "./support/writer.ts";

const KILLS = soaking ? 300 : 4;
const GENERAL = "room:general";

const test = (name: string, fn: () => Promise<void>) =>
  Deno.test({ name, ignore: !permitted, fn });

/** Someone in General with a closed device. */
async function subscriber(
  { url }: Server,
  service: PushService,
  name: string,
): Promise<Writer> {
  const writer = await Writer.signIn(url, name);
  const device = await service.subscribe(name);
  const body = { ...device, wanted: "mentions" };
  const { status } = await writer.person.post("/api/subscription", body);
  assertEquals(status, 204);
  return writer;
}

test("A mention reaches the push service within a second, encrypted for the device, signed by the server, as one topic (T83, T86)", async () => {
  await using service = await PushService.start();
  await using server = await startServer(REACHES_PUSH_SERVICE);
  const ada = await subscriber(server, service, "Ada");
  const bob = await Writer.signIn(server.url, "Bob");
  const { publicKey } = (await ada.person.get("/api/subscription")).body;
  await bob.push([["createMessage", { id: "m1", content: "Hello @Ada" }]]);
  const committed = Date.now();
  const [{ notice, headers, at }] = await service.until(() => true);
  assert(at - committed < 1_000, `${at - committed} ms`);
  assertEquals(notice, {
    title: "Bob · General",
    body: "Hello @Ada",
    tag: "m1",
    url: "/rooms/general#message-m1",
    roomID: "general",
    seq: 1,
    read: 0,
  });
  assertEquals(headers.get("content-encoding"), "aes128gcm");
  assertEquals(headers.get("urgency"), "high");
  assertMatch(headers.get("topic")!, /^[\w-]{32}$/);
  assert(Number(headers.get("ttl")) > 86_000);
  const [, token, key] = headers.get("authorization")!
    .match(/^vapid t=([\w.-]+), k=([\w-]+)$/)!;
  assertEquals(key, publicKey);
  const claims = await claimsOf(token, key);
  assertEquals(claims.aud, service.origin);
  assertMatch(claims.sub, /^(mailto|https):/);
  assert(claims.exp - Date.now() / 1_000 <= 24 * 60 * 60);
});

test("A device is sent a notice to see whether it comes, and is forgotten once its push service does not know it (T87, T85)", async () => {
  await using service = await PushService.start();
  await using server = await startServer(REACHES_PUSH_SERVICE);
  const { person } = await subscriber(server, service, "Ada");
  const ask = () => person.post("/api/subscription/test", {});
  assertEquals((await ask()).status, 204);
  const [{ notice }] = await service.until(() => true);
  assertEquals([notice.tag, notice.url], ["test", "/settings"]);
  service.answer("Ada", { status: 403 });
  const refused = await ask();
  assertEquals(refused.status, 502);
  assertMatch(refused.body.message, /403/);
  // No redirect is followed (T78): it is an answer like any other.
  const headers = { location: `${service.origin}/to/Ada` };
  service.answer("Ada", { status: 307, headers });
  assertEquals((await ask()).status, 502);
  service.answer("Ada", { status: 410 });
  assertEquals((await ask()).status, 404);
  const { body } = await person.get("/api/subscription");
  assertEquals(body.wanted, null);
  assertEquals(service.received.length, 4);
});

folderTest(
  "Two processes that start at once on a new store have the same keys, and tell each mention once, whichever took it (T81, T83)",
  async (folder) => {
    await using service = await PushService.start();
    const env = { ...REACHES_PUSH_SERVICE, DENO_KV_PATH: `${folder}/kv` };
    // The store is made by the first.
    await (await startServer(env)).stop();
    const servers = await Promise.all([startServer(env), startServer(env)]);
    try {
      const ada = await subscriber(servers[0], service, "Ada");
      const keys = await Promise.all(servers.map(async ({ url }) => {
        const { body } = await at(ada.person, url).get("/api/subscription");
        return body.publicKey;
      }));
      assertEquals(keys[0], keys[1]);
      const bobs = await Promise.all(
        servers.map(({ url }, i) => Writer.signIn(url, `Bob ${i}`)),
      );
      for (let n = 0; n < 5; n++) {
        await Promise.all(bobs.map((bob) => bob.write(`@Ada ${n}`)));
      }
      await service.until(() => true, 10);
      const tags = service.received.map(({ notice }) => notice.tag);
      assertEquals(new Set(tags).size, 10);
      assertEquals(tags.length, 10);
    } finally {
      for (const server of servers) await server.kill();
    }
  },
);

folderTest(
  "A stop waits for the notice that is on its way, whatever serves the build, and it is not sent again (T83, T55)",
  async (folder) => {
    await using service = await PushService.start();
    const DENO_KV_PATH = `${folder}/kv`;
    const env = { ...REACHES_PUSH_SERVICE, DENO_KV_PATH };
    for (const byDenoServe of [false, true]) {
      await using server = await startServer(env, { byDenoServe });
      const name = byDenoServe ? "Ada" : "Cleo";
      await subscriber(server, service, name);
      const bob = await Writer.signIn(server.url, "Bob");
      const taken = Promise.withResolvers<{ status: number }>();
      service.answer(name, taken.promise);
      await bob.write(`@${name}`);
      await service.until(({ device }) => device === name);
      const stopped = server.stop();
      while (await isReached(server.url)); // until it takes no more requests
      taken.resolve({ status: 201 });
      assertEquals(await stopped, 0);
      using kv = await Deno.openKv(DENO_KV_PATH);
      const left = await Array.fromAsync(kv.list({ prefix: ["job"] }));
      assertEquals(left.map(({ key }) => key), []);
    }
  },
);

folderTest(
  `No mention is lost by ${KILLS} kills between its commit and its notice, and none reaches who has muted the room, left it, or read it (T83, T84)`,
  async (folder) => {
    const seed = chosenSeed();
    const random = randomFrom(seed);
    await using service = await PushService.start();
    const env = { ...REACHES_PUSH_SERVICE, DENO_KV_PATH: `${folder}/kv` };
    let server = await startServer(env);
    try {
      const [, cleo, dan, eve] = await Promise.all(
        ["Ada", "Cleo", "Dan", "Eve"].map((name) =>
          subscriber(server, service, name)
        ),
      );
      const bob = await Writer.signIn(server.url, "Bob");
      const own = ({ person }: Writer) => `user:${person.userID}`;
      const muted = { roomID: "general", notify: "muted" };
      await cleo.push([["setRoomSettings", muted]], own(cleo));
      const path = "/api/rooms/general/members/me";
      await dan.person.ask(path, { method: "DELETE" });
      const committed: string[] = [];
      const readByEve = new Set<string>();
      /** Waits until all is told that is to be; what comes last is told last. */
      const allTold = async () => {
        const id = crypto.randomUUID();
        await new Writer(at(bob.person, server.url))
          .push([["createMessage", { id, content: "@Ada" }]]);
        const told = () =>
          new Set(
            service.received.filter(({ device }) => device === "Ada")
              .map(({ notice }) => notice.tag),
          );
        await service.until(() => told().has(id));
        const lost = committed.filter((id) => !told().has(id));
        assertEquals(lost, [], `SEED=${seed}`);
      };
      for (let n = 1; n <= KILLS; n++) {
        const id = `m${n}`;
        const { url } = server;
        // Eve has a page open: she is given time to read.
        const stream = await at(eve.person, url).fetch(
          `/api/replicache/poke?space=${GENERAL}&online=1`,
        );
        const content = "@Ada @Cleo @Dan @Eve";
        const written = new Writer(at(bob.person, url))
          .push([["createMessage", { id, content }]])
          .then(async () => {
            committed.push(id);
            const read = await lastSeq(url, eve);
            await new Writer(at(eve.person, url))
              .push([["markRead", read]], own(eve));
            readByEve.add(id);
          }).catch(() => {});
        if (random.chance(0.7)) await written;
        const moment = random.below(150);
        await new Promise((resolve) => setTimeout(resolve, moment));
        await server.kill();
        await written;
        await stream.body?.cancel().catch(() => {});
        server = await startServer(env);
        // Else more may wait for a device than its lane holds (T79).
        if (n % 10 === 0) await allTold();
      }
      await allTold();
      const wrong = service.received.filter(({ device, notice }) =>
        ["Cleo", "Dan"].includes(device) ||
        (device === "Eve" && readByEve.has(notice.tag))
      );
      assertEquals(wrong.map(({ device }) => device), [], `SEED=${seed}`);
      assert(committed.length > 0);
      // Told again after a crash, it is the same topic.
      const topics = Map.groupBy(
        service.received.filter(({ device }) => device === "Ada"),
        ({ notice }) => notice.tag,
      );
      for (const [tag, some] of topics) {
        const own = new Set(some.map(({ headers }) => headers.get("topic")));
        assertEquals(own.size, 1, `${tag} SEED=${seed}`);
      }
    } finally {
      await server.kill();
    }
  },
);

/** Whether a server still takes requests. */
async function isReached(url: string): Promise<boolean> {
  try {
    await (await fetch(`${url}/healthz`)).body?.cancel();
    return true;
  } catch {
    return false;
  }
}

/** The same person by way of another process. */
function at({ cookie, userID }: Person, url: string): Person {
  return Object.assign(new Person(url), { cookie, userID });
}

async function lastSeq(url: string, { person }: Writer) {
  const { body } = await at(person, url).get("/api/rooms");
  const { messageCount } = body.rooms.find(
    ({ roomID }: { roomID: string }) => roomID === "general",
  );
  return { roomID: "general", seq: messageCount };
}

/** What a token says, once its signature is found to be by the key. */
async function claimsOf(token: string, publicKey: string) {
  const bytes = (text: string) =>
    Uint8Array.fromBase64(text, { alphabet: "base64url" });
  const [head, claims, signature] = token.split(".");
  const key = await crypto.subtle.importKey(
    "raw",
    bytes(publicKey),
    { name: "ECDSA", namedCurve: "P-256" },
    false,
    ["verify"],
  );
  const isSigned = await crypto.subtle.verify(
    { name: "ECDSA", hash: "SHA-256" },
    key,
    bytes(signature),
    new TextEncoder().encode(`${head}.${claims}`),
  );
  assert(isSigned);
  return JSON.parse(new TextDecoder().decode(bytes(claims)));
}
