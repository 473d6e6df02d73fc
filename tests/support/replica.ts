// The engine behind a bare page that runs lib/replica: its KV can be wiped, restored and made to fail.
import type { Page } from "playwright-core";
import { Sync, SyncError, type User } from "../../lib/sync/mod.ts";
import { mutators, type Tally } from "./replica_domain.ts";
import type { TestPage } from "./replica_page.ts";

/** Everything in a KV, as a backup holds it. */
type Backup = { key: Deno.KvKey; value: unknown }[];

const STATUS = {
  forbidden: 403,
  malformed: 400,
  outdated: 503,
  unavailable: 503,
};

export const SPACE = "s";

/** A server of replicas. */
export class Engine implements AsyncDisposable {
  #sync!: Sync;
  #kv!: Deno.Kv;
  #server!: Deno.HttpServer<Deno.NetAddr>;
  /** Answers instead of the engine, when it gives something. */
  instead: (request: Request) => Response | undefined | Promise<void> = () =>
    undefined;
  /** Every request but those for a stream, oldest first. */
  readonly requests: { path: string; body: string }[] = [];

  static async start(): Promise<Engine> {
    const engine = new Engine();
    await engine.restore([]);
    await engine.#sync.write([SPACE], (tx) => tx.set("all", 0));
    engine.#server = Deno.serve(
      { port: 0, hostname: "localhost", onListen() {} },
      (request) => engine.#answer(request),
    );
    return engine;
  }

  get url(): string {
    return `http://localhost:${this.#server.addr.port}`;
  }

  get sync(): Sync {
    return this.#sync;
  }

  backup(): Promise<Backup> {
    return Array.fromAsync(this.#kv.list({ prefix: [] }));
  }

  /** Goes on with nothing but what a backup holds. */
  async restore(backup: Backup): Promise<void> {
    this.#sync?.close();
    const before = this.#kv;
    this.#kv = await Deno.openKv(":memory:");
    for (const { key, value } of backup) await this.#kv.set(key, value);
    this.#begin();
    before?.close();
  }

  #begin(): void {
    this.#sync = new Sync(this.#kv, {
      schemaVersion: 1,
      mutators: () => mutators as never,
      collections: () => [],
      guards: () => false,
    });
  }

  /** A wiped server that has the space again, as an app makes it when it starts. */
  async wipe(): Promise<void> {
    const { instead } = this;
    // Nobody is to be told that the space is gone.
    this.instead = () => new Response(null, { status: 502 });
    await this.restore([]);
    await this.#sync.write([SPACE], (tx) => tx.set("all", 0));
    this.instead = instead;
  }

  /** Forty versions more, each of them more than a poke brings along: they are pulled. */
  async grow(): Promise<void> {
    for (let i = 0; i < 40; i++) {
      await this.#sync.write(
        [SPACE],
        (tx) => tx.set("grown", `${i}`.padEnd(9_000)),
      );
    }
  }

  /** All of the log goes but its newest entry. */
  async prune(): Promise<void> {
    const log = await Array.fromAsync(
      this.#kv.list({ prefix: ["log", SPACE] }),
    );
    for (const { key } of log.slice(0, -1)) await this.#kv.delete(key);
    await this.restore(await this.backup()); // nothing of it is remembered either
  }

  /** The server is away: what is asked gets no answer until the returned function is called. */
  away(): () => void {
    this.#sync.close(); // the streams
    this.instead = () => new Response(null, { status: 502 });
    return () => {
      this.#begin();
      this.instead = () => undefined;
    };
  }

  /** What has been counted, in the order in which it was. */
  async tallies(): Promise<[id: string, times: number][]> {
    const view = await this.#sync.view(SPACE, { userID: "" }, 1_000_000);
    const found = await view.scan({ prefix: "tally/" }).entries().toArray();
    return (found as unknown as [string, Tally][])
      .sort(([, a], [, b]) => a.n - b.n)
      .map(([key, { times }]) => [key.slice("tally/".length), times]);
  }

  /** How many entries there are under a prefix. */
  async count(prefix: string): Promise<number> {
    const view = await this.#sync.view(SPACE, { userID: "" }, 1_000_000);
    return (await view.scan({ prefix }).keys().toArray()).length;
  }

  async #answer(request: Request): Promise<Response> {
    const { pathname: path, searchParams } = new URL(request.url);
    if (path === "/") {
      return new Response(
        `<!doctype html><body><script type="module" src="/page.js"></script>`,
        { headers: { "content-type": "text/html" } },
      );
    }
    if (path === "/page.js") {
      return new Response(await (script ??= bundle(PAGE)), {
        headers: { "content-type": "text/javascript" },
      });
    }
    if (!path.startsWith("/api/replicache/")) {
      return new Response(null, { status: 204 });
    }
    // Of a page that has gone meanwhile there is nothing to answer.
    const body = await request.text().catch(() => undefined);
    if (body === undefined) return new Response(null, { status: 499 });
    if (body) this.requests.push({ path, body });
    const instead = await this.instead(request);
    if (instead) return instead;
    const sync = this.#sync;
    const mayRead = () => Promise.resolve(true);
    const [space] = searchParams.getAll("space");
    const user: User = { userID: request.headers.get("authorization")! };
    try {
      if (path.endsWith("/poke")) {
        const stream = await sync.poke([space], mayRead, {
          copies: user.userID,
        });
        return new Response(stream, {
          headers: { "content-type": "text/event-stream" },
        });
      }
      if (path.endsWith("/push")) {
        return Response.json(
          await sync.push(space, user, JSON.parse(body)) ?? {},
        );
      }
      const answer = await sync.pull(space, user, JSON.parse(body), {
        mayRead,
        copies: user.userID,
      });
      if ("error" in answer) return Response.json(answer);
      return new Response([...answer].join(""));
    } catch (error) {
      if (!(error instanceof SyncError)) throw error;
      const status = error.problem === "unknown-space"
        ? 404
        : STATUS[error.problem];
      const { problem, message } = error;
      return Response.json({ error: problem, message }, { status });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#sync.close();
    await this.#server.shutdown();
    this.#kv.close();
  }
}

