// Several processes on one KV server, beside one on a file: pushes and their waits, how soon another process has them, and what they ask at rest.
import { hasKvServer, KvServer } from "../support/kv_server.ts";
import { Person } from "../support/person.ts";
import { type Server, startServer } from "../support/server.ts";
import { RawLoop } from "./floor.ts";
import { LeftOut } from "./left_out.ts";
import type { Load, Loaded } from "./load.ts";
import { delaysOf } from "./poke.ts";
import { startBenchProcess } from "./process.ts";
import { type Effort, versionOf } from "./push.ts";
import { pushOfOne } from "./requests.ts";
import { type Backend, enter } from "./subject.ts";
import { counted, median, quantile, RATE, type Row } from "./table.ts";

const PROCESSES = 3;
const MOST_CLIENTS = 32;
const WARM_UP = 500; // ms
/** How many clients' records one commit on a KV server checks, beside version, guard and turns. */
const CHECKED_CLIENTS = 7;

/** All rows. Throws `LeftOut` without denokv. */
export async function* benchScale(
  folder: string,
  effort: Effort,
  pokes: { rounds: number; pushes: number },
): AsyncGenerator<Row[]> {
  if (!hasKvServer) {
    throw new LeftOut(
      "There is no denokv on the PATH, and none that DENOKV names",
    );
  }
  await using ending = new AsyncDisposableStack();
  const start = async (env: Record<string, string>): Promise<Server> =>
    ending.use(await startServer({ ...env, HOST: "127.0.0.1" }));
  const kv = ending.use(await KvServer.start(`${folder}/scale-kv`));
  const raw = new RawLoop(
    await ending.use(await KvServer.start(`${folder}/scale-raw`)).connect(),
  );
  ending.use(raw);
  const file = await start({ DENO_KV_PATH: `${folder}/scale-file` });
  const apps: Server[] = [];
  for (let i = 0; i < PROCESSES; i++) apps.push(await start(kv.env()));

  const onFile = await Crowd.enter([file], "general");
  const together = await Crowd.enter(apps, "general");
  const apart: Crowd[] = [];
  for (const each of apps) {
    apart.push(await Crowd.enter([each], await makeRoom(each.url)));
  }
  for (const clients of [1, 8, MOST_CLIENTS]) {
    yield benchPushes(clients, effort, { onFile, together, apart, raw });
  }
  yield benchAcross(together.at, pokes);
  yield [await benchRest(kv)];
}

/** People in one room, who push by way of some processes. Each message but once, over all calls. */
class Crowd {
  readonly #first: number[] = Array(MOST_CLIENTS).fill(1);

  private constructor(readonly at: Backend[], private readonly room: string) {}

  static async enter(servers: Server[], room: string): Promise<Crowd> {
    const entered = await enter(servers[0].url, room, MOST_CLIENTS);
    return new Crowd(
      servers.map((server) => ({
        name: "today",
        url: server.url,
        pid: server.pid,
        pids: [server.pid],
        ...entered,
        [Symbol.asyncDispose]: () => server.kill(),
      })),
      room,
    );
  }

