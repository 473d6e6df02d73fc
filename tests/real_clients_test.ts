// Twenty real Replicache clients on a bad network, in front of a server that is killed again and again.
import { assertEquals } from "@std/assert";
import { serverRoomMutators } from "../lib/chat/server_mutators.ts";
import { messagesIn } from "../lib/chat/queries.ts";
import { BadNetwork, CALM } from "./support/bad_network.ts";
import { permitted } from "./support/permitted.ts";
import { Person } from "./support/person.ts";
import { quiet } from "./support/quiet.ts";
import { randomFrom } from "./support/random.ts";
import { openReplicant } from "./support/replicache.ts";
import { chosenSeed, soaking } from "./support/seeds.ts";
import { startServer } from "./support/server.ts";

const GENERAL = "room:general";
const CLIENTS = 20;
const MUTATIONS_PER_CLIENT = soaking ? 2_500 : 100;
const KILLS = soaking ? 100 : 4;
/** After so many more pushes and pulls the server dies, if it has not before. */
const REQUESTS_BETWEEN_KILLS = 150;

const STORM = {
  dropped: 0.1,
  answerDropped: 0.1,
  doubled: 0.1,
  delayed: 0.3,
  longest: 300,
};

Deno.test({
  name: `${CLIENTS} real clients lose, double and reorder none of ${
    CLIENTS * MUTATIONS_PER_CLIENT
  } mutations on a bad network, though the server is killed ${KILLS} times (P1, P7, L1, L3, K2)`,
  ignore: !permitted, // Replicache reads the environment, and the app is served
  // Replicache keeps timers of its own for some time after it was closed.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    using _ = quiet();
    const seed = chosenSeed();
    const random = randomFrom(seed);
    const folder = await Deno.makeTempDir();
    const env = { DENO_KV_PATH: `${folder}/kv.sqlite` };
    let server = await startServer(env);
    await using network = new BadNetwork(random);
    network.targets = [server.url];

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

    network.weather = STORM;
    let made = 0;
    const write = async (i: number, end: number) => {
      for (let n = made; n < end; n++) {
        await clients[i].rep.mutate.createMessage({
          id: `${i}-${n}`,
          content: `${i} says ${n} 😀`,
        });
        await pause(random.below(40));
      }
    };
    for (let kill = 1; kill <= KILLS; kill++) {
      const end = MUTATIONS_PER_CLIENT * kill / KILLS;
      const writing = Promise.all(clients.map((_, i) => write(i, end)));
      await Promise.race([network.passes(REQUESTS_BETWEEN_KILLS), writing]);
      await server.kill();
      network.targets = [];
      server = await startServer(env);
      network.targets = [server.url];
      await writing;
      made = end;
    }

    network.weather = CALM;
    const healed = performance.now();
    const all = await Promise.all(
      clients.map(({ until }) =>
        until(
          messagesIn,
          (messages) =>
            messages.length === CLIENTS * MUTATIONS_PER_CLIENT &&
            messages.every(({ pending }) => !pending),
        )
      ),
    );
    const seconds = (performance.now() - healed) / 1000;
    console.log(`All equal after ${seconds.toFixed(1)} s`, network.fates);

    const again = `SEED=${seed}`;
    const [first, ...others] = all;
    for (const other of others) assertEquals(other, first, again);
    const seqs = first.map(({ seq }) => seq);
    assertEquals(seqs, seqs.map((_, i) => i + 1), again);
    people.forEach(({ userID }, i) => {
      const own = first.filter(({ authorID }) => authorID === userID)
        .map(({ id }) => id);
      assertEquals(own, own.map((_, n) => `${i}-${n}`), again);
    });
    const { body } = await people[0].pull(GENERAL, "fresh");
    const room = body.patch.find(({ key }: { key: string }) => key === "room");
    assertEquals(
      room.value.messageCount,
      CLIENTS * MUTATIONS_PER_CLIENT,
      again,
    );

    for (const { close } of clients) await close();
    await server.stop();
    await Deno.remove(folder, { recursive: true });
  },
});

const pause = (ms: number) =>
  new Promise<void>((resolve) => setTimeout(resolve, ms));
