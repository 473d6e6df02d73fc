// Sessions as a process remembers them: never one that has ended, whichever process ended it.
import { assertEquals } from "@std/assert";
import { batchReads, Sync } from "../../../../lib/sync/mod.ts";
import { chatDomain } from "../../../../lib/web/chat/domain.ts";
import {
  sessionIn,
  Sessions,
  signIn,
  signOut,
} from "../../../../lib/web/auth/session.ts";
import { countReads } from "../../../support/counted_reads.ts";
import { randomFrom } from "../../../support/random.ts";
import { chosenSeed } from "../../../support/seeds.ts";

/** Two processes on one KV; `calls` has how many keys each read of it was for. */
async function openTwo() {
  const plain = await Deno.openKv(":memory:");
  const calls = countReads(plain);
  const kv = batchReads(plain);
  const sync = new Sync(kv, chatDomain);
  return {
    calls,
    processes: [new Sessions(kv), new Sessions(kv)],
    async signIn() {
      const { cookie } = await signIn({ kv, sync }, { name: "Ada" }, false);
      return new Request("http://app.test/", { headers: { cookie } });
    },
    end: (session: { sessionID: string; userID: string }) =>
      signOut({ kv, session }, false),
    [Symbol.dispose]: () => kv.close(),
  };
}

const find = async (sessions: Sessions, request: Request) =>
  (await sessionIn(sessions, request, false))?.session;

Deno.test("Who has been here before costs one read of one key, and so do all who come together", async () => {
  using it = await openTwo();
  const [here] = it.processes;
  const requests = await Promise.all(Array.from({ length: 30 }, it.signIn));
  for (const request of requests) await find(here, request);
  it.calls.length = 0;
  const found = await Promise.all(requests.map((each) => find(here, each)));
  assertEquals(new Set(found.map((each) => each?.userID)).size, 30);
  assertEquals(it.calls, [1]);
});

Deno.test("A session is found until its end was asked for, and never once that was answered, in whichever process", async () => {
  const seed = chosenSeed();
  const { below, chance, pick } = randomFrom(seed);
  using it = await openTwo();
  const open: Request[] = [];
  const ended: Request[] = [];
  const look = (requests: Request[]) =>
    Promise.all(
      requests.map(async (each) =>
        await find(pick(it.processes), each) !== undefined
      ),
    );
  for (let i = 0; i < 200; i++) {
    while (open.length < 5) open.push(await it.signIn());
    const leaving = chance(0.5) ? open.splice(below(5), 1) : [];
    const findAll = () =>
      Promise.all(
        leaving.flatMap((each) =>
          it.processes.map((process) => find(process, each))
        ),
      );
    const [session] = await findAll();
    // In half of the rounds nothing else has a process look, and forget.
    const others = chance(0.5) ? [...open, ...ended] : [];
    const [those] = await Promise.all([
      look(others),
      session && it.end(session),
      look(others.length > 0 ? leaving : []), // it may be found, and remembered
    ]);
    const after = await findAll();
    assertEquals(after, after.map(() => undefined), `SEED=${seed}`);
    ended.push(...leaving);
    for (const found of [those, await look([...open, ...ended])]) {
      const wanted = found.map((_, j) => j < open.length);
      assertEquals(found, wanted, `SEED=${seed}`);
    }
  }
});
