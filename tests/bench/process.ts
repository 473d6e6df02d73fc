// Starts processes of the bench: modules of this folder that take JSON and answer in lines of JSON.

/** A module that runs beside the bench. */
export type BenchProcess = AsyncDisposable & {
  pid: number;
  /** The next line it prints, parsed. */
  // deno-lint-ignore no-explicit-any -- each module says what it prints
  next(): Promise<any>;
  /** Tells it that there is nothing more to do. */
  finish(): Promise<void>;
};

/** Starts a module (`load.ts`) and hands it what it is to do. */
export const startBenchProcess = (
  module: string,
  input: unknown,
): BenchProcess =>
  startProcess(
    Deno.execPath(),
    ["run", "-q", "-P=test", `tests/bench/${module}`],
    input,
  );

/** Starts any program that keeps to the same. */
export function startProcess(
  program: string,
  args: string[],
  input: unknown,
): BenchProcess {
  const child = new Deno.Command(program, {
    args,
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const writer = child.stdin.getWriter();
  writer.write(new TextEncoder().encode(`${JSON.stringify(input)}\n`));
  const lines = linesOf(child.stdout);
  return {
    pid: child.pid,
    async next() {
      const { done, value } = await lines.next();
      if (done) throw new Error(`${args.at(-1)} has ended`);
      return JSON.parse(value);
    },
    finish: () => writer.close(),
    async [Symbol.asyncDispose]() {
      try {
        child.kill("SIGKILL");
      } catch (error) {
        if (!(error instanceof TypeError)) throw error; // it has ended already
      }
      await child.status;
      await lines.return();
    },
  };
}

/** The lines of a stream as they come. */
export async function* linesOf(
  stream: ReadableStream<Uint8Array>,
): AsyncGenerator<string, void> {
  let text = "";
  for await (
    const piece of stream.pipeThrough(new TextDecoderStream() as never)
  ) {
    const lines = (text + piece).split("\n");
    text = lines.pop()!;
    yield* lines;
  }
}

/** How much memory a process holds, in KiB. */
export async function memoryOf(pid: number): Promise<number> {
  const { stdout } = await new Deno.Command("ps", {
    args: ["-o", "rss=", "-p", String(pid)],
  }).output();
  return Number(new TextDecoder().decode(stdout));
}
