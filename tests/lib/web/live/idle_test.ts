// What a process asks of its KV while nobody asks anything of the process.
import { assert, assertEquals } from "@std/assert";
import { Sync } from "../../../../lib/sync/mod.ts";
import { AddressBans } from "../../../../lib/web/auth/bans.ts";
import { chatDomain } from "../../../../lib/web/chat/domain.ts";
import { JobQueue } from "../../../../lib/web/jobs/job_queue.ts";
import { Online } from "../../../../lib/web/live/online.ts";
import { Streams } from "../../../../lib/web/live/streams.ts";
import { IndexWorker } from "../../../../lib/web/search/index_worker.ts";
import { Typing } from "../../../../lib/web/live/typing.ts";
import { eventsOf } from "../../../support/events.ts";
import { type Call, gatedKv } from "../../../support/gated_kv.ts";
import { Simulation } from "../../../support/simulation.ts";

const SPACES = 500;
const MINUTES = 30; // one pass of the housekeeping is among them

Deno.test(`a process whose streams listen to ${SPACES} rooms asks a KV server for less than one thing a second (T54)`, async () => {
  using kv = await Deno.openKv(":memory:");
  const calls: Call[] = [];
  const world = new Simulation(1);
  const counted = gatedKv(kv, (call, run) => {
    calls.push(call);
    return world.soon(run);
  });
  const rooms = Array.from({ length: SPACES }, (_, i) => `room:r${i}`);
  await world.run(async () => {
    const sync = new Sync(counted, chatDomain, { watchesSeeAll: true });
    for (const room of rooms) {
      await sync.write([room], (tx) => tx.set("born", true));
    }
    // Not beside the simulation, which would not know that something is awaited.
    const set = (key: Deno.KvKey, value: unknown) =>
      world.soon(() => kv.set(key, value));
    await set(["session", "s"], { userID: "ada", expiresAt: Infinity });
    const streams = new Streams(
      counted,
      new Typing(counted, sync),
      new Online(counted, true),
      new AddressBans(counted),
      true,
      true,
    );
    const listening = { sessionID: "s", userID: "ada", address: "a" };
    const always = () => Promise.resolve(true);
    const body = await streams.open(
      listening,
      (hooks) => sync.poke(rooms, always, hooks),
      { withOnline: true },
    );
    const events = eventsOf(body.getReader());
    for (const _ of rooms) await events.next();
    // Another process is there as well.
    await set(["alive", "other"], Infinity);
    await set(["online", "other", rooms[0]], ["bob"]);
    sync.startHousekeeping();
    const jobs = new JobQueue(counted, sync);
    jobs.start();
    const indexWorker = new IndexWorker(counted, sync, true);
    indexWorker.start();
    await world.sleep(600_000); // until the rooms are indexed

    calls.length = 0;
    await world.sleep(MINUTES * 60_000);
    const seen = new Map<string, number>();
    const notInLists = calls.filter(({ kind }) => kind === "getMany");
    for (const { keys } of notInLists) {
      for (const [kind, space] of keys as string[][]) {
        if (kind === "version") seen.set(space, (seen.get(space) ?? 0) + 1);
      }
    }
    assert(calls.length < MINUTES * 60, `${calls.length} calls`);
    // And yet none is forgotten.
    assertEquals(seen.size, SPACES);
    const [least, most] = [Math.min, Math.max]
      .map((pick) => pick(...seen.values()));
    assert(least > 5 && most <= least + 1, `${least} to ${most} looks`);
    await events.return(undefined);
    await jobs.stop();
    sync.close();
    await indexWorker.stop();
  });
});
