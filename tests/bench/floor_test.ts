// The floor of the bench: that it is in the shape of what the engine commits.
import { assert, assertEquals } from "@std/assert";
import { Sync } from "../../lib/sync/mod.ts";
import { actorOf, chatDomain } from "../../lib/web/chat/domain.ts";
import { MESSAGES_PER_COMMIT, RawLoop } from "./floor.ts";
import { TEXT } from "./requests.ts";

const encoder = new TextEncoder();
const SPACE = "room:general";

/** What a commit checks and sets, by the first part of the keys: how often, and how many bytes of values. */
type Shape = Record<string, { checks: number; sets: number; bytes: number }>;

/** Has each commit to a KV noted. */
function record(kv: Deno.Kv): Shape[] {
  const commits: Shape[] = [];
  const atomic = kv.atomic.bind(kv);
  kv.atomic = () => {
    const operation = atomic();
    const shape: Shape = {};
    const of = (key: Deno.KvKey) =>
      shape[String(key[0])] ??= { checks: 0, sets: 0, bytes: 0 };
    const { check, set, commit } = operation;
    operation.check = (...checks) => {
      for (const { key } of checks) of(key).checks++;
      return check.apply(operation, checks);
    };
    operation.set = (key, value, options) => {
      of(key).sets++;
      of(key).bytes += value instanceof Uint8Array
        ? value.length
        : encoder.encode(JSON.stringify(value)).length;
      return set.call(operation, key, value, options);
    };
    operation.commit = () => {
      commits.push(shape);
      return commit.call(operation);
    };
    return operation;
  };
  return commits;
}

/** What the engine commits for messages of so many clients that come at once. */
async function engineCommit(clients: number, each: number): Promise<Shape> {
  using kv = await Deno.openKv(":memory:");
  const sync = new Sync(kv, chatDomain);
  const people = Array.from({ length: clients }, (_, i) => ({
    userID: `01M8000000000000000000000${i}`,
    name: `Person ${i}`,
  }));
  await sync.write([SPACE], async (tx) => {
    await tx.set("room", {
      id: "general",
      name: "General",
      topic: "Welcome! For everyone, about everything: say hello.",
      visibility: "public",
      createdBy: "system",
      createdAt: Date.now(),
      messageCount: 100_000,
    });
    for (const { userID, name } of people) {
      const member = { id: userID, name, role: "member", joinedAt: 0 };
      await tx.set(`member/${userID}`, member);
    }
  });
  let id = 0;
  const round = async (each: number) => {
    const from = id;
    id += each;
    await Promise.all(
      people.map((person, i) =>
        sync.push(SPACE, actorOf(person.userID), {
          pushVersion: 1,
          schemaVersion: "1",
          profileID: "p",
          clientGroupID: `group${i}`,
          mutations: Array.from({ length: each }, (_, n) => ({
            id: from + n + 1,
            clientID: `client${i}`,
            name: "createMessage",
            args: {
              id: `${i}-${String(from + n + 1).padStart(9, "0")}`,
              content: TEXT,
            },
            timestamp: 0,
          })),
        })
      ),
    );
  };
  await round(1); // the first of a client says whose it is as well
  await round(1);
  const commits = record(kv);
  await round(each);
  await sync.close();
  return commits[0];
}

async function floorCommit(batch: number, clients: number): Promise<Shape> {
  using kv = await Deno.openKv(":memory:");
  const commits = record(kv);
  await new RawLoop(kv).commit(batch, clients);
  return commits[0];
}

function assertSameShape(engine: Shape, floor: Shape): void {
  const counts = (shape: Shape) =>
    Object.entries(shape).map(([key, { checks, sets }]) => ({
      key,
      checks,
      sets,
    })).toSorted((a, b) => a.key < b.key ? -1 : 1);
  assertEquals(counts(floor), counts(engine));
  for (const [key, { bytes }] of Object.entries(engine)) {
    if (bytes === 0) continue; // it is checked only
    const share = floor[key].bytes / bytes;
    assert(Math.abs(share - 1) < .1, `${key}: ${share} of the engine's bytes`);
  }
}

for (const clients of [1, 8]) {
  Deno.test(`The floor of ${clients} clients that push one message each checks and sets what the engine does`, async () => {
    assertSameShape(
      await engineCommit(clients, 1),
      await floorCommit(clients, clients),
    );
  });
}

Deno.test("The floor of what is pending checks and sets what the engine does with as much as goes into one commit", async () => {
  assertSameShape(
    await engineCommit(1, 2 * MESSAGES_PER_COMMIT),
    await floorCommit(MESSAGES_PER_COMMIT, 1),
  );
});
