// Pushes a second through the whole HTTP path, against a bare KV loop that commits the same.
import { Person } from "../support/person.ts";
import { startServer } from "../support/server.ts";
import type { Row } from "./table.ts";

const SECONDS = 4;
const WARM_UP = 1; // seconds
const GENERAL = "room:general";

/**
 * So many people push one message at a time, each as soon as the last was
 * answered. The floor commits the same sets, in batches of the size that the
 * engine's commits turned out to have, one after the other on a file of its own.
 */
export async function benchPush(clients: number): Promise<Row> {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/pushed.sqlite3`;
    const pushed = await pushAll(path, clients);
    const batch = Math.max(1, Math.round(pushed.count / pushed.commits));
    const floor = await commitAll(`${folder}/floor.sqlite3`, batch);
    return {
      what: `push, 1 mutation a request, ${clients} clients`,
      figure: pushed.count / SECONDS,
      floor,
      unit: "pushes/s",
      against: `bare KV loop, ${batch} a commit`,
    };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function pushAll(path: string, clients: number) {
  await using server = await startServer({ DENO_KV_PATH: path });
  const people = await Promise.all(
    Array.from({ length: clients }, async (_, i) => {
      const person = await Person.signIn(server.url, `Person ${i}`);
      await person.post("/api/rooms/general/members", {});
      return person;
    }),
  );
  let counting = false;
  let count = 0;
  const end = performance.now() + (WARM_UP + SECONDS) * 1000;
  const versionIn = async () => {
    const { body } = await people[0].pull(GENERAL, "watching");
    return body.cookie.version as number;
  };
  let begun = 0;
  const timer = setTimeout(async () => {
    begun = await versionIn();
    counting = true;
  }, WARM_UP * 1000);
  await Promise.all(people.map(async (person, i) => {
    for (let id = 1; performance.now() < end; id++) {
      const { status } = await person.push(GENERAL, `group${i}`, [{
        id,
        clientID: `client${i}`,
        name: "createMessage",
        args: { id: `${i}-${id}`, content: TEXT },
        timestamp: 0,
      }]);
      if (status !== 200) throw new Error(`A push was answered ${status}`);
      if (counting) count++;
    }
  }));
  clearTimeout(timer);
  return { count, commits: await versionIn() - begun };
}

const TEXT = "A message of the length that people write to each other.";

/** What one message costs the engine: the entry and its place, and its part of the log. */
async function commitAll(path: string, batch: number): Promise<number> {
  const kv = await Deno.openKv(path);
  const encoder = new TextEncoder();
  const value = encoder.encode(JSON.stringify({
    id: "0-1",
    seq: 1,
    authorID: "01M80000000000000000000000",
    from: "Person 0",
    content: TEXT,
    createdAt: Date.now(),
    reactions: {},
  }));
  const log = new Uint8Array(batch * (value.length + 150));
  let count = 0;
  let version = 0;
  const end = performance.now() + SECONDS * 1000;
  while (performance.now() < end) {
    const atomic = kv.atomic();
    for (let i = 0; i < batch; i++) {
      const key = `message/${i}-${version}`;
      atomic.set(["entry", GENERAL, key], value);
      atomic.set(["order", GENERAL, "message/", count + i, key], 0);
      const lastMutationID = { lastMutationID: version };
      atomic.set(["client", `group${i}`, `client${i}`], lastMutationID);
    }
    atomic.set(["entry", GENERAL, "room"], value);
    atomic.set(["log", GENERAL, ++version], log);
    atomic.set(["version", GENERAL], version);
    await atomic.commit();
    count += batch;
  }
  kv.close();
  return count / SECONDS;
}
