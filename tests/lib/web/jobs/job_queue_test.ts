// Jobs: each is done, whatever dies, and what fails waits ever longer without holding up the rest.
import { assert, assertEquals, assertGreater } from "@std/assert";
import {
  type Job,
  JobQueue,
  NO_NOTES,
  type Outcome,
  pauseAfter,
  type Run,
} from "../../../../lib/web/jobs/job_queue.ts";
import type { Follower } from "../../../../lib/web/jobs/note_teller.ts";
import { FAULTS, type Plan, Process } from "../../../support/faulty_kv.ts";
import { quiet } from "../../../support/quiet.ts";
import { chosenSeed, repeating, soaking } from "../../../support/seeds.ts";
import { Simulation } from "../../../support/simulation.ts";

const SEEDS = repeating ? 1 : soaking ? 10_000 : 100;

/** Processes that share a KV and do jobs. */
class Workers {
  plan: Plan = () => undefined;
  readonly done: { job: Job; at: number; worker: number }[] = [];
  readonly #workers: { process: Process; queue: JobQueue }[] = [];

  constructor(readonly world: Simulation, readonly kv: Deno.Kv) {}

  /** One more process, whose queue is told notes, of which there are as many as `notes` gives. */
  start(
    run: (job: Job, worker: number) => Promise<Outcome>,
    suffix = "",
    notes = NO_NOTES,
    follower?: Follower,
  ): JobQueue {
    const worker = this.#workers.length;
    const process = new Process(
      this.kv,
      this.world,
      (call) => this.plan(call),
      (_, run) => run(),
      () => true,
    );
    const queue = new JobQueue(process.kv, notes, suffix);
    if (follower) queue.follows(follower);
    const counted: Run = async (job) => {
      if (!process.alive) return await new Promise<never>(() => {});
      const outcome = await run(job, worker);
      this.done.push({ job, at: this.world.now, worker });
      return outcome;
    };
    queue.runs("test", counted);
    queue.start();
    this.#workers.push({ process, queue });
    return queue;
  }

  get alive() {
    return this.#workers.filter(({ process }) => process.alive);
  }

