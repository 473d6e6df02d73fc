// The log of requests: a line of JSON each, without secrets and without what belongs to people.

type Fetch = (
  req: Request,
  info: Deno.ServeHandlerInfo,
) => Response | Promise<Response>;

const FLUSH_DELAY_MS = 100; // lines are printed together, as each print waits for the terminal

const SCHEME_LENGTH = "https://".length; // the host begins here, or one before

/** Paths that hold a secret: the part before it is logged. */
const SECRET_PATH = /^\/(link|invite\/[^/]*)\/.*/;

/** Prints a line for each request; `flush` prints those that still wait. */
export class RequestLog {
  #lines: string[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param print is given some lines, without the last line's end. */
  constructor(private readonly print: (lines: string) => void) {}

  /** A handler that does the same and has its requests logged. */
  logged(fetch: Fetch): Fetch {
    return async (req, info) => {
      const start = performance.now();
      const response = await fetch(req, info);
      this.#add(req, response.status, performance.now() - start);
      return response;
    };
  }

  /**
   * `ms` is how long it took until there was an answer to send. Neither query
   * nor headers nor bodies: what is in them is people's.
   */
  #add({ method, url }: Request, status: number, ms: number): void {
    const [path] = url.slice(url.indexOf("/", SCHEME_LENGTH)).split("?", 1);
    const time = new Date().toISOString();
    const line = {
      time,
      method,
      path: path.replace(SECRET_PATH, "/$1/…"),
      status,
      ms: Math.round(ms * 10) / 10,
    };
    this.#lines.push(JSON.stringify(line));
    this.#timer ??= setTimeout(() => this.flush(), FLUSH_DELAY_MS);
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#lines.length > 0) this.print(this.#lines.join("\n"));
    this.#lines = [];
  }
}