  /** So many of them, spread over so many of the processes. */
  async push(
    clients: number,
    processes: number,
    length: number,
  ): Promise<Pushed> {
    const people = Array.from({ length: clients }, (_, i) => i);
    const loads = this.at.slice(0, processes).map(async (backend, i) => {
      const own = people.filter((person) => person % processes === i);
      const { hostname, port } = new URL(backend.url);
      const load: Load = {
        hostname,
        port: Number(port),
        warmUp: WARM_UP,
        length,
        requests: own.map((person) =>
          pushOfOne(backend, person, `${this.room}${person}`)
        ),
        first: own.map((person) => this.#first[person]),
        pids: [],
      };
      await using beside = startBenchProcess("load.ts", load);
      const loaded: Loaded = await beside.next();
      loaded.sent.forEach((sent, j) => this.#first[own[j]] += sent);
      return loaded;
    });
    return pushed(await Promise.all(loads), length);
  }
}

type Pushed = { rate: number; p50: number; p99: number; sent: number };

function pushed(all: Loaded[], length: number): Pushed {
  const times = all.flatMap(({ times }) => times);
  if (times.length === 0) throw new Error(`No push within ${length} ms`);
  return {
    rate: 1_000 * times.length / length,
    p50: quantile(times, .5),
    p99: quantile(times, .99),
    sent: all.flatMap(({ sent }) => sent).reduce((a, b) => a + b),
  };
}

type Crowds = {
  onFile: Crowd;
  together: Crowd;
  apart: Crowd[];
  raw: RawLoop;
};

async function benchPushes(
  clients: number,
  { rounds, length }: Effort,
  { onFile, together, apart, raw }: Crowds,
): Promise<Row[]> {
  const several = clients === 1 ? [] : [2, PROCESSES];
  const samples = new Map<string, Pushed[]>();
  const floors: number[] = [];
  const batches: number[] = [];
  const measured: Record<string, () => Promise<Pushed>> = {
    file: () => onFile.push(clients, 1, length),
    1: () => together.push(clients, 1, length),
    ...Object.fromEntries(
      several.map((n) => [n, () => together.push(clients, n, length)]),
    ),
    ...several.length > 0 && { apart: () => pushApart(apart, clients, length) },
  };
  const names = Object.keys(measured);
  for (let round = 0; round < rounds; round++) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      const version = name === "1" ? await versionOf(together.at[0]) : 0;
      const result = await measured[name]();
      samples.set(name, [...samples.get(name) ?? [], result]);
      if (name !== "1") continue;
      const commits = await versionOf(together.at[0]) - version;
      const batch = Math.max(1, Math.round(result.sent / commits));
      batches.push(batch);
      const checked = Math.min(batch, CHECKED_CLIENTS);
      floors.push(await raw.rate(batch, length, checked));
    }
  }
  const of = (name: string, what: keyof Pushed) =>
    median(samples.get(name)!.map((each) => each[what]));
  const who = counted(clients, "client");
  const rate = (name: string, what: string, row: Partial<Row>): Row => ({
    what: `pushes, ${what}, ${who}`,
    figure: of(name, "rate"),
    unit: RATE,
    ...row,
  });
  const wait = (name: string, what: string): Row => ({
    what: `longest of 99 % of pushes, ${what}, ${who}`,
    figure: of(name, "p99"),
    unit: "ms",
    floor: of(name, "p50"),
    target: clients === 8 && name === `${PROCESSES}`
      ? "<= 500 % of the floor"
      : undefined,
    against: "their median",
  });
  const one = "1 process on a KV server";
  return [
    wait("file", "1 process on a file"),
    rate("1", one, {
      floor: of("file", "rate"),
      target: clients <= 8 ? ">= 50 % of the floor" : undefined,
      against: "1 process on a file",
    }),
    rate("1", `${one} (b)`, {
      floor: median(floors),
      against: `bare loop over KV Connect, ${median(batches)} a commit`,
    }),
    wait("1", one),
    ...several.flatMap((n) => [
      rate(`${n}`, `${n} processes, one room`, {
        floor: of("1", "rate"),
        target: ">= 100 % of the floor",
        against: one,
      }),
      wait(`${n}`, `${n} processes, one room`),
    ]),
    ...several.length > 0
      ? [
        rate("apart", `${PROCESSES} processes, a room each`, {
          floor: of("1", "rate"),
          against: `${one}, one room`,
        }),
        wait("apart", `${PROCESSES} processes, a room each`),
      ]
      : [],
  ];
}

/** The same number of clients, as evenly as can be over rooms that have a process each. */
async function pushApart(
  apart: Crowd[],
  clients: number,
  length: number,
): Promise<Pushed> {
  const all = await Promise.all(apart.map((crowd, i) => {
    const own = Math.floor((clients + i) / apart.length);
    return crowd.push(own, 1, length);
  }));
  return {
    rate: all.reduce((sum, { rate }) => sum + rate, 0),
    p50: median(all.map(({ p50 }) => p50)),
    p99: Math.max(...all.map(({ p99 }) => p99)),
    sent: all.reduce((sum, { sent }) => sum + sent, 0),
  };
}

