// A process of its own that holds many streams open, pulls when some of them are poked, and notes when what arrives.
import { coalesce } from "../../lib/sync/coalesce.ts";
import { type Poke, PullWindow } from "../../lib/replica/pull_window.ts";
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

/** Pulls what is new at each poke, or takes it from there; pokes during a pull make one more together, as Replicache has it. */
class Puller {
  readonly #window = new PullWindow({});
  #cookie: unknown = null;
  readonly #pull = coalesce(() => this.#pullOnce());

  constructor(
    private readonly request: Pull,
    private readonly pulled: ArrivalTimes["pulled"],
  ) {}

  pull(poke?: Poke): Promise<void> {
    if (poke) this.#window.keep(poke);
    return this.#pull();
  }

  async #pullOnce(): Promise<void> {
    const { request } = this;
    const taken = this.#window.take(request.clientGroupID, this.#cookie);
    const text = taken
      ? JSON.stringify(taken)
      : await pull(request, this.#cookie);
    const at = now();
    this.#cookie = taken ? taken.cookie : JSON.parse(text).cookie;
    for (const [, n] of text.matchAll(/"key":"message\/m(\d+)"/g)) {
      (this.pulled[Number(n)] ??= []).push(at);
    }
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
    let text = "";
    let told = 0;
    while ((size = await connection.read(buffer).catch(() => null))) {
      const at = now();
      text += decoder.decode(buffer.subarray(0, size));
      const events = text.split("\n\n");
      text = events.pop()!;
      for (const event of events) {
        const [, json] = event.split("data: ");
        const version = Number(/"version":(\d+)/.exec(json)?.[1]);
        // What comes with a poke names its version, too.
        if (!version || version === told) continue;
        told = version;
        (times.poked[version] ??= []).push(at);
        puller?.pull(JSON.parse(json));
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