  stop(): void {
    for (const { queue } of this.#workers) queue.stop();
  }

  async left(): Promise<number> {
    const count = () => Array.fromAsync(this.kv.list({ prefix: ["job"] }));
    return (await this.world.soon(count)).length;
  }

  /** Waits until no job is left, for an hour at most. */
  async settle(): Promise<void> {
    while (await this.left() > 0) await this.world.sleep(500);
  }
}

const job = (
  lane: string,
  id: string,
  due = 0,
  payload: unknown = id,
  tenant = lane,
): Job => ({
  kind: "test",
  tenant,
  lane,
  id,
  payload,
  due,
});

async function simulate(
  seed: number,
  story: (workers: Workers) => Promise<void>,
): Promise<void> {
  using kv = await Deno.openKv(":memory:");
  const world = new Simulation(seed);
  await world.run(async () => {
    const workers = new Workers(world, kv);
    try {
      await story(workers);
    } finally {
      workers.stop();
    }
  });
}

Deno.test("Each job that was stored is done, whenever processes die and storage fails, and none before it is due (T79)", async () => {
  using _ = quiet();
  const first = chosenSeed();
  for (let seed = first; seed < first + SEEDS; seed++) {
    await simulate(seed, async (workers) => {
      const { world } = workers;
      const { random } = world;
      const rate = random.pick([0.005, 0.02, 0.05]);
      let failing = true;
      workers.plan = () =>
        failing && random.chance(rate) ? random.pick(FAULTS) : undefined;
      const run = async () => {
        await world.sleep(random.below(300));
        return random.chance(0.2) ? { afterMs: random.below(900) } : "done";
      };
      const stored: Job[] = [];
      for (let n = 0; n < 20; n++) {
        while (workers.alive.length < 2) workers.start(run);
        const { queue, process } = random.pick(workers.alive);
        const due = world.now + random.pick([0, 0, 2_000]);
        const one = job(`lane${random.below(4)}`, `${n}`, due);
        await Promise.race([
          queue.add([one]).then(() => stored.push(one)),
          process.died.promise,
        ]).catch(() => {});
        await world.sleep(random.below(200));
      }
      failing = false;
      while (workers.alive.length < 2) workers.start(run);
      await workers.settle();
      assertGreater(stored.length, 0);
      for (const { id, due } of stored) {
        const times = workers.done.filter(({ job }) => job.id === id);
        assertGreater(times.length, 0, `${id} was not done; SEED=${seed}`);
        assert(times[0].at >= due, `${id} was done too early; SEED=${seed}`);
      }
    });
  }
});

Deno.test("Of processes that all want to, one does the jobs, each once, and another goes on when it is gone (T79)", async () => {
  const first = chosenSeed();
  for (let seed = first; seed < first + 30; seed++) {
    await simulate(seed, async (workers) => {
      const { world } = workers;
      const run = async () => {
        await world.sleep(world.random.below(200));
        return "done" as const;
      };
      const queues = [1, 2, 3].map(() => workers.start(run));
      for (let n = 0; n < 30; n++) {
        const due = world.now + world.random.below(500);
        await world.random.pick(queues).add([job(`lane${n % 5}`, `${n}`, due)]);
        await world.sleep(world.random.below(100));
      }
      await workers.settle();
      const { done } = workers;
      const ids = done.map(({ job }) => job.id);
      assertEquals(ids.length, new Set(ids).size, `SEED=${seed}`);
      assertEquals(ids.length, 30, `SEED=${seed}`);
      const before = done.at(-1)!.worker;
      await queues[before].stop();
      await queues[(before + 1) % 3].add([job("lane", "last")]);
      await workers.settle();
      assert(done.at(-1)!.worker !== before, `SEED=${seed}`);
    });
  }
});

Deno.test("Jobs are done once and notes told once, though another process has the store locked when they are taken out (T79)", async () => {
  using _ = quiet();
  const first = chosenSeed();
  for (let seed = first; seed < first + 30; seed++) {
    await simulate(seed, async (workers) => {
      const { world, kv } = workers;
      workers.plan = ({ kind }) =>
        kind === "commit" && world.random.chance(0.4) ? "locked" : undefined;
      const prefix = ["note"];
      const notes: typeof NO_NOTES = {
        async *notes(limit) {
          const list = () => Array.fromAsync(kv.list({ prefix }, { limit }));
          for (const { key } of await world.soon(list)) {
            yield { key, space: key[1] as string, version: 1, changes: [] };
          }
        },
      };
      const told: string[] = [];
      // The queue of a process: what is told becomes a job in it.
      const start = (): JobQueue => {
        const queue: JobQueue = workers.start(
          () => Promise.resolve("done"),
          "",
          notes,
          async (space) => {
            told.push(space);
            await queue.add([job("lane", space)]);
          },
        );
        return queue;
      };
      const queues = [start(), start()];
      const all = Array.from({ length: 20 }, (_, n) => `${n}`.padStart(2, "0"));
      for (const space of all) {
        await world.soon(() => kv.set([...prefix, space], 0));
        world.random.pick(queues).wake();
        await world.sleep(world.random.below(300));
      }
      const left = async () => (await Array.fromAsync(notes.notes(1))).length;
      while (await left() > 0) await world.sleep(50);
      await workers.settle();
      assertEquals(told.sort(), all, `SEED=${seed}`);
      const ids = workers.done.map(({ job }) => job.id);
      assertEquals(ids.sort(), all, `SEED=${seed}`);
    });
  }
});

Deno.test("What is under way is done by no other process, however long it takes, also while its own is stopping; then another goes on at once (T79)", async () => {
  const first = chosenSeed();
  for (let seed = first; seed < first + 10; seed++) {
    await simulate(seed, async (workers) => {
      const { world } = workers;
      const begun: string[] = [];
      const run = async ({ id }: Job, worker: number) => {
        begun.push(`${id} by ${worker}`);
        await world.sleep(9_000);
        return "done" as const;
      };
      const queue = workers.start(run);
      await queue.add([job("a", "1"), job("b", "2")]);
      while (begun.length < 2) await world.sleep(100);
      const other = workers.start(run);
      let stopped = false;
      const stop = queue.stop().then(() => stopped = true);
      await other.add([job("c", "3")]);
      await world.sleep(8_000);
      assert(!stopped, `SEED=${seed}`);
      assertEquals(begun.sort(), ["1 by 0", "2 by 0"], `SEED=${seed}`);
      await stop;
      const end = world.now;
      while (begun.length < 3) await world.sleep(50);
      assert(world.now - end < 1_500, `SEED=${seed}`);
      await workers.settle();
      const all = ["1 by 0", "2 by 0", "3 by 1"];
      assertEquals(begun.sort(), all, `SEED=${seed}`);
    });
  }
});

Deno.test("Notes are told once, however long a follower takes, and jobs under way are not begun meanwhile by another process (T79)", async () => {
  const first = chosenSeed();
  for (let seed = first; seed < first + 10; seed++) {
    await simulate(seed, async (workers) => {
      const { world, kv } = workers;
      const key = ["note", "one"];
      const note = { key, space: "room:r", version: 1, changes: [] };
      const notes: typeof NO_NOTES = {
        async *notes() {
          const found = await world.soon(() => kv.get(key));
          if (found.value !== null) yield note;
        },
      };
      await world.soon(() => kv.set(key, 0));
      let told = 0;
      const begun: string[] = [];
      const run = async ({ id }: Job) => {
        begun.push(id);
        await world.sleep(20_000);
        return "done" as const;
      };
      const follower = async () => {
        told++;
        await world.sleep(15_000);
      };
      const queues = [0, 1, 2].map(() =>
        workers.start(run, "", notes, follower)
      );
      await queues[0].add([job("a", "1")]);
      await workers.settle();
      assertEquals([told, begun], [1, ["1"]], `SEED=${seed}`);
    });
  }
});

Deno.test("However long a follower takes, jobs that are due are done meanwhile, and what it made at once (T79)", async () => {
  const first = chosenSeed();
  for (let seed = first; seed < first + 10; seed++) {
    await simulate(seed, async (workers) => {
      const { world, kv } = workers;
      const key = ["note", "one"];
      const note = { key, space: "room:r", version: 1, changes: [] };
      const notes: typeof NO_NOTES = {
        async *notes() {
          const found = await world.soon(() => kv.get(key));
          if (found.value !== null) yield note;
        },
      };
      await world.soon(() => kv.set(key, 0));
      const done: string[] = [];
      let toldAt = Infinity;
      const follower = async () => {
        await world.sleep(10_000);
        done.push("told");
        await queue.add([job("made", "made", world.now)]);
        toldAt = world.now;
      };
      const run = ({ id }: Job) => {
        done.push(id);
        const isLate = world.now - toldAt > 150;
        if (isLate) done.push("late");
        return Promise.resolve("done" as const);
      };
      const queue = workers.start(run, "", notes, follower);
      await queue.add([
        job("a", "due", world.now),
        job("b", "later", world.now + 5_000),
      ]);
      while (done.length < 4) await world.sleep(10);
      const all = ["due", "later", "told", "made"];
      assertEquals(done, all, `SEED=${seed}`);
    });
  }
});

Deno.test("A process to which KV was away lets another work once there is nothing more to do (T79)", async () => {
  using _ = quiet();
  const first = chosenSeed();
  const live = (seed: number) =>
    simulate(seed, async (workers) => {
      const { world } = workers;
      let isAway = false;
      workers.plan = ({ kind, keys: [[first, second]] }) =>
        isAway && kind === "list" && first === "due" && second === 0
          ? "lost"
          : undefined;
      const queues = [0, 1].map(() =>
        workers.start(async ({ id }) => {
          isAway = id === "first";
          await world.sleep(1_000);
          isAway = false;
          return "done";
        })
      );
      await queues[0].add([job("lane", "first")]);
      await workers.settle();
      await world.sleep(10_000);
      for (const [i, queue] of queues.entries()) {
        const begun = world.now;
        await queue.add([job("lane", `${i}`)]);
        while (await workers.left() > 0) await world.sleep(50);
        assert(world.now - begun < 3_000, `${i}; SEED=${seed}`);
      }
    });
  for (let seed = first; seed < first + 10; seed++) await live(seed);
});

Deno.test("A lane whose job fails is tried again after growing pauses, all of it, and holds up no other (T80)", async () => {
  using _ = quiet();
  await simulate(1, async (workers) => {
    const { world } = workers;
    const begun = world.now;
    const times: number[] = [];
    let left = 5;
    const queue = workers.start(({ lane }) => {
      if (lane !== "bad") return Promise.resolve("done");
      times.push(world.now);
      if (left-- > 0) throw new Error("It is down.");
      return Promise.resolve("done");
    });
    await queue.add([job("bad", "1", 1), job("bad", "2", 2), job("good", "3")]);
    while (workers.done.length < 1) await world.sleep(100);
    assertEquals(workers.done[0].job.lane, "good");
    assert(workers.done[0].at - begun < 5_000);
    // One that comes while the lane waits does not end the pause.
    await queue.add([job("bad", "4", 3)]);
    await workers.settle();
    const pauses = times.slice(0, 6).map((at, i) => at - (times[i - 1] ?? at));
    for (const [i, pause] of pauses.slice(1).entries()) {
      const least = 0.75 * 5_000 * 2 ** i;
      assert(pause >= least, `pause ${i} is ${pause}`);
    }
    const bad = workers.done.filter(({ job }) => job.lane === "bad");
    assertEquals(bad.map(({ job }) => job.id), ["1", "2", "4"]);
  });
});

Deno.test("A job that asks to wait is waited for as long as it says (T80)", async () => {
  await simulate(2, async (workers) => {
    const { world } = workers;
    const times: number[] = [];
    const queue = workers.start(() => {
      times.push(world.now);
      return Promise.resolve(times.length === 1 ? { afterMs: 42_000 } : "done");
    });
    await queue.add([job("lane", "1")]);
    await workers.settle();
    assertEquals(times.length, 2);
    assert(times[1] - times[0] >= 42_000);
  });
});

Deno.test("Pauses double up to an hour, give or take a quarter (T80)", () => {
  assertEquals(pauseAfter(1, 0.5), 5_000);
  assertEquals(pauseAfter(4, 0.5), 40_000);
  assertEquals(pauseAfter(1, 0), 3_750);
  assertEquals(pauseAfter(1, 1), 6_250);
  assertEquals(pauseAfter(1_000, 0.5), 3_600_000);
});

Deno.test("A job replaces the one of its ID and is due when that was; of more than fifty in a lane those due first go (T79)", async () => {
  await simulate(3, async (workers) => {
    const { world } = workers;
    const queue = workers.start(() => Promise.resolve("done"));
    const due = world.now + 10_000;
    await queue.add([job("lane", "same", due, "old")]);
    await queue.add([job("lane", "same", due + 10_000, "new")]);
    await workers.settle();
    const [{ job: { payload }, at }] = workers.done;
    assertEquals(payload, "new");
    assert(at >= due && at < due + 10_000);

    const later = world.now + 10_000;
    for (let n = 0; n < 60; n++) {
      await queue.add([job("full", `${n}`, later + n)]);
    }
    assertEquals(await workers.left(), 50);
    await workers.settle();
    assertEquals(workers.done[1].job.id, "10");
    assertEquals(workers.done.length, 51);
  });
});

Deno.test("Lanes that are slow do not wait for each other, 32 at the most are under way, and each does one job at a time (T79)", async () => {
  await simulate(5, async (workers) => {
    const { world } = workers;
    const underWay: string[] = [];
    let most = 0;
    const queue = workers.start(async ({ lane }) => {
      assert(!underWay.includes(lane));
      underWay.push(lane);
      most = Math.max(most, underWay.length);
      await world.sleep(8_000);
      underWay.splice(underWay.indexOf(lane), 1);
      return "done";
    });
    const jobs = Array.from(
      { length: 120 },
      (_, n) => job(`${n % 60}`, `${n}`),
    );
    const begun = world.now;
    await queue.add(jobs);
    await workers.settle();
    assertEquals(workers.done.length, 120);
    assertEquals(most, 32);
    assert(world.now - begun < 60_000);
  });
});

Deno.test("Slow lanes of some people, however many they have and however much waits in them, keep nobody else's waiting (T79)", async () => {
  await simulate(6, async (workers) => {
    const { world } = workers;
    const underWay: string[] = [];
    const queue = workers.start(async ({ lane, payload }) => {
      if (lane === "quick") return "done";
      const tenant = payload as string;
      underWay.push(tenant);
      assert(underWay.filter((each) => each === tenant).length <= 4);
      await world.sleep(9_900);
      underWay.splice(underWay.indexOf(tenant), 1);
      return "done";
    });
    // More than are looked at, if those who have their share did not give way.
    const slow = Array.from({ length: 7 * 60 * 3 }, (_, n) => {
      const tenant = `tenant${n % 7}`;
      return job(`slow${n % 420}`, `${n}`, 1, tenant, tenant);
    });
    await queue.add(slow);
    while (underWay.length < 28) await world.sleep(100);
    const begun = world.now;
    await queue.add([job("quick", "1", world.now)]);
    const isDone = () => workers.done.some(({ job }) => job.lane === "quick");
    while (!isDone()) await world.sleep(100);
    assert(world.now - begun < 9_000, `${world.now - begun} ms`);
  });
});

Deno.test("A lane that is slow is behind all others that wait after each of its jobs, also where one of these is replaced (T79)", async () => {
  await simulate(7, async (workers) => {
    const { world } = workers;
    const queue = workers.start(async ({ lane }) => {
      if (lane !== "quick") await world.sleep(9_900);
      return "done";
    });
    const slow = (n: number, id: string) => job(`slow${n}`, id, 1);
    const lanes = Array.from({ length: 40 }, (_, n) => n);
    await queue.add(
      lanes.flatMap((n) => ["1", "2", "3", "4"].map((id) => slow(n, id))),
    );
    await world.sleep(1_000);
    await queue.add([job("quick", "1", world.now)]);
    const replacing = (async () => {
      for (let i = 0; i < 20; i++) {
        await queue.add(lanes.map((n) => slow(n, "4")));
        await world.sleep(1_000);
      }
    })();
    await workers.settle();
    await replacing;
    const quick = workers.done.findIndex(({ job }) => job.lane === "quick");
    const before = workers.done.slice(0, quick).map(({ job }) => job.lane);
    assert(before.length <= 40, `${before.length}`);
    assertEquals(new Set(before).size, before.length);
  });
});

Deno.test("Lanes that an earlier release has stored, without whose they are, are gone through (T79)", async () => {
  await simulate(8, async (workers) => {
    const { world, kv } = workers;
    await world.soon(async () => {
      const atomic = kv.atomic();
      for (let n = 0; n < 3; n++) {
        atomic.set(["job", "test", `lane${n}`, "1"], { payload: 0, due: 1 })
          .set(["lane", "test", `lane${n}`], { due: 1, tries: 0 })
          .set(["due", 1, "test", `lane${n}`], 0);
      }
      return await atomic.commit();
    });
    workers.start(() => Promise.resolve("done"));
    await workers.settle();
    assertEquals(workers.done.length, 3);
  });
});

Deno.test("A job of a kind that this release does not know waits for one that does (T80)", async () => {
  await simulate(4, async (workers) => {
    const queue = workers.start(() => Promise.resolve("done"));
    await queue.add([{ ...job("lane", "1"), kind: "of tomorrow" }]);
    await workers.world.sleep(60_000);
    assertEquals(await workers.left(), 1);
  });
});

Deno.test("What waits in one queue keeps nothing in another waiting, though it be all that one does at a time (T79)", () =>
  simulate(1, async (workers) => {
    const { world } = workers;
    const never = Promise.withResolvers<Outcome>();
    const blocked = workers.start(() => never.promise, ".hook");
    const other = workers.start(() => Promise.resolve("done"));
    await blocked.add(
      Array.from({ length: 100 }, (_, n) => job(`lane${n}`, `${n}`)),
    );
    await world.sleep(5_000);
    await other.add([job("lane0", "free", world.now)]);
    await workers.settle();
    assertEquals(workers.done.map(({ job }) => job.id), ["free"]);
    never.resolve("done");
  }));
