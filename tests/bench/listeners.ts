// A process of its own that holds many streams open, pulls when some of them are poked, and notes when what arrives.
import { linesOf } from "./process.ts";
import { type Pull, pull } from "./requests.ts";

/** What it is told: as many streams as requests, of which it reads all that comes. */
export type Listening = {
  hostname: string;
  port: number;
  requests: string[];
  /** What it pulls when poked: by so many streams, evenly spread over them in the order of their opening. */
  pulls: Pull[];
};

/** What it prints at the end, in milliseconds since 1970. */
export type ArrivalTimes = {
  /** By version: when each stream brought its poke. */
  poked: Record<number, number[]>;
  /** By the number in its ID (`m7`): when each of those who pull had a message. */
  pulled: Record<number, number[]>;
};

const MAX_CONNECTING = 50; // connections in the making

const now = () => performance.timeOrigin + performance.now();

/** Pulls what is new each time it is called; calls during a pull make one more together, as Replicache has it. */
class Puller {
  #cookie: unknown = null;
  #running: Promise<void> | undefined;
  #again = false;

  constructor(
    private readonly request: Pull,
    private readonly pulled: ArrivalTimes["pulled"],
  ) {}

  pull(): Promise<void> {
    if (this.#running) this.#again = true;
    return this.#running ??= this.#run();
  }

  async #run(): Promise<void> {
    do {
      this.#again = false;
      const text = await pull(this.request, this.#cookie);
      const at = now();
      this.#cookie = JSON.parse(text).cookie;
      for (const [, n] of text.matchAll(/"key":"message\/m(\d+)"/g)) {
        (this.pulled[Number(n)] ??= []).push(at);
      }
    } while (this.#again);
    this.#running = undefined;
  }
}

async function listen(
  { hostname, port, requests, pulls }: Listening,
  over: () => Promise<unknown>,
): Promise<ArrivalTimes> {
  const times: ArrivalTimes = { poked: {}, pulled: {} };
  const decoder = new TextDecoder();
  const connections: Deno.TcpConn[] = [];
  const follow = async (
    connection: Deno.TcpConn,
    puller: Puller | undefined,
    begun: () => void,
  ) => {
    const buffer = new Uint8Array(16_384);
    let size: number | null;
    while ((size = await connection.read(buffer).catch(() => null))) {
      const at = now();
      const text = decoder.decode(buffer.subarray(0, size));
      for (const [, version] of text.matchAll(/"version":(\d+)/g)) {
        (times.poked[Number(version)] ??= []).push(at);
        puller?.pull();
      }
      begun();
    }
  };
  const pullers = new Map(pulls.map((request, i) => [
    Math.floor((i + .5) * requests.length / pulls.length),
    new Puller(request, times.pulled),
  ]));
  for (let i = 0; i < requests.length; i += MAX_CONNECTING) {
    await Promise.all(
      requests.slice(i, i + MAX_CONNECTING).map(async (request, j) => {
        const connection = await Deno.connect({ hostname, port });
        connections.push(connection);
        await connection.write(new TextEncoder().encode(request));
        const { promise, resolve } = Promise.withResolvers<void>();
        follow(connection, pullers.get(i + j), resolve);
        await promise;
      }),
    );
  }
  await Promise.all(pullers.values().map((puller) => puller.pull()));
  console.log(JSON.stringify("all are open"));
  await over();
  for (const connection of connections) connection.close();
  return times;
}

if (import.meta.main) {
  const lines = linesOf(Deno.stdin.readable);
  const { value } = await lines.next();
  const times = await listen(JSON.parse(value!), () => lines.next());
  console.log(JSON.stringify(times));
}