let script: Promise<string> | undefined;

const PAGE = new URL("replica_page.ts", import.meta.url).pathname;

/** Bundles a script for a browser, with what it imports. */
export async function bundle(path: string): Promise<string> {
  // Not at the top, as plain `deno test` may not even import it.
  const esbuild = await import("esbuild");
  const { outputFiles } = await esbuild.build({
    entryPoints: [path],
    bundle: true,
    write: false,
    format: "esm",
    platform: "browser",
    target: "es2024",
    define: { "process.env.NODE_ENV": '"production"' },
  });
  await esbuild.stop();
  return outputFiles[0].text;
}

/** Opens the replica in a page that is there, of a user who is called like this. */
export async function open(page: Page, engine: Engine, user: string) {
  await page.goto(`${engine.url}/?user=${user}&space=${SPACE}`);
  await page.getByText("open").waitFor();
}

declare global {
  /** In the page. */
  var test: TestPage;
}

/** Counts `<who>-<from>` and so on, so many; resolves once all show. */
export async function count(page: Page, who: string, from: number, many = 20) {
  const ids = Array.from({ length: many }, (_, i) => `${who}-${from + i}`);
  await page.evaluate(
    (ids) => test.count(ids),
    ids,
  );
  return ids;
}

/** Does something in the page, with what the page holds. */
export const inside = <T>(page: Page, body: (test: TestPage) => T) =>
  page.evaluate(`(${body})(globalThis.test)`) as Promise<Awaited<T>>;

/** Longer than anything here takes, even on a busy machine. In milliseconds. */
const PATIENCE = 180_000;

/**
 * Waits until something is true in the page, asked of what the page holds and of
 * `given`. (Playwright's `waitForFunction` takes a promise for true.)
 */
export async function until<T>(
  page: Page,
  body: (test: TestPage, given: T) => boolean | Promise<boolean>,
  given?: T,
): Promise<void> {
  await page.evaluate(`(async () => {
    const last = Date.now() + ${PATIENCE};
    while (!await (${body})(test, ${JSON.stringify(given)})) {
      if (Date.now() > last) throw new Error("It never came true");
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  })()`).catch((cause) => {
    throw new Error(`${body}, given ${JSON.stringify(given)}`, { cause });
  });
}

/** Waits until nothing is unsent, on the disk as in the status, which follows it. */
export const allSent = (page: Page) =>
  until(page, async ({ replica }) =>
    replica.status.value.unsent === 0 &&
    (await replica.unsent()).length === 0);

/** Waits until the status says that so many are unsent. */
export const unsent = (page: Page, many: number) =>
  until(
    page,
    ({ replica }, many) => replica.status.value.unsent === many,
    many,
  );

/** Waits until the copy holds so many entries under a prefix. */
export const holds = (page: Page, prefix: string, many = 1) =>
  until(
    page,
    async ({ entries }, [prefix, many]) =>
      (await entries(prefix)).length === many,
    [prefix, many] as const,
  );
