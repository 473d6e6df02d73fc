// Three app processes on one KV server, behind a proxy that spreads requests over them, and all that can break between them.
import { assertEquals } from "@std/assert";
import { messagesIn } from "../../lib/chat/queries.ts";
import { serverRoomMutators } from "../../lib/chat/server_mutators.ts";
import { BadNetwork } from "../support/bad_network.ts";
import { eventsOf } from "../support/events.ts";
import { KvLink } from "../support/kv_link.ts";
import { type KvServer, kvServerTest as test } from "../support/kv_server.ts";
import { Person } from "../support/person.ts";
import { quiet } from "../support/quiet.ts";
import { randomFrom } from "../support/random.ts";
import { openReplicant } from "../support/replicache.ts";
import { chosenSeed, soaking } from "../support/seeds.ts";
import { type Server, startServer } from "../support/server.ts";

const GENERAL = "room:general";
const PROCESSES = 3;
const CLIENTS = 6;
const LEAST_MESSAGES = 30; // of each client
const ROUNDS = soaking ? 20 : 1;

/** Replicache keeps timers of its own for some time after it was closed. */
const UNSANITIZED = { sanitizeOps: false, sanitizeResources: false };

/** Apps on one KV server, each by a network of its own. */
async function startApps(kv: KvServer) {
  const links = Array.from({ length: PROCESSES }, () => new KvLink(kv.url));
  const servers = await Promise.all(
    links.map(({ url }) => startServer(kv.env(url))),
  );
  return {
    links,
    servers,
    async [Symbol.asyncDispose]() {
      for (const each of servers) await each[Symbol.asyncDispose]();
      for (const each of links) await each[Symbol.asyncDispose]();
    },
  };
}

/** Whether it has lived on, and ends in order. */
async function assertAlive(server: Server): Promise<void> {
  const health = await (await fetch(server.url + "/healthz")).json();
  assertEquals(health, { ok: true }, server.output());
  assertEquals(await server.stop(), 0, server.output());
}

test(
  `${CLIENTS} real clients on three processes lose, double and reorder nothing though the KV server is killed, falls silent, is cut off and is slow (C1, P1, P7, L3, L8, T53)`,
  async (kv) => {
    using _ = quiet();
    const seed = chosenSeed();
    const random = randomFrom(seed);
    await using apps = await startApps(kv);
    await using network = new BadNetwork(random);
    network.targets = apps.servers.map(({ url }) => url);
    const people: Person[] = [];
    for (let i = 0; i < CLIENTS; i++) {
      const person = await Person.signIn(network.url, `Person ${i}`);
      await person.post("/api/rooms/general/members", {});
      people.push(person);
    }
    const clients = await Promise.all(people.map(async (person) => {
      const { userID } = person;
      const mutators = serverRoomMutators({ userID, now: Date.now });
      const client = await openReplicant(person, GENERAL, mutators);
      await client.until((tx) => tx.has(`member/${userID}`), (is) => is);
      return client;
    }));
    let isStormy = true;
    /** Writes for as long as things break; gives back how many there were. */
    const write = async (i: number): Promise<number> => {
      let n = 0;
      for (; isStormy || n < LEAST_MESSAGES; n++) {
        await clients[i].rep.mutate.createMessage({
          id: `${i}-${n}`,
          content: `${i} says ${n} 😀`,
        });
        await pause(random.below(100));
      }
      return n;
    };
    const writing = Promise.all(clients.map((_, i) => write(i)));

    const [first, second, third] = apps.links;
    third.latency = 20;
    for (let round = 0; round < ROUNDS; round++) {
      await network.passes(20);
      await kv.kill();
      await pause(random.below(300));
      await kv.start();
      await network.passes(20);
      first.cut();
      await network.passes(20);
      second.reset();
      first.mend();
      first.reset();
      await network.passes(20);
      kv.pause();
      await pause(random.below(300));
      kv.goOn();
    }
    isStormy = false;
    const written = await writing;
    const count = written.reduce((sum, each) => sum + each);
    third.latency = 0;

    const all = await Promise.all(
      clients.map(({ until }) =>
        until(
          messagesIn,
          (messages) =>
            messages.length === count &&
            messages.every(({ pending }) => !pending),
        )
      ),
    );
    const again = `SEED=${seed}`;
    const [one, ...others] = all;
    for (const other of others) assertEquals(other, one, again);
    const seqs = one.map(({ seq }) => seq);
    assertEquals(seqs, seqs.map((_, i) => i + 1), again);
    people.forEach(({ userID }, i) => {
      const own = one.filter(({ authorID }) => authorID === userID);
      assertEquals(own.length, written[i], again);
      assertEquals(
        own.map(({ id }) => id),
        own.map((_, n) => `${i}-${n}`),
        again,
      );
    });
    for (const { close } of clients) await close();
    for (const each of apps.servers) await assertAlive(each);
  },
  UNSANITIZED,
);

