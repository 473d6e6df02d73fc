// Floors for pushes: Deno KV with the same sets in a loop, and with one commit for each mutation.
import { TEXT } from "./requests.ts";

const SPACE = "room:general";

const encode = (value: unknown) =>
  new TextEncoder().encode(JSON.stringify(value));

/** A message as the engine stores it. */
const MESSAGE = encode({
  id: "0-000000001",
  seq: 100_000,
  authorID: "01M80000000000000000000000",
  from: "Person 0",
  content: TEXT,
  createdAt: Date.now(),
  reactions: {},
});

const MAX_RUNS = 3; // the room says whose its last messages are

/** The room as it is stored after messages of so many people. */
const room = (people: number) =>
  encode({
    id: "general",
    name: "General",
    topic: "Welcome! For everyone, about everything: say hello.",
    visibility: "public",
    createdBy: "system",
    createdAt: Date.now(),
    messageCount: 100_000,
    runs: Array(Math.min(people, MAX_RUNS)).fill({
      by: "01M80000000000000000000000",
      from: 100_000,
      to: 100_000,
    }),
  });

/** What the engine's log takes, in bytes: of a commit beside the room, of each message, of each client. */
const LOG_BYTES = {
  commit: 130,
  message: MESSAGE.length + 60,
  client: 24,
};
/** How many messages of one client the engine puts into one commit: 400 sets. */
export const MESSAGES_PER_COMMIT = 193;

/** Of so many new messages a commit of the engine checks that they are not there already; the others it has looked up. */
const MAX_NEW_CHECKED = 96;

const NOTHING = new Uint8Array();
const MAX_LOG_ENTRY_BYTES = 60_000; // the most that the engine puts into one

/**
 * The commits of the engine without the engine, one after the other, in a file
 * of its own: the same checks and sets (`lib/sync/draft.ts`), of values of the
 * same size. A test holds it to that.
 */
export class RawLoop implements Disposable {
  #version = 0;
  #versionstamp: string | null = null;
  #count = 0;
  readonly #clients = new Map<number, string>();

  constructor(private readonly kv: Deno.Kv) {}

  static async open(path: string): Promise<RawLoop> {
    return new RawLoop(await Deno.openKv(path));
  }

  /** Commits that many messages at once, of as many clients. */
  async commit(batch: number, clients = batch): Promise<void> {
    const atomic = this.kv.atomic();
    const version = ["version", SPACE];
    atomic.check({ key: version, versionstamp: this.#versionstamp });
    for (const each of ["guard", "turns"]) {
      atomic.check({ key: [each, SPACE], versionstamp: null });
    }
    for (let i = 0; i < batch; i++) {
      const n = ++this.#count;
      const key = `message/${i}-${String(n).padStart(9, "0")}`;
      const entry = ["entry", SPACE, key];
      if (i < MAX_NEW_CHECKED) atomic.check({ key: entry, versionstamp: null });
      atomic.set(entry, MESSAGE);
      atomic.set(["order", SPACE, "message/", n, key], NOTHING);
    }
    const roomBytes = room(clients);
    atomic.set(["entry", SPACE, "room"], roomBytes);
    for (let i = 0; i < clients; i++) {
      const key = ["client", `group${i}`, `client${i}`];
      const versionstamp = this.#clients.get(i) ?? null;
      atomic.check({ key, versionstamp });
      atomic.set(key, { lastMutationID: this.#count });
    }
    atomic.set(["note", SPACE, this.#version + 1], 0);
    for (
      let left = LOG_BYTES.commit + roomBytes.length +
        batch * LOG_BYTES.message +
        clients * LOG_BYTES.client;
      left > 0;
      left -= MAX_LOG_ENTRY_BYTES
    ) {
      const bytes = new Uint8Array(Math.min(left, MAX_LOG_ENTRY_BYTES));
      atomic.set(["log", SPACE, ++this.#version], bytes);
    }
    atomic.set(version, this.#version);
    const result = await atomic.commit();
    if (!result.ok) throw new Error("Somebody else writes to the file");
    this.#versionstamp = result.versionstamp;
    for (let i = 0; i < clients; i++) {
      this.#clients.set(i, result.versionstamp);
    }
  }

  /** Messages a second in commits of that many, of as many clients unless told, over so many milliseconds. */
  async rate(batch: number, length: number, clients = batch): Promise<number> {
    const start = performance.now();
    let count = 0;
    let now = start;
    for (; now < start + length; now = performance.now()) {
      await this.commit(batch, clients);
      count += batch;
    }
    return 1_000 * count / (now - start);
  }

  [Symbol.dispose](): void {
    this.kv.close();
  }
}

/**
 * Mutations a second when each of so many clients reads what it needs, commits
 * its one message with checks, and does it all again when another was faster.
 * No HTTP and no session: what it would be at best.
 */
export async function naiveRate(
  path: string,
  clients: number,
  length: number,
): Promise<number> {
  using kv = await Deno.openKv(path);
  const roomBytes = room(clients);
  const logBytes = LOG_BYTES.commit + roomBytes.length + LOG_BYTES.message +
    LOG_BYTES.client;
  await kv.set(["version", SPACE], 0);
  await kv.set(["entry", SPACE, "room"], roomBytes);
  const end = performance.now() + length;
  let count = 0;
  await Promise.all(Array.from({ length: clients }, async (_, i) => {
    const client = ["client", `group${i}`, `client${i}`];
    for (let n = 1; performance.now() < end;) {
      const key = `message/${i}-${n}`;
      const read = await kv.getMany<[number, Uint8Array, unknown, unknown]>([
        ["version", SPACE],
        ["entry", SPACE, "room"],
        ["entry", SPACE, key],
        client,
      ]);
      const version = read[0].value! + 1;
      const { ok } = await kv.atomic().check(read[0], read[3])
        .set(["entry", SPACE, key], MESSAGE)
        .set(["order", SPACE, "message/", version, key], NOTHING)
        .set(["entry", SPACE, "room"], roomBytes)
        .set(client, { lastMutationID: n })
        .set(["log", SPACE, version], new Uint8Array(logBytes))
        .set(["version", SPACE], version)
        .commit();
      if (!ok) continue;
      n++;
      count++;
    }
  }));
  return 1_000 * count / length;
}
