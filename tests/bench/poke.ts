// Streams: how soon a commit is heard, what they cost pushes, and what each holds in memory.
import { Person } from "../support/person.ts";
import type { ArrivalTimes, Listening } from "./listeners.ts";
import type { Load } from "./load.ts";
import { type BenchProcess, memoryOf, startBenchProcess } from "./process.ts";
import { type Effort, Pushers } from "./push.ts";
import { listen, TEXT } from "./requests.ts";
import { median, quantile, type Row } from "./table.ts";

const PATH = "/api/replicache/poke?space=room:general";
const PUSH_INTERVAL = 100; // ms between two pushes: longer than pokes are coalesced

/** So many streams of one person, all open. */
async function openStreams(
  url: string,
  person: Person,
  count: number,
): Promise<BenchProcess> {
  const { hostname, port } = new URL(url);
  const listening: Listening = {
    hostname,
    port: Number(port),
    requests: Array.from({ length: count }, () => listen(person, PATH)),
  };
  const streams = startBenchProcess("listeners.ts", listening);
  await streams.next(); // all are open
  return streams;
}

/**
 * To a poke's arrival at each of the listeners from the sending of its push: a
 * little more than from the commit, which nobody outside sees. (Its answer can
 * be read after the poke.)
 */
export async function benchPoke(
  folder: string,
  listeners: number,
  pushes: number,
): Promise<Row[]> {
  await using pushers = await Pushers.start(`${folder}/poke${listeners}`, 1);
  const { app, people: [person] } = pushers;
  await using streams = await openStreams(app.url, person, listeners);
  const begun = await pushers.version();
  const sent: number[] = [];
  for (let id = 1; id <= pushes; id++) {
    sent.push(performance.timeOrigin + performance.now());
    await person.push("room:general", "speaking", [{
      id,
      clientID: "speaking",
      name: "createMessage",
      args: { id: `m${id}`, content: TEXT },
      timestamp: 0,
    }]);
    await new Promise((resolve) => setTimeout(resolve, PUSH_INTERVAL));
  }
  await streams.finish();
  const heard: ArrivalTimes = await streams.next();
  const times = sent.flatMap((at, i) =>
    (heard[begun + 1 + i] ?? []).map((then) => then - at)
  );
  const missing = listeners * pushes - times.length;
  if (missing > 0) console.warn(`${missing} pokes were told with a later one`);
  return ([["p50", .5], ["p99", .99]] as const).map(([name, share]) => ({
    what: `push to poke, ${listeners} listeners, ${name}`,
    figure: quantile(times, share),
    unit: "ms",
    target: "reported",
  }));
}

/** Pushes a second while so many listen, against one who listens; 8 clients push. */
export async function benchAudience(
  folder: string,
  listeners: number,
  { rounds, length }: Effort,
): Promise<Row> {
  await using pushers = await Pushers.start(`${folder}/audience`, 8);
  const { app, people: [person] } = pushers;
  const many: number[] = [];
  const one: number[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const [count, rates] of [[1, one], [listeners, many]] as const) {
      await using _streams = await openStreams(app.url, person, count);
      rates.push((await pushers.push(length)).rate);
    }
  }
  return {
    what: `pushes with ${listeners} listeners, 8 clients`,
    figure: median(many),
    floor: median(one),
    unit: "pushes/s",
    target: ">= 60 %",
    against: "1 listener",
  };
}

/** What a stream holds in the server's memory, against one of a bare `Deno.serve`; a new server for each of three rounds. */
export async function benchMemory(
  folder: string,
  listeners: number,
): Promise<Row> {
  const ours: number[] = [];
  const floors: number[] = [];
  for (let round = 0; round < 3; round++) {
    await using pushers = await Pushers.start(`${folder}/memory${round}`, 1);
    const { app, people: [person] } = pushers;
    await using bare = startBenchProcess("bare.ts", null);
    const url = `http://127.0.0.1:${await bare.next()}`;
    ours.push(await perStream(app.url, person, app.pid, listeners));
    floors.push(await perStream(url, person, bare.pid, listeners));
  }
  return {
    what: `memory per listener, ${listeners} of them`,
    figure: median(ours),
    floor: median(floors),
    unit: "KiB",
    target: "<= 110 %",
    against: "bare Deno.serve",
  };
}

/**
 * In KiB. Before, the server answers for a while what leaves nothing behind, and
 * opens some streams: what any work makes its heap grow is not the streams'.
 */
async function perStream(
  url: string,
  person: Person,
  pid: number,
  listeners: number,
): Promise<number> {
  const { hostname, port, host } = new URL(url);
  const text = `GET /healthz HTTP/1.1\r\nhost: ${host}\r\n\r\n`;
  const load: Load = {
    hostname,
    port: Number(port),
    warmUp: 0,
    length: 2_000,
    requests: Array(8).fill(text),
    first: Array(8).fill(1),
  };
  await using working = startBenchProcess("load.ts", load);
  await working.next();
  await using _first = await openStreams(url, person, 200);
  const before = await settledMemory(pid);
  await using _rest = await openStreams(url, person, listeners);
  return (await settledMemory(pid) - before) / listeners;
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
