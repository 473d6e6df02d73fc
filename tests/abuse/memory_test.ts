// What strangers and members could fill the memory with: it stays bounded, and others are served.
import { assert, assertEquals } from "@std/assert";
import { permitted } from "../support/permitted.ts";
import { type Answer, Person } from "../support/person.ts";
import { type Server, startServer } from "../support/server.ts";

const soaking = Boolean(Deno.env.get("SOAK"));
const MiB = 1024 * 1024;
/** A quarter of it is the budget. What may come on top: what no request holds, and what V8 has not collected yet. */
const HEAP = (soaking ? 1_024 : 256) * MiB;
const SLACK = HEAP / 2;

const test = (name: string, fn: (server: Server) => Promise<void>) =>
  Deno.test({
    name,
    ignore: !permitted || Deno.build.os !== "linux",
    async fn() {
      const flags = `--max-old-space-size=${HEAP / MiB}`;
      await using server = await startServer({ DENO_V8_FLAGS: flags });
      await fn(server);
      assertEquals(await server.stop(), 0);
    },
  });

/** The memory of a server's process now, in bytes. */
async function memoryOf({ pid }: Server): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  return Number(status.match(/^VmRSS:\s*(\d+) kB/m)![1]) * 1024;
}

/** Sends the beginning of a request by a connection of its own; gives back the status once there is one. */
async function begin(
  { url }: Server,
  head: string,
  part: Uint8Array | string,
): Promise<{ connection: Deno.Conn; status: Promise<number> }> {
  const { host, hostname, port } = new URL(url);
  const connection = await Deno.connect({ hostname, port: Number(port) });
  const start = `${head} HTTP/1.1\r\nHost: ${host}\r\n`;
  const writer = connection.writable.getWriter();
  await writer.write(new TextEncoder().encode(start));
  const bytes = typeof part === "string"
    ? new TextEncoder().encode(part)
    : part;
  // It may be refused while it is sent.
  writer.write(bytes).catch(() => {});
  const line = new Uint8Array(12);
  const status = connection.read(line).then(
    () => Number(new TextDecoder().decode(line).slice(9)),
    () => 0, // broken off, before or after the answer
  );
  return { connection, status };
}

const PULLS = soaking ? 36 : 24;
const MESSAGES = soaking ? 5_000 : 1_000;

test("answers to pulls that nobody reads hold no more than the budget, and small pulls go on (T46, L11)", async (server) => {
  const ada = await Person.signIn(server.url, "Ada");
  await ada.post("/api/rooms/general/members", {});
  for (let first = 0; first < MESSAGES; first += 100) {
    const mutations = Array.from({ length: 100 }, (_, i) => ({
      id: first + i + 1,
      clientID: "c",
      name: "createMessage",
      timestamp: 1,
      args: { id: `m${first + i}`, content: "💬".repeat(4_000) },
    }));
    assertEquals(
      (await ada.push("room:general", "g", mutations)).status,
      200,
    );
  }
  const before = await memoryOf(server);
  const body = JSON.stringify({
    pullVersion: 1,
    schemaVersion: "1",
    profileID: "p",
    clientGroupID: "slow",
    cookie: null,
  });
  const head = "POST /api/replicache/pull?space=room:general&window=5000";
  const headers = [
    `Cookie: ${ada.cookie}`,
    "Content-Type: application/json",
    `Content-Length: ${body.length}`,
  ].join("\r\n");
  const pulls = await Promise.all(
    Array.from(
      { length: PULLS },
      () => begin(server, head, `${headers}\r\n\r\n${body}`),
    ),
  );
  const statuses = await Promise.all(pulls.map(({ status }) => status));
  assert(statuses.includes(503), `${statuses}`);
  assertEquals(new Set(statuses).difference(new Set([200, 503])), new Set());
  const grown = await memoryOf(server) - before;
  assert(grown < HEAP / 4 + SLACK, `It took ${grown / MiB} MiB`);
  const small = await ada.pull("directory", "small");
  assertEquals(small.status, 200);
  for (const { connection } of pulls) connection.close();
  // What they held is given back.
  let all: Answer;
  do all = await ada.ask(head.slice(5), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body,
  }); while (all.status === 503);
  assertEquals(all.status, 200);
});

const BODIES = soaking ? 1_500 : 150;

test("bodies that never end hold no more than the budget, and others sign in (T7, T46)", async (server) => {
  const before = await memoryOf(server);
  const paths = [
    ["/signin", "application/x-www-form-urlencoded", 16_383],
    ["/api/session", "application/json", MiB - 1],
  ] as const;
  const begun = await Promise.all(
    Array.from({ length: BODIES }, (_, i) => {
      const [path, type, length] = paths[i % 2];
      const headers = [
        `Content-Type: ${type}`,
        `Content-Length: ${length + 1}`,
      ].join("\r\n");
      const part = `${headers}\r\n\r\n${" ".repeat(length)}`;
      return begin(server, `POST ${path}`, part);
    }),
  );
  // One is refused as soon as there is no room for it.
  const refused = await Promise.any(begun.map(async ({ status }) => {
    const found = await status;
    if (found !== 503) throw new Error(`${found}`);
    return found;
  }));
  assertEquals(refused, 503);
  const grown = await memoryOf(server) - before;
  assert(grown < HEAP / 4 + SLACK, `It took ${grown / MiB} MiB`);
  const ada = new Person(server.url);
  const { status } = await ada.post("/api/session", { name: "Ada" });
  assertEquals(status, 200);
  for (const { connection } of begun) connection.close();
});
