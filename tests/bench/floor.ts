// Floors for pushes: Deno KV with the same sets in a loop, and with one commit for each mutation.
import { TEXT } from "./requests.ts";

const SPACE = "room:general";

/** A message as the engine stores it. */
const VALUE = new TextEncoder().encode(JSON.stringify({
  id: "0-000000001",
  seq: 1,
  authorID: "01M80000000000000000000000",
  from: "Person 0",
  content: TEXT,
  createdAt: Date.now(),
  reactions: {},
}));

/** What one message costs the engine's log, in bytes. */
const LOG_BYTES = VALUE.length + 150;

const MAX_LOG_ENTRY_BYTES = 60_000; // the most that the engine puts into one

/** The commits of one after the other, in a file of its own. */
export class RawLoop implements Disposable {
  #version = 0;
  #count = 0;

  private constructor(private readonly kv: Deno.Kv) {}

  static async open(path: string): Promise<RawLoop> {
    return new RawLoop(await Deno.openKv(path));
  }

  /** Commits that many messages at once, of as many clients. */
  async commit(batch: number, clients = batch): Promise<void> {
    const version = ++this.#version;
    const atomic = this.kv.atomic();
    for (let i = 0; i < batch; i++) {
      const n = ++this.#count;
      const key = `message/${i}-${version}`;
      atomic.set(["entry", SPACE, key], VALUE);
      atomic.set(["order", SPACE, "message/", n, key], 0);
      if (i >= clients) continue;
      const lastMutationID = { lastMutationID: version };
      atomic.set(["client", `group${i}`, `client${i}`], lastMutationID);
    }
    atomic.set(["entry", SPACE, "room"], VALUE);
    for (
      let left = batch * LOG_BYTES, i = 0;
      left > 0;
      left -= MAX_LOG_ENTRY_BYTES
    ) {
      const bytes = new Uint8Array(Math.min(left, MAX_LOG_ENTRY_BYTES));
      atomic.set(["log", SPACE, version, i++], bytes);
    }
    atomic.set(["version", SPACE], version);
    await atomic.commit();
  }

  /** Messages a second in commits of that many, over so many milliseconds. */
  async rate(batch: number, length: number): Promise<number> {
    const start = performance.now();
    let count = 0;
    let now = start;
    for (; now < start + length; now = performance.now()) {
      await this.commit(batch);
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
  await kv.set(["version", SPACE], 0);
  await kv.set(["entry", SPACE, "room"], VALUE);
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
        .set(["entry", SPACE, key], VALUE)
        .set(["order", SPACE, "message/", version, key], 0)
        .set(["entry", SPACE, "room"], VALUE)
        .set(client, { lastMutationID: n })
        .set(["log", SPACE, version], new Uint8Array(LOG_BYTES))
        .set(["version", SPACE], version)
        .commit();
      if (!ok) continue;
      n++;
      count++;
    }
  }));
  return 1_000 * count / length;
}
