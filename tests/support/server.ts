// Starts the app as a process of its own, with a real port and, if told, a KV file.

/** A running server. */
export interface Server extends AsyncDisposable {
  url: string;
  /** Of its process. */
  pid: number;
  /** What it has printed so far. */
  output(): string;
  /** Ends it as `kill -9` does; the KV file stays. */
  kill(): Promise<void>;
  /** Asks it to stop, and gives back its exit code. */
  stop(): Promise<number>;
}

export type ServerOptions = {
  /** The checkout whose build is served; this one unless told. */
  checkout?: string;
  /** What its clock is ahead of this machine's, in milliseconds. */
  clockOffset?: number;
  /** Serve the build by `deno serve` instead of by `main.ts`. */
  byDenoServe?: boolean;
  /** How many files and connections it may have open (`ulimit -n`). */
  openFiles?: number;
};

/** What a process has printed by the time it ended. */
export type Ended = { code: number; output: string };

/** Runs the built app to its end: for settings that it refuses. */
export async function runServer(
  env: Record<string, string>,
  options: ServerOptions = {},
): Promise<Ended> {
  const { child, output, printed } = spawn(env, options);
  const { code } = await child.status;
  await printed;
  return { code, output: output() };
}

/**
 * Starts the built app (`deno task build` comes first) on a free port and waits
 * until it listens. `DENO_KV_PATH` is memory unless told. Throws with its
 * output when it ends instead.
 */
export async function startServer(
  env: Record<string, string> = {},
  options: ServerOptions = {},
): Promise<Server> {
  const { child, output, printed, line } = spawn(env, options);
  const address = await Promise.race([
    line(/listen(?:s|ing) on (\S+?)\/?\n/i),
    child.status,
  ]);
  if (!Array.isArray(address)) throw new Error(`It ended:\n${output()}`);
  const end = async (signal: Deno.Signal) => {
    try {
      child.kill(signal);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // it has ended already
    }
    const { code } = await child.status;
    await printed;
    return code;
  };
  return {
    url: address[1],
    pid: child.pid,
    output,
    kill: async () => void await end("SIGKILL"),
    stop: () => end("SIGTERM"),
    [Symbol.asyncDispose]: async () => void await end("SIGKILL"),
  };
}

function spawn(
  env: Record<string, string>,
  { checkout, clockOffset = 0, openFiles, byDenoServe }: ServerOptions = {},
) {
  const clock = new URL(`shifted_clock.ts?by=${clockOffset}`, import.meta.url);
  const limited = openFiles === undefined
    ? []
    : ["sh", "-c", `ulimit -n ${openFiles}; exec "$0" "$@"`];
  const [command, ...first] = [...limited, Deno.execPath()];
  const child = new Deno.Command(command, {
    args: [
      ...first,
      // It says where it listens unless it is to be quiet.
      ...byDenoServe
        ? ["serve", "--host=127.0.0.1", "--port=0"]
        : ["run", "-q"],
      // The build has filled node_modules: Deno need not look whether it is whole.
      "--node-modules-dir=manual",
      ...clockOffset === 0 ? [] : [`--preload=${clock}`],
      "-P=serve",
      byDenoServe ? "_fresh/server.js" : "main.ts",
    ],
    cwd: checkout,
    env: {
      PORT: "0",
      DENO_KV_PATH: ":memory:",
      RATE_LIMITS: "off",
      NO_COLOR: "1",
      ...env,
    },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let text = "";
  let news = Promise.withResolvers<void>();
  const read = async (stream: ReadableStream<Uint8Array>) => {
    const decoder = new TextDecoder();
    for await (const chunk of stream) {
      text += decoder.decode(chunk, { stream: true });
      news.resolve();
      news = Promise.withResolvers();
    }
  };
  const printed = Promise.all([read(child.stdout), read(child.stderr)]);
  return {
    child,
    printed,
    output: () => text,
    async line(pattern: RegExp): Promise<RegExpMatchArray> {
      for (;;) {
        const match = text.match(pattern);
        if (match) return match;
        await news.promise;
      }
    },
  };
}
