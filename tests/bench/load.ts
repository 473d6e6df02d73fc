// A process of its own that sends prepared HTTP/1.1 requests over plain connections, so that what is measured is the server.
import { linesOf } from "./process.ts";
import { countsUsage, usageOf } from "./usage.ts";

/** What it is told, a line each. */
export type Load = {
  hostname: string;
  port: number;
  /** Milliseconds. What is answered meanwhile is not counted. */
  warmUp: number;
  length: number;
  /**
   * One connection each: the whole request as text. In it a row of `#` becomes
   * the number of the request padded with spaces, a row of `@` with zeros.
   */
  requests: string[];
  /** The number of each connection's first request. */
  first: number[];
  /** The processes that answer; see `usage.ts`. */
  pids: number[];
};

/** What it prints for each: requests that were counted, and those sent in all, by connection. */
export type Loaded = {
  count: number;
  /** How long each of those took, in ms. */
  times: number[];
  sent: number[];
  /** Milliseconds that 99 of 100 of those counted took at the most. */
  p99: number;
  /**
   * Meanwhile: how much of all cores nobody used, and how much others than
   * the server and this process did, in percent; processor time of the server
   * per request, in microseconds. Absent where the system does not count.
   */
  usage?: { idle: number; others: number; processor: number };
};

/** Sends requests on each connection, the next one as soon as one was answered. */
export async function run(load: Load): Promise<Loaded> {
  const { warmUp, length, first, pids } = load;
  const begin = performance.now() + warmUp;
  const end = begin + length;
  const times: number[] = [];
  const used = countsUsage
    ? Promise.all([warmUp, warmUp + length].map(async (ms) => {
      await new Promise((resolve) => setTimeout(resolve, ms));
      return { server: usageOf(pids), here: usageOf([Deno.pid]) };
    }))
    : undefined;
  const sent = await Promise.all(load.requests.map(async (text, i) => {
    using connection = await Deno.connect(load);
    connection.setNoDelay();
    const numbered = numberedRequest(text);
    const answers = new Answers(connection);
    let n = first[i];
    for (let now = performance.now(); now < end; n++) {
      const asked = now;
      await writeAll(connection, numbered(n));
      await answers.next();
      now = performance.now();
      // By when it was answered alone: else a slow server would lose, at both ends, as many as it has under way.
      if (now >= begin && now <= end) times.push(now - asked);
    }
    return n - first[i];
  }));
  const count = times.length;
  const p99 = times.sort((a, b) => a - b)[Math.floor(.99 * count)];
  if (!used) return { count, times, sent, p99 };
  const [from, to] = await used;
  const all = to.server.all - from.server.all;
  const idle = to.server.idle - from.server.idle;
  const server = to.server.used - from.server.used;
  const here = to.here.used - from.here.used;
  return {
    count,
    times,
    sent,
    p99,
    usage: {
      idle: 100 * idle / all,
      others: 100 * (all - idle - server - here) / all,
      processor: 1_000 * server / count,
    },
  };
}

/** The request's bytes, in which only digits change: nothing is built while the clock runs. */
function numberedRequest(text: string): (n: number) => Uint8Array {
  const bytes = new TextEncoder().encode(text);
  const places = [...text.matchAll(/#+|@+/g)].map(({ 0: row, index }) => ({
    at: index,
    width: row.length,
    pad: row[0] === "#" ? 0x20 : 0x30,
  }));
  return (n) => {
    for (const { at, width, pad } of places) {
      let rest = n;
      for (let i = at + width - 1; i >= at; i--) {
        bytes[i] = rest > 0 ? 0x30 + rest % 10 : pad;
        rest = Math.floor(rest / 10);
      }
    }
    return bytes;
  };
}

async function writeAll(to: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  let done = 0;
  while (done < bytes.length) done += await to.write(bytes.subarray(done));
}

/** Reads whole answers with a Content-Length from a connection; throws for one that is not a 200. */
class Answers {
  readonly #buffer = new Uint8Array(65_536);
  readonly #decoder = new TextDecoder("latin1");

  constructor(private readonly from: Deno.TcpConn) {}

  async next(): Promise<void> {
    let text = "";
    let length = Infinity;
    while (text.length < length) {
      const read = await this.from.read(this.#buffer);
      if (read === null) throw new Error(`The server hung up after ${text}`);
      text += this.#decoder.decode(this.#buffer.subarray(0, read));
      const head = text.indexOf("\r\n\r\n");
      if (head < 0 || length < Infinity) continue;
      const [, body] = /\r\ncontent-length: (\d+)/i.exec(text) ?? [];
      if (!text.startsWith("HTTP/1.1 200 ") || !body) throw new Error(text);
      length = head + 4 + Number(body);
    }
  }
}

if (import.meta.main) {
  for await (const line of linesOf(Deno.stdin.readable)) {
    console.log(JSON.stringify(await run(JSON.parse(line))));
  }
}
