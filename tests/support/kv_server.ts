// denokv, the self-hosted server of Deno KV, as a process of the tests, and how tests say that they need it.
import { connectKv } from "../../lib/web/kv_connect.ts";
import { permitted } from "./permitted.ts";

/** The program: what `DENOKV` names, or `denokv` on the PATH; undefined where there is none. */
const program: string | undefined = permitted ? await findProgram() : undefined;

/** Whether there is one. */
export const hasKvServer: boolean = program !== undefined;

const TOKEN = "a-token-of-the-tests";

async function findProgram(): Promise<string | undefined> {
  const named = Deno.env.get("DENOKV");
  if (named) return named;
  for (const folder of (Deno.env.get("PATH") ?? "").split(":")) {
    const path = `${folder}/denokv`;
    if (await Deno.stat(path).then((it) => it.isFile, () => false)) return path;
  }
}

/** A test on a KV server, with a folder of its own. Left out where there is no denokv, and its name says so. */
export function kvServerTest(
  name: string,
  fn: (server: KvServer) => Promise<void>,
  options: Partial<Deno.TestDefinition> = {},
): void {
  const missing = program
    ? ""
    : " [left out: no denokv on the PATH, and none that DENOKV names]";
  Deno.test({
    name: name + missing,
    ignore: !program,
    ...options,
    async fn() {
      const folder = await Deno.makeTempDir();
      try {
        await using server = await KvServer.start(`${folder}/kv.sqlite`);
        await fn(server);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}

/** One denokv on a file, at one address however often it dies. */
export class KvServer implements AsyncDisposable {
  #process: Deno.ChildProcess | undefined;

  private constructor(
    private readonly file: string,
    private readonly port: number,
  ) {}

  static async start(file: string): Promise<KvServer> {
    using free = Deno.listen({ port: 0, hostname: "127.0.0.1" });
    const server = new KvServer(file, free.addr.port);
    free.close();
    await server.start();
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** For apps whose store it is, by way of another address if one is given. */
  env(url = this.url): Record<string, string> {
    return { DENO_KV_PATH: url, DENO_KV_ACCESS_TOKEN: TOKEN };
  }

  /** Connects as the app does. */
  connect(url = this.url): Promise<Deno.Kv> {
    Deno.env.set("DENO_KV_ACCESS_TOKEN", TOKEN);
    return connectKv(url);
  }

  /** Starts it, once it has ended, and waits until it answers. */
  async start(): Promise<void> {
    const serve = ["serve", "--access-token", TOKEN];
    this.#process = new Deno.Command(program!, {
      args: [
        ...["--sqlite-path", this.file, ...serve],
        ...["--addr", `127.0.0.1:${this.port}`],
      ],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    let ended: Deno.CommandStatus | undefined;
    this.#process.status.then((status) => ended = status);
    while (!ended) {
      try {
        await (await fetch(this.url)).body?.cancel();
        return;
      } catch { // it does not listen yet
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    }
    throw new Error(`denokv ended with ${ended.code}`);
  }

  /** Ends it as `kill -9` does; what it has stored stays. */
  async kill(): Promise<void> {
    try {
      this.#process!.kill("SIGKILL");
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // it has ended already
    }
    await this.#process!.status;
  }

  /** Has it fall silent: connections stay, and nothing is answered; and go on. */
  pause(): void {
    this.#process!.kill("SIGSTOP");
  }

  goOn(): void {
    this.#process!.kill("SIGCONT");
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.kill();
  }
}
