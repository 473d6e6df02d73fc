// Listens for connections, and goes on living when there is no file descriptor left for another.

/**
 * File descriptors that are held back: at the limit the process could open no
 * file either, and Deno itself dies of that.
 */
const RESERVED = 40;
/** How many more must be free before connections are taken again, and how often it is looked. */
const FREE_AGAIN = 20;
const LOOK_AGAIN_MS = 200;

export type Listener = {
  /** The TCP port. */
  port: number;
  /** Takes no more connections; resolves once all requests under way are answered. */
  shutdown(): Promise<void>;
  /** Resolves after `shutdown`; rejects when it cannot listen any more. */
  finished: Promise<void>;
};

/**
 * Serves like `Deno.serve`, whose loop ends when a connection can't be taken for
 * want of a file descriptor (`ulimit -n`). Then new connections are refused, those
 * that are open live on, and it listens again once enough of them have ended.
 * Throws what `Deno.serve` throws, and when there are too few descriptors to start.
 */
export function listen(
  options: Deno.ServeTcpOptions,
  fetch: Deno.ServeHandler<Deno.NetAddr>,
): Listener {
  let reserve = openFiles(RESERVED);
  /** A server knows of its own connections alone, and there may have been others before it. */
  const underWay = new Set<Promise<void>>();
  const counted: typeof fetch = (req, info) => {
    const sent = info.completed.catch(() => {}) // its reader is gone
      .then(() => void underWay.delete(sent));
    underWay.add(sent);
    return fetch(req, info);
  };
  let server = Deno.serve(options, counted);
  const { port } = server.addr;
  const stopping = Promise.withResolvers<void>();
  let stopped = false;

  async function serve(): Promise<void> {
    for (;;) {
      try {
        return await server.finished;
      } catch (error) {
        if (!isTooManyFiles(error)) throw error;
      }
      for (const file of reserve) file.close();
      console.error(
        "Too many open files: new connections are refused for now. Raise the limit (ulimit -n).",
      );
      if (!await enoughFree()) return;
      server = Deno.serve({ ...options, port }, counted);
    }
  }

  /** Waits until there are enough, and holds the reserve again; false when it is to stop meanwhile. */
  async function enoughFree(): Promise<boolean> {
    while (!stopped) {
      try {
        const files = openFiles(RESERVED + FREE_AGAIN);
        for (const file of files.splice(RESERVED)) file.close();
        reserve = files;
        return true;
      } catch (error) {
        if (!isTooManyFiles(error)) throw error;
      }
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, LOOK_AGAIN_MS);
      await Promise.race([promise, stopping.promise]);
      clearTimeout(timer);
    }
    return false;
  }

  return {
    port,
    async shutdown() {
      stopped = true;
      stopping.resolve();
      await server.shutdown();
      while (underWay.size > 0) await Promise.all(underWay);
    },
    finished: serve(),
  };
}

/** Opens this very file so many times; none when it fails. */
function openFiles(count: number): Deno.FsFile[] {
  const files: Deno.FsFile[] = [];
  try {
    while (files.length < count) {
      files.push(Deno.openSync(new URL(import.meta.url)));
    }
    return files;
  } catch (error) {
    for (const file of files) file.close();
    throw error;
  }
}

/** EMFILE, for which Deno has no class and, of a server, no code. */
const isTooManyFiles = (error: unknown): boolean =>
  error instanceof Error && /too many open files/i.test(error.message);
