// Storage, network and processes fail at every await: what was answered is in once, what was not is sent again.
import { assert, assertEquals } from "@std/assert";
import { type Fault, FAULTS, type Plan } from "../../support/faulty_kv.ts";
import { World } from "../../support/faults.ts";
import { randomDeed } from "../../support/model_client.ts";
import { quiet } from "../../support/quiet.ts";
import { chosenSeed, repeating, soaking } from "../../support/seeds.ts";

const SEEDS = repeating ? 1 : soaking ? 100_000 : 300;

/** Lives through what `script` says in the world of a seed, and gives back what is wrong at its end. */
async function live(
  seed: number,
  script: (world: World) => Promise<void>,
): Promise<string[]> {
  using kv = await Deno.openKv(":memory:");
  const world = new World(seed, kv);
  const faults = await world.run(async () => {
    await world.begin();
    await script(world);
    return await world.settle();
  }).catch((error) => [String(error)]);
  return [...faults, ...await world.leftovers()];
}

/** A day of everything: long and bad pushes, first, widened and later pulls, writes, housekeeping. */
async function everything(world: World): Promise<void> {
  const [a, b, c] = world.groups;
  const all = (...deeds: (() => Promise<unknown>)[]) =>
    Promise.all(deeds.map((each) => world.try(each)));
  a.act("a1", { deed: "add", id: "1" });
  a.act("a1", { deed: "refuse" });
  a.act("a2", { deed: "add", id: "2" }, "actCarelessly");
  b.act("b1", { deed: "add", id: "1" });
  b.act("b1", { deed: "break" });
  await all(
    () => a.push(),
    () => b.push(),
    () => world.write("w"),
    () => a.pull({ window: 2 }),
    () => b.pull({ window: 2 }),
    () => world.listen(),
    () => world.look(),
  );
  // More than one log entry holds.
  for (const size of [12_000, 12_001, 12_002]) {
    a.act("a1", { deed: "fill", size });
  }
  c.act("c1", { deed: "sink", id: "1" });
  await all(
    () => a.push(),
    () => c.push(),
    () => b.pull({ window: 4 }),
    () => world.housekeep(),
  );
  a.dismiss();
  b.restart();
  await all(() => a.push(), () => b.pull(), () => c.pull(), () => a.pull());
}

/** Fails the calls that are counted out. */
function failing(faults: Map<number, Fault>): { plan: Plan; calls(): number } {
  let calls = 0;
  return { plan: () => faults.get(calls++), calls: () => calls };
}

Deno.test("push(), pull(), poke(), write() and housekeeping survive each fault at each await (C2, P1, P4, P7, K2, S3)", async () => {
  using _ = quiet();
  const none = failing(new Map());
  const run = (plan: Plan) =>
    live(1, async (world) => {
      world.plan = plan;
      await everything(world);
    });
  assertEquals(await run(none.plan), []);
  const calls = none.calls();
  for (let call = 0; call < calls; call++) {
    for (const fault of FAULTS) {
      const { plan } = failing(new Map([[call, fault]]));
      assertEquals(await run(plan), [], `${fault} at call ${call}`);
    }
  }
});

/** Whatever comes to mind, at once, while anything fails. */
async function anything(world: World): Promise<void> {
  const { random } = world;
  const rate = random.pick([0, 0.01, 0.05, 0.2]);
  let outage = 0;
  world.plan = () => {
    if (random.chance(rate / 20)) outage = world.now + random.below(15_000);
    if (world.now < outage) return "lost";
    return random.chance(rate) ? random.pick(FAULTS) : undefined;
  };
  const some = () => random.pick([0, 0.1, 0.3]);
  world.network = { loss: some(), doubling: some(), delay: some() };
  let writes = 0;
  for (let step = 0; step < 4; step++) {
    const deeds = Array.from({ length: 1 + random.below(5) }, () => {
      const group = random.pick(world.groups);
      if (random.chance(0.1)) return world.try(() => world.housekeep());
      if (random.chance(0.1)) {
        return world.try(() => world.write(`w${writes++}`));
      }
      if (random.chance(0.05)) return world.try(() => world.look());
      if (random.chance(0.05)) return world.try(() => world.listen());
      if (random.chance(0.03)) {
        // More than one commit takes.
        for (let i = 0; i < 12; i++) {
          group.act(group.tabs[0], { deed: "fill", size: 15_000 + i });
        }
      }
      if (random.chance(0.05)) group.restart();
      if (random.chance(0.2)) group.dismiss();
      for (let i = random.below(4); i > 0; i--) {
        group.act(random.pick(group.tabs), ...randomDeed(random, 12));
      }
      const wish = group.randomWish(random, 12);
      return random.chance(0.5)
        ? world.try(() => group.push())
        : world.try(() => group.pull(wish));
    });
    await Promise.all(deeds);
  }
}

Deno.test(`Nothing is lost, doubled or stuck in ${SEEDS} worlds where anything fails (C2, P1, P3, P4, P7, L1, L3, L9, K2, S3)`, async () => {
  using _ = quiet();
  const first = chosenSeed();
  for (let seed = first; seed < first + SEEDS; seed++) {
    const again =
      `SEED=${seed} deno test -P=test tests/lib/sync/faults_test.ts`;
    assertEquals(await live(seed, anything), [], again);
  }
});

Deno.test("A world comes to the same end from the same seed", async () => {
  using _ = quiet();
  const seed = chosenSeed();
  const ends: World["story"][] = [];
  for (let i = 0; i < 2; i++) {
    await live(seed, async (world) => {
      await anything(world);
      ends.push(world.story);
    });
  }
  assertEquals(ends[0].commits, ends[1].commits);
  assertEquals(ends[0].acks, ends[1].acks);
});

// A test that cannot fail proves nothing: in these worlds KV breaks its own rules, which must be found out.

const BROKEN: Record<string, (world: World) => Promise<void>> = {
  "says that it has committed and has not": async (world) => {
    world.plan = () => world.random.chance(0.05) ? "lie" : undefined;
    await everything(world);
  },
  "forgets the checks of a commit": async (world) => {
    world.unchecked = true;
    await everything(world);
  },
};

for (const [what, script] of Object.entries(BROKEN)) {
  Deno.test(`A KV that ${what} is found out`, async () => {
    using _ = quiet();
    const first = chosenSeed();
    let faults: string[] = [];
    for (let seed = first; seed < first + 50; seed++) {
      faults = await live(seed, script);
      if (faults.length > 0) return;
    }
    assert(faults.length > 0, `SEED=${first}`);
  });
}
