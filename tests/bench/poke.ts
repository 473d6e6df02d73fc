// Streams: how soon a commit is heard and pulled, what they cost pushes, and what each holds in memory.
import type { ArrivalTimes, Listening } from "./listeners.ts";
import type { Load } from "./load.ts";
import { type BenchProcess, memoryOf, startBenchProcess } from "./process.ts";
import { type Effort, Pushers, versionOf } from "./push.ts";
import {
  createMessage,
  healthz,
  listen,
  type Pull,
  pullBy,
  push,
} from "./requests.ts";
import {
  type Backend,
  enter,
  inTurn,
  Rotation,
  type Subject,
} from "./subject.ts";
import { counted, median, quantile, RATE, type Row, Samples } from "./table.ts";

const PUSH_INTERVAL = 100; // ms between two pushes: longer than pokes are coalesced

/** How many of the listeners pull when they are poked, at the most: what is measured is the wait, not many pulls. */
const MAX_PULLERS = 10;

/** So many streams, as many of each of the people, one after the other, all open; those who pull have pulled once. */
async function openStreams(
  backend: Backend,
  count: number,
  pulls: Pull[] = [],
): Promise<BenchProcess> {
  const { hostname, port } = new URL(backend.url);
  const people = backend.cookies.length;
  const listening: Listening = {
    hostname,
    port: Number(port),
    requests: Array.from(
      { length: count },
      (_, i) => listen(backend, Math.floor(i * people / count)),
    ),
    pulls,
  };
  const streams = startBenchProcess("listeners.ts", listening);
  await streams.next(); // all are open
  return streams;
}

type Delays = { poked: number[]; pulled: number[] };

/**
 * In each round of each subject, in turns: from the sending of a push to the
 * poke's arrival at each of the listeners, which is a little more than from the
 * commit, which nobody outside sees; and to when some of them have pulled it.
 */
export async function benchPoke(
  subjects: readonly Subject[],
  folder: string,
  listeners: number,
  { rounds, pushes }: { rounds: number; pushes: number },
): Promise<Row[]> {
  const path = `${folder}/poke${listeners}`;
  const pullers = Math.min(listeners, MAX_PULLERS);
  await using rotation = await Rotation.start(subjects, path, pullers);
  const p50 = new Samples();
  const p99 = new Samples();
  const pulled = new Samples();
  for (let round = 0; round < rounds; round++) {
    for (const backend of inTurn(rotation.backends, round)) {
      const { name } = backend;
      const delays = await delaysOf(backend, listeners, pullers, pushes, round);
      p50.add(name, quantile(delays.poked, .5));
      p99.add(name, quantile(delays.poked, .99));
      pulled.add(name, quantile(delays.pulled, .5));
    }
  }
  const times = `${{ 1: 1.2, 100: 2.3, 1_000: 3.2 }[listeners]}`;
  const who = counted(listeners, "listener");
  return [
    p50.row({
      what: `push to poke, ${who}, p50`,
      unit: "ms",
    }),
    p99.row({
      what: `push to poke, ${who}, p99`,
      unit: "ms",
    }),
    pulled.row({
      what: `push to poke to pulled, ${who}, p50`,
      unit: "ms",
      target: `>= ${times} ×`,
    }),
  ];
}

/** @param listening where the listeners are, another process on the same store maybe */
export async function delaysOf(
  backend: Backend,
  listeners: number,
  pullers: number,
  pushes: number,
  round: number,
  listening = backend,
): Promise<Delays> {
  const pulls = Array.from(
    { length: pullers },
    (_, i) => pullBy(listening, i, `reading${round}-${i}`),
  );
  await using streams = await openStreams(listening, listeners, pulls);
  const begun = await versionOf(backend);
  const client = `speaking${round}`;
  const first = round * pushes + 1;
  const sent: number[] = [];
  for (let i = 0; i < pushes; i++) {
    sent.push(performance.timeOrigin + performance.now());
    await push(backend, client, [
      createMessage(client, i + 1, `m${first + i}`),
    ]);
    await new Promise((resolve) => setTimeout(resolve, PUSH_INTERVAL));
  }
  await streams.finish();
  const { poked, pulled }: ArrivalTimes = await streams.next();
  const delays = {
    poked: sent.flatMap((at, i) =>
      (poked[begun + 1 + i] ?? []).map((then) => then - at)
    ),
    pulled: sent.flatMap((at, i) =>
      (pulled[first + i] ?? []).map((then) => then - at)
    ),
  };
  const missing = listeners * pushes - delays.poked.length;
  if (missing > 0) {
    console.error(
      `${backend.name}: ${missing} pokes were told with a later one`,
    );
  }
  return delays;
}

