// Pushes a second through the whole HTTP path with sessions, beside a bare KV loop that commits the same.
import type { Person } from "../support/person.ts";
import { type Server, startServer } from "../support/server.ts";
import { naiveRate, RawLoop } from "./floor.ts";
import type { Load, Loaded } from "./load.ts";
import { startBenchProcess } from "./process.ts";
import { peopleIn, pushOfOne, TEXT } from "./requests.ts";
import { median, type Row, timeOf } from "./table.ts";

const ROOM = "general";
const WARM_UP = 500; // ms

/** How long and how often is measured; floor and subject take turns. */
export type Effort = { rounds: number; length: number };

/** A server with people in its public room who push as fast as they are answered. */
export class Pushers implements AsyncDisposable {
  readonly #first: number[];

  private constructor(
    readonly app: Server,
    readonly people: Person[],
  ) {
    this.#first = people.map(() => 1);
  }

  static async start(path: string, count: number): Promise<Pushers> {
    const app = await startServer({ DENO_KV_PATH: path, HOST: "127.0.0.1" });
    return new Pushers(app, await peopleIn(app.url, ROOM, count));
  }

  /** Pushes a second over so many milliseconds, and how many went into a commit. */
  async push(length: number): Promise<{ rate: number; batch: number }> {
    const { hostname, port } = new URL(this.app.url);
    const load: Load = {
      hostname,
      port: Number(port),
      warmUp: WARM_UP,
      length,
      requests: this.people.map((person, i) => pushOfOne(person, ROOM, i)),
      first: this.#first,
    };
    const before = await this.version();
    await using beside = startBenchProcess("load.ts", load);
    const { count, sent }: Loaded = await beside.next();
    const commits = await this.version() - before;
    sent.forEach((each, i) => this.#first[i] += each);
    const all = sent.reduce((a, b) => a + b);
    return { rate: 1_000 * count / length, batch: all / commits };
  }

  /** The room's version: each commit of small ones raises it by one. */
  async version(): Promise<number> {
    const { body } = await this.people[0].pull(`room:${ROOM}`, "watching");
    return body.cookie.version;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.app[Symbol.asyncDispose]();
  }
}

/**
 * So many people push one message at a time. The floor commits the same sets,
 * in batches of the size that the engine's commits turned out to have; floor
 * and subject take turns. With `naive`, also against check-and-retry.
 */
export async function benchPush(
  folder: string,
  clients: number,
  { rounds, length }: Effort,
  naive = false,
): Promise<Row[]> {
  await using pushers = await Pushers.start(`${folder}/p${clients}`, clients);
  using raw = await RawLoop.open(`${folder}/raw${clients}`);
  const rates: number[] = [];
  const batches: number[] = [];
  const floors: number[] = [];
  const naives: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const { rate, batch } = await pushers.push(length);
    rates.push(rate);
    batches.push(batch);
    floors.push(await raw.rate(Math.max(1, Math.round(batch)), length));
    if (!naive) continue;
    const path = `${folder}/naive${round}`;
    naives.push(await naiveRate(path, clients, length));
  }
  const subject = {
    what: `push over HTTP, 1 mutation a request, ${clients} clients`,
    figure: median(rates),
    unit: "pushes/s",
  };
  const rows: Row[] = [{
    ...subject,
    floor: median(floors),
    target: ">= 70 %",
    against: `bare KV loop, ${Math.round(median(batches))} a commit`,
  }];
  if (naive) {
    rows.push({
      ...subject,
      what: `${subject.what} (b)`,
      floor: median(naives),
      target: ">= 800 %",
      against: "naive check and retry per mutation, without HTTP",
    });
  }
  return rows;
}

const PENDING_MUTATIONS = 1_000;
const MESSAGES_PER_COMMIT = 195; // messages of one client that go into a commit of 400 sets

/** What a browser brings that was offline for long, against the raw loop's time for the same sets. */
export async function benchPending(
  folder: string,
  rounds: number,
): Promise<Row> {
  await using pushers = await Pushers.start(`${folder}/pending`, 1);
  using raw = await RawLoop.open(`${folder}/rawpending`);
  const [person] = pushers.people;
  const times: number[] = [];
  const floors: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const mutations = Array.from({ length: PENDING_MUTATIONS }, (_, i) => ({
      id: i + 1,
      clientID: `late${round}`,
      name: "createMessage",
      args: { id: `late${round}-${i}`, content: TEXT },
      timestamp: 0,
    }));
    times.push(
      await timeOf(async () => {
        const space = `room:${ROOM}`;
        const { status } = await person.push(space, `late${round}`, mutations);
        if (status !== 200) throw new Error(`A push was answered ${status}`);
      }),
    );
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
  return {
    what: `${PENDING_MUTATIONS} pending mutations in one push`,
    figure: median(times),
    floor: median(floors),
    unit: "ms",
    target: "<= 300 %",
    against: `bare KV loop, ${MESSAGES_PER_COMMIT} a commit`,
  };
}
