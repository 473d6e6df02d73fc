// A simulation of processes that remember clients which housekeeping deletes; says what was decided on memory that was false.
import { Sync, SyncError } from "../../lib/sync/mod.ts";
import { ada, domain } from "./counter_domain.ts";
import { Process } from "./faulty_kv.ts";
import type { Call, Gate } from "./gated_kv.ts";
import { Simulation } from "./simulation.ts";

const DAY = 86_400_000; // ms

export type GuardOptions = {
  /** How many checks a commit takes: with four, the guard answers for nearly all clients. */
  maxChecks: number;
  /** Which keys commits check. */
  checks?: (key: Deno.KvKey) => boolean;
  /**
   * How groups come to be out of use: their records are set back while they are
   * in use, or all clocks go on by a month.
   */
  ageing: "records" | "clocks";
  /** Whether one of the processes is of a release that knows no guard. */
  withOlder?: boolean;
};

const PROCESSES = 2;
const GROUPS = 4;
const STEPS = 12;

type Group = { groupID: string; tabs: Tab[] };
type Tab = { clientID: string; nextID: number; unanswered: number[] };

/** Whether a key is one that the last release did not know. */
export const isGuard = (key: Deno.KvKey): boolean => key[0] === "guard";

/** What `kv` is to a process that knows of no guard. */
function withoutGuard(kv: Deno.Kv): Deno.Kv {
  const atomic = () => {
    const plain = kv.atomic();
    const chain = {
      check(...given: Deno.AtomicCheck[]) {
        plain.check(...given.filter(({ key }) => !isGuard(key)));
        return chain;
      },
      set(key: Deno.KvKey, value: unknown) {
        if (!isGuard(key)) plain.set(key, value);
        return chain;
      },
      delete(key: Deno.KvKey) {
        if (!isGuard(key)) plain.delete(key);
        return chain;
      },
      commit: () => plain.commit(),
    };
    return chain;
  };
  return new Proxy(kv, {
    get: (target, name) =>
      name === "atomic"
        ? atomic
        : Reflect.get(target, name).bind?.(target) ?? Reflect.get(target, name),
  });
}

/** Lives through the world of a seed; gives back what was wrong. */
export async function guardedWorld(
  seed: number,
  { maxChecks, checks = () => true, ageing, withOlder }: GuardOptions,
): Promise<string[]> {
  using kv = await Deno.openKv(":memory:");
  const world = new Simulation(seed);
  const { random } = world;
  const faults: string[] = [];
  /** How far each client is by the records in KV, and how often they were set. */
  const records = new Map<string, number>();
  const timesSet = new Map<string, number>();
  let version = 0;

  const look = ({ changes }: Call) => {
    const ran = new Map<string, number[]>();
    let logged = 0;
    for (const { key: [kind, , name] } of changes) {
      if (kind === "log") logged++;
      const [, clientID, id] = String(name).match(/^ran\/(.+)\/(\d+)$/) ?? [];
      if (kind !== "entry" || !clientID) continue;
      ran.set(clientID, [...ran.get(clientID) ?? [], Number(id)]);
    }
    for (const { key: [kind, , name], value } of changes) {
      if (kind === "version") {
        if (version + logged !== value) {
          faults.push(`version ${value} follows ${version} and ${logged}`);
        }
        version = value as number;
      }
      if (kind !== "client") continue;
      const clientID = name as string;
      if (value === undefined) {
        records.delete(clientID);
        continue;
      }
      const { lastMutationID } = value as { lastMutationID: number };
      const before = records.get(clientID) ?? 0;
      const due = Array.from(
        { length: lastMutationID - before },
        (_, i) => before + 1 + i,
      );
      if (String(due) !== String(ran.get(clientID) ?? [])) {
        faults.push(
          `${clientID} was at ${before}, ran ${ran.get(clientID)} ` +
            `and is at ${lastMutationID}`,
        );
      }
      records.set(clientID, lastMutationID);
      timesSet.set(clientID, (timesSet.get(clientID) ?? 0) + 1);
    }
  };
  const recorder: Gate = async (call, run) => {
    const result = await run();
    if (call.kind === "commit" && (result as { ok: boolean }).ok) look(call);
    return result;
  };

  const syncs = Array.from({ length: PROCESSES }, (_, i) => {
    const process = new Process(kv, world, () => undefined, recorder, checks);
    const isOlder = withOlder && i === 0;
    return isOlder
      ? new Sync(withoutGuard(process.kv), domain, { maxChecks: 100 })
      : new Sync(process.kv, domain, { maxChecks });
  });

  let serial = 0;
  const tab = (): Tab => ({
    clientID: `c${serial++}`,
    nextID: 1,
    unanswered: [],
  });
  const begin = (): Group => ({
    groupID: `g${serial++}`,
    tabs: [tab(), tab()],
  });
  const groups = Array.from({ length: GROUPS }, begin);

  /** Pushes what a tab makes, what was not answered, or now and then what was. */
  async function push(i: number): Promise<void> {
    const group = groups[i];
    if (random.chance(0.1)) group.tabs.push(tab());
    const from = random.pick(group.tabs);
    if (random.chance(0.7) || from.nextID === 1) {
      from.unanswered.push(from.nextID++);
    }
    const { clientID } = from;
    const sent = from.unanswered.length > 0
      ? [...from.unanswered]
      : [from.nextID - 1];
    const mutations = sent.map((id) => ({
      ...{ id, clientID, name: "put", timestamp: 0 },
      args: { key: `ran/${clientID}/${id}`, value: 1 },
    }));
    const isIn = () => (records.get(clientID) ?? 0) >= sent.at(-1)!;
    const [before, times] = [isIn(), timesSet.get(clientID)];
    const answer = await random.pick(syncs).push("s", ada, {
      ...{ pushVersion: 1, schemaVersion: "1", profileID: "p" },
      ...{ clientGroupID: group.groupID, mutations },
    }).catch((error) => {
      if (error instanceof SyncError && error.problem === "unavailable") return;
      faults.push(String(error));
    });
    if (answer === undefined) return;
    if (answer) {
      if (groups[i] === group) groups[i] = begin(); // the browser begins anew
      return;
    }
    from.unanswered = from.unanswered.filter((id) => !sent.includes(id));
    if (before || isIn() || timesSet.get(clientID) !== times) return;
    faults.push(`${clientID}/${sent.at(-1)} was answered and is not in`);
  }

  async function age({ groupID }: Group): Promise<void> {
    if (ageing === "clocks") {
      const now = Date.now;
      Date.now = () => now() + 31 * DAY; // until the simulation ends
      return;
    }
    const key = ["group", groupID];
    await world.soon(async () => {
      const { value, versionstamp } = await kv.get<{ seenOn: number }>(key);
      if (value === null) return;
      const seenOn = value.seenOn - 31;
      await kv.atomic().check({ key, versionstamp })
        .set(key, { ...value, seenOn }).commit();
    });
  }

  return await world.run(async () => {
    await syncs[1].write(["s"], (tx) => tx.set("born", true));
    for (let step = 0; step < STEPS; step++) {
      const aged = random.below(GROUPS);
      if (random.chance(0.4)) {
        await age(groups[aged]);
        if (random.chance(0.7)) await random.pick(syncs).housekeep();
      }
      const deeds = Array.from({ length: 1 + random.below(6) }, async () => {
        if (random.chance(0.1)) return await random.pick(syncs).housekeep();
        await push(random.chance(0.4) ? aged : random.below(GROUPS));
      });
      await Promise.all(deeds);
    }
    for (const sync of syncs) sync.close();
    return faults;
  }).catch((error) => [...faults, String(error)]);
}