/** Pushes a second while so many listen, against one who listens; 8 clients push. */
export async function benchAudience(
  subject: Subject,
  folder: string,
  listeners: number,
  { rounds, length }: Effort,
): Promise<Row> {
  await using backend = await subject.start(`${folder}/audience`, 8);
  const pushers = new Pushers(backend, 8);
  const many: number[] = [];
  const one: number[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const [count, rates] of [[1, one], [listeners, many]] as const) {
      await using _streams = await openStreams(backend, count);
      rates.push((await pushers.push(length)).rate);
    }
  }
  return {
    what: `pushes with ${counted(listeners, "listener")}, 8 clients`,
    figure: median(many),
    floor: median(one),
    unit: RATE,
    target: ">= 60 % of the floor",
    against: "1 listener",
  };
}

/** With fewer, what a garbage collector has at hand anyway would hide what the leanest take. */
const LISTENERS_IN_MEMORY = 4_000;
const PEOPLE_IN_MEMORY = 1_000;

/**
 * What listeners hold in the server's memory, against streams of a bare
 * `Deno.serve`: streams alone, which are all one person's, and streams of
 * people who sign in and join the room for it. New servers for each round.
 */
export async function benchMemory(
  subjects: readonly Subject[],
  folder: string,
  rounds: number,
): Promise<Row[]> {
  const streams = new Samples();
  const people = new Samples();
  const floors: number[] = [];
  const count = LISTENERS_IN_MEMORY;
  for (let round = 0; round < rounds; round++) {
    for (const { name, start } of inTurn(subjects, round)) {
      const path = `${folder}/memory${round}-${name}`;
      {
        await using backend = await start(path, 1);
        streams.add(name, await memoryPerListener(backend, count));
      }
      if (name === "peer") continue; // it knows no people
      await using backend = await start(`${path}-people`, 1);
      const enterAll = async () => ({
        ...backend,
        ...await enter(backend.url, "general", PEOPLE_IN_MEMORY),
      });
      const each = await memoryPerListener(backend, PEOPLE_IN_MEMORY, enterAll);
      people.add(name, each);
    }
    await using bare = await startBare();
    floors.push(await memoryPerListener(bare, count));
  }
  const compared = {
    floor: median(floors),
    unit: "KiB",
    target: "<= 110 % of the floor, <= 70 KiB",
    against: "bare Deno.serve",
  };
  return [
    streams.row({
      ...compared,
      what: `memory per listener, ${counted(count, "stream")}`,
    }),
    people.row({
      ...compared,
      what: `memory per listener, ${
        counted(PEOPLE_IN_MEMORY, "member")
      } who sign in`,
    }),
  ];
}

/** A server that has nothing but streams. */
async function startBare(): Promise<Backend> {
  const bare = startBenchProcess("bare.ts", null);
  return {
    name: "today",
    url: `http://127.0.0.1:${await bare.next()}`,
    pid: bare.pid,
    pids: [bare.pid],
    paths: { push: "", pull: "", poke: "/" },
    cookies: [],
    [Symbol.asyncDispose]: () => bare[Symbol.asyncDispose](),
  };
}

/**
 * In KiB. Before, the server answers for a while what leaves nothing behind, and
 * opens some streams: what any work makes its heap grow is not the streams'.
 * @param prepare makes what the listeners need, which counts as theirs
 */
async function memoryPerListener(
  backend: Backend,
  listeners: number,
  prepare = () => Promise.resolve(backend),
): Promise<number> {
  const { hostname, port } = new URL(backend.url);
  const load: Load = {
    hostname,
    port: Number(port),
    warmUp: 0,
    length: 2_000,
    requests: Array(8).fill(healthz(backend)),
    first: Array(8).fill(1),
    pids: [],
  };
  await using working = startBenchProcess("load.ts", load);
  await working.next();
  await using _first = await openStreams(backend, 200);
  const before = await settledMemory(backend.pid);
  await using _rest = await openStreams(await prepare(), listeners);
  return (await settledMemory(backend.pid) - before) / listeners;
}

/** What a process holds once it has stopped growing and shrinking, in KiB. */
async function settledMemory(pid: number): Promise<number> {
  for (let last = 0;;) {
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const now = await memoryOf(pid);
    if (Math.abs(now - last) < now / 500) return now;
    last = now;
  }
}
