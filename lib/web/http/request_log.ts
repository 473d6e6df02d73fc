// The log of requests: a line of JSON each, without secrets and without what belongs to people.
import { canonicalPathOf } from "./request_line.ts";

type Fetch<Info> = (req: Request, info: Info) => Response | Promise<Response>;

const FLUSH_DELAY_MS = 100; // lines are printed together, as each print waits for the terminal

/** What comes before a secret in a path, however deep, in letters of any case. */
const BEFORE_SECRET = /(\/(?:link|invite\/[^/]*)\/).*/i;

/** Prints a line for each request; `flush` prints those that still wait. */
export class RequestLog {
  #lines: string[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param print is given some lines, without the last line's end. */
  constructor(private readonly print: (lines: string) => void) {}

  /** A handler that does the same and has its requests logged. */
  logged<Info>(
    fetch: Fetch<Info>,
  ): (req: Request, info: Info) => Promise<Response> {
    return async (req, info) => {
      const start = performance.now();
      const response = await fetch(req, info);
      this.#add(req, response.status, performance.now() - start);
      return response;
    };
  }

  /**
   * `ms` is how long it took until there was an answer to send. Neither query
   * nor headers nor bodies: what is in them is people's. A path that is not
   * canonical may spell a secret's in any way, and leads nowhere.
   */
  #add(req: Request, status: number, ms: number): void {
    const { method } = req;
    const path = canonicalPathOf(req)?.replace(BEFORE_SECRET, "$1…") ?? "…";
    const time = new Date().toISOString();
    // A canonical path needs no escapes, and nor does a method.
    this.#lines.push(
      `{"time":"${time}","method":"${method}","path":"${path}","status":${status},"ms":${
        Math.round(ms * 10) / 10
      }}`,
    );
    this.#timer ??= setTimeout(() => this.flush(), FLUSH_DELAY_MS);
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#lines.length > 0) this.print(this.#lines.join("\n"));
    this.#lines = [];
  }
}