type Stream = AsyncGenerator<{ event: string; data: unknown }>;

/** What each of the streams says, from when it is opened; `until` resolves when all have said it. */
function ears(streams: Stream[]) {
  let changed = Promise.withResolvers<void>();
  const heard = streams.map((stream) => {
    const said: string[] = [];
    (async () => {
      for await (const { event, data } of stream) {
        said.push(`${event} ${JSON.stringify(data)}`);
        changed.resolve();
      }
      said.push("end");
      changed.resolve();
    })();
    return said;
  });
  return {
    /** Waits until each has heard something that has all of the words, since the last time. */
    async until(...words: string[]): Promise<number> {
      const began = performance.now();
      const has = (said: string[]) =>
        said.some((each) => words.every((word) => each.includes(word)));
      while (!heard.every(has)) {
        await changed.promise;
        changed = Promise.withResolvers();
      }
      for (const said of heard) said.length = 0;
      return performance.now() - began;
    },
  };
}

test(
  "typing, who is online, the end of a session and a removal are known in all processes at once (T9, T14, T16, T17)",
  async (kv) => {
    await using apps = await startApps(kv);
    const [here] = apps.servers;
    const ada = await Person.signIn(here.url, "Ada");
    const bob = await Person.signIn(here.url, "Bob");
    const { body: { roomID, space } } = await ada.post("/api/rooms", {
      name: "Nest",
      visibility: "private",
    });
    const { body: { url } } = await ada.post(
      `/api/rooms/${roomID}/invites`,
      {},
    );
    const invite = url.split("/").at(-1);
    await bob.post(`/api/rooms/${roomID}/members`, { invite });
    const at = (person: Person, { url }: Server) =>
      Object.assign(new Person(url, person.name), {
        cookie: person.cookie,
        userID: person.userID,
      });
    const open = async (person: Person) => {
      const { body, status } = await person.fetch(
        `/api/replicache/poke?space=${space}&online=1`,
      );
      assertEquals(status, 200);
      return eventsOf(body!.getReader()) as Stream;
    };
    const openAll = (person: Person) =>
      Promise.all(apps.servers.map((server) => open(at(person, server))));
    const all = await openAll(ada);
    const everywhere = ears(all);
    const took: Record<string, number> = {};
    took.online = await everywhere.until("online", ada.userID);

    const bobs = ears(await openAll(bob));
    took.online = await everywhere.until("online", bob.userID);
    await at(bob, apps.servers[1]).post(`/api/typing?space=${space}`, {
      typing: true,
    });
    took.typing = await everywhere.until("typing", bob.userID);
    const removed = await at(ada, apps.servers[2]).ask(
      `/api/rooms/${roomID}/members/${bob.userID}`,
      { method: "DELETE" },
    );
    assertEquals(removed.status, 204);
    took.removal = await bobs.until("gone");
    for (const server of apps.servers) {
      const { status } = await at(bob, server).pull(space, crypto.randomUUID());
      assertEquals(status, 404);
    }
    const { status } = await at(ada, apps.servers[1]).ask("/api/session", {
      method: "DELETE",
    });
    assertEquals(status, 204);
    took.signOut = await everywhere.until("end");
    for (const server of apps.servers) {
      assertEquals((await at(ada, server).get("/api/session")).status, 401);
    }
    const times = Object.entries(took)
      .map(([what, ms]) => `${what} ${Math.round(ms)} ms`);
    console.log(`  in all processes after: ${times.join(", ")}`);
    for (const each of apps.servers) await assertAlive(each);
  },
  UNSANITIZED,
);

const pause = (ms: number) =>
  new Promise<void>((resolve) => setTimeout(resolve, ms));
