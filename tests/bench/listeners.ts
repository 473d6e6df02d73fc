// A process of its own that holds many streams open and notes when each event arrives.
import { linesOf } from "./process.ts";

/** What it is told: as many connections as requests, of which it reads all that comes. */
export type Listening = {
  hostname: string;
  port: number;
  requests: string[];
};

/** What it prints at the end: by version, when each stream brought its poke (ms since 1970). */
export type ArrivalTimes = Record<number, number[]>;

const MAX_CONNECTING = 50; // connections in the making

async function listen(
  { hostname, port, requests }: Listening,
  over: () => Promise<unknown>,
): Promise<ArrivalTimes> {
  const heard: ArrivalTimes = {};
  const decoder = new TextDecoder();
  const connections: Deno.TcpConn[] = [];
  const follow = async (connection: Deno.TcpConn, begun: () => void) => {
    const buffer = new Uint8Array(16_384);
    let size: number | null;
    while ((size = await connection.read(buffer).catch(() => null))) {
      const at = performance.timeOrigin + performance.now();
      const text = decoder.decode(buffer.subarray(0, size));
      for (const [, version] of text.matchAll(/"version":(\d+)/g)) {
        (heard[Number(version)] ??= []).push(at);
      }
      begun();
    }
  };
  for (let i = 0; i < requests.length; i += MAX_CONNECTING) {
    await Promise.all(
      requests.slice(i, i + MAX_CONNECTING).map(async (request) => {
        const connection = await Deno.connect({ hostname, port });
        connections.push(connection);
        await connection.write(new TextEncoder().encode(request));
        const { promise, resolve } = Promise.withResolvers<void>();
        follow(connection, resolve);
        await promise;
      }),
    );
  }
  console.log(JSON.stringify("all are open"));
  await over();
  for (const connection of connections) connection.close();
  return heard;
}

if (import.meta.main) {
  const lines = linesOf(Deno.stdin.readable);
  const { value } = await lines.next();
  const heard = await listen(JSON.parse(value!), () => lines.next());
  console.log(JSON.stringify(heard));
}