/** From a push by way of one process to when it was pulled by way of another, against the same within one. */
async function benchAcross(
  [here, there]: Backend[],
  { rounds, pushes }: { rounds: number; pushes: number },
): Promise<Row[]> {
  const delays = { within: [] as number[], across: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    const within = await delaysOf(here, 1, 1, pushes, 2 * round);
    delays.within.push(...within.pulled);
    const across = await delaysOf(here, 1, 1, pushes, 2 * round + 1, there);
    delays.across.push(...across.pulled);
  }
  const what = "push to poke to pulled in another process";
  return [{
    what: `${what}, p50`,
    figure: median(delays.across),
    unit: "ms",
    floor: median(delays.within),
    target: "<= 130 % of the floor",
    against: "within one process",
  }, {
    what: `${what}, p99`,
    figure: quantile(delays.across, .99),
    unit: "ms",
    floor: quantile(delays.within, .99),
    target: "< 100 ms",
    against: "within one process",
  }];
}

const LISTENED_ROOMS = 500;
const ROOMS_PER_STREAM = 100;
const SETTLING = 5_000; // ms
const RESTING = 30_000; // ms

/** What a process asks of the KV server that nobody asks for anything, though people listen. */
async function benchRest(kv: KvServer): Promise<Row> {
  let requests = 0;
  const counting = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    ({ method, headers, body, url }) => {
      requests++;
      const target = new URL(new URL(url).pathname, kv.url);
      return fetch(target, { method, headers, body });
    },
  );
  try {
    const env = kv.env(`http://127.0.0.1:${counting.addr.port}`);
    await using app = await startServer(env);
    const person = await Person.signIn(app.url, "Ada");
    await person.post("/api/rooms/general/members", {});
    const streams: Promise<void>[] = [];
    const spaces = ["room:general"];
    while (spaces.length < LISTENED_ROOMS) {
      const room = { name: `Room ${spaces.length}` };
      spaces.push((await person.post("/api/rooms", room)).body.space);
    }
    for (let i = 0; i < spaces.length; i += ROOMS_PER_STREAM) {
      const query = spaces.slice(i, i + ROOMS_PER_STREAM)
        .map((space) => `space=${space}`).join("&");
      const path = `/api/replicache/poke?online=1&${query}`;
      const { status, body } = await person.fetch(path);
      if (status !== 200) throw new Error(`Listening was answered ${status}`);
      streams.push(drain(body!));
    }
    await new Promise((resolve) => setTimeout(resolve, SETTLING));
    requests = 0;
    const rest = new Promise((resolve) => setTimeout(resolve, RESTING));
    // A stream that ended would leave nothing to listen to.
    const ended = await Promise.race([
      rest,
      ...streams.map(async (each) => {
        await each;
        return true;
      }),
    ]);
    if (ended) throw new Error("A stream has ended");
    return {
      what: `requests to the KV server at rest, ${
        counted(LISTENED_ROOMS, "listened room")
      }`,
      figure: 1_000 * requests / RESTING,
      unit: "requests/s",
      target: "< 1 request/s",
    };
  } finally {
    // Watches hang on it.
    await Promise.race([
      counting.shutdown(),
      new Promise((resolve) => setTimeout(resolve, 1_000)),
    ]);
  }
}

async function drain(stream: ReadableStream<Uint8Array>): Promise<void> {
  for await (const _ of stream) { /* so that it is not dropped as too slow */ }
}

/** Makes a public room; gives back its ID. */
async function makeRoom(url: string): Promise<string> {
  const owner = await Person.signIn(url, "Owner");
  return (await owner.post("/api/rooms", { name: "Apart" })).body.roomID;
}
