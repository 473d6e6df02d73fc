// Pushes a second through the whole HTTP path with sessions, beside a bare KV loop that commits the same.
import { MESSAGES_PER_COMMIT, naiveRate, RawLoop } from "./floor.ts";
import type { Load, Loaded } from "./load.ts";
import { startBenchProcess } from "./process.ts";
import { createMessage, pull, pullBy, push, pushOfOne } from "./requests.ts";
import { type Backend, inTurn, Rotation, type Subject } from "./subject.ts";
import {
  CORES,
  counted,
  median,
  RATE,
  type Row,
  Samples,
  timeOf,
} from "./table.ts";

const WARM_UP = 500; // ms

/** How often and how long, in milliseconds, is measured. */
export type Effort = { rounds: number; length: number };

type Pushed = Loaded & { rate: number };

/** Each person pushes one message after the other; each message but once, over all calls. */
export class Pushers {
  readonly #first: number[];

  constructor(
    private readonly backend: Backend,
    private readonly people: number,
  ) {
    this.#first = Array(people).fill(1);
  }

  /** For so many milliseconds; `rate` is pushes a second. */
  async push(length: number): Promise<Pushed> {
    const { backend, people } = this;
    const { hostname, port } = new URL(backend.url);
    const load: Load = {
      hostname,
      port: Number(port),
      warmUp: WARM_UP,
      length,
      requests: Array.from({ length: people }, (_, i) => pushOfOne(backend, i)),
      first: this.#first,
      pids: backend.pids,
    };
    await using beside = startBenchProcess("load.ts", load);
    const loaded: Loaded = await beside.next();
    if (loaded.count === 0) {
      throw new Error(`${backend.name} answered no push within ${length} ms`);
    }
    loaded.sent.forEach((each, i) => this.#first[i] += each);
    return { ...loaded, rate: 1_000 * loaded.count / length };
  }
}

/** The room's version: each commit of small messages raises it by one. */
export async function versionOf(backend: Backend): Promise<number> {
  const { cookie } = JSON.parse(await pull(pullBy(backend, 0, "watching")));
  return cookie.version ?? cookie; // the peer's is the version itself
}

/** What is to be reached against `before`. */
const RATE_TARGET = ">= 1.35 ×";
const PROCESSOR_TARGET = ">= 1.54 ×"; // 0.65 of it

/**
 * So many people push one message at a time to each of the subjects. The floor
 * commits the same sets, in batches of the size that today's commits turned out
 * to have. All take turns. With `naive`, also against check-and-retry.
 */
export async function benchPush(
  subjects: readonly Subject[],
  folder: string,
  clients: number,
  { rounds, length }: Effort,
  naive = false,
): Promise<Row[]> {
  const path = `${folder}/p${clients}`;
  await using rotation = await Rotation.start(subjects, path, clients);
  using raw = await RawLoop.open(`${path}-raw`);
  const pushers = new Map(
    rotation.backends.map((each) => [each, new Pushers(each, clients)]),
  );
  const rates = new Samples();
  const processor = new Samples();
  const idle = new Samples();
  const others = new Samples();
  const batches: number[] = [];
  const floors: number[] = [];
  const naives: number[] = [];
  let hasUsage = true;
  for (let round = 0; round < rounds; round++) {
    for (const backend of inTurn(rotation.backends, round)) {
      const { name } = backend;
      const isToday = name === "today";
      const version = isToday ? await versionOf(backend) : 0;
      const { rate, sent, usage } = await pushers.get(backend)!.push(length);
      rates.add(name, rate);
      if (usage) {
        processor.add(name, usage.processor);
        idle.add(name, usage.idle);
        others.add(name, usage.others);
      } else hasUsage = false;
      if (!isToday) continue;
      const commits = await versionOf(backend) - version;
      const batch = sent.reduce((a, b) => a + b) / commits;
      batches.push(batch);
      floors.push(await raw.rate(Math.max(1, Math.round(batch)), length));
    }
    if (!naive) continue;
    naives.push(await naiveRate(`${path}-naive${round}`, clients, length));
  }
  const who = counted(clients, "client");
  const what = `push over HTTP, 1 mutation a request, ${who}`;
  const row = rates.row({
    what,
    unit: RATE,
    floor: median(floors),
    target: clients === 32
      ? `${RATE_TARGET}, >= 40 % of the floor`
      : RATE_TARGET,
    against: `bare KV loop, ${Math.round(median(batches))} a commit`,
  });
  const rows: Row[] = [row];
  if (naive) {
    rows.push({
      what: `${what} (b)`,
      figure: row.figure,
      unit: row.unit,
      floor: median(naives),
      target: ">= 800 % of the floor",
      against: "naive check and retry per mutation, without HTTP",
    });
  }
  if (hasUsage) {
    rows.push(
      processor.row({
        what: `processor per push, ${who}`,
        unit: "µs",
        target: PROCESSOR_TARGET,
      }),
      idle.row({
        what: `cores that nobody uses, ${who}`,
        unit: CORES,
      }),
      // On a machine with nothing else to do this is next to nothing.
      others.row({
        what: `cores that other programs use, ${who}`,
        unit: CORES,
      }),
    );
  }
  return rows;
}

const PENDING_MUTATIONS = 1_000;

/** What a browser brings that was offline for long, against the raw loop's time for the same sets. */
export async function benchPending(
  subjects: readonly Subject[],
  folder: string,
  rounds: number,
): Promise<Row> {
  const path = `${folder}/pending`;
  await using rotation = await Rotation.start(subjects, path, 1);
  using raw = await RawLoop.open(`${path}-raw`);
  const times = new Samples();
  const floors: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const client = `late${round}`;
    const mutations = Array.from(
      { length: PENDING_MUTATIONS },
      (_, i) => createMessage(client, i + 1, `${client}-${i}`),
    );
    for (const backend of inTurn(rotation.backends, round)) {
      const time = await timeOf(() => push(backend, client, mutations));
      times.add(backend.name, time);
    }
    floors.push(
      await timeOf(async () => {
        for (
          let left = PENDING_MUTATIONS;
          left > 0;
          left -= MESSAGES_PER_COMMIT
        ) {
          await raw.commit(Math.min(left, MESSAGES_PER_COMMIT), 1);
        }
      }),
    );
  }
  return times.row({
    what: `${PENDING_MUTATIONS} pending mutations in one push`,
    floor: median(floors),
    unit: "ms",
    target: "<= 250 % of the floor",
    against: `bare KV loop, ${MESSAGES_PER_COMMIT} a commit`,
  });
}
