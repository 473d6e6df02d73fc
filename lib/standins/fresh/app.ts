// The app: an ordered list of middlewares and routes, made into one handler.
import { STATUS_CODES } from "node:http";
import { build } from "./build.ts";
import { Context, type FreshConfig } from "./context.ts";
import { addFileRoutes } from "./file_routes.ts";
import type { Middleware } from "./handlers.ts";
import { HttpError } from "./http_error.ts";
import { Router } from "./router.ts";

const NO_SERVER = {
  remoteAddr: { transport: "tcp", hostname: "localhost", port: 1234 },
  completed: Promise.resolve(),
} as Deno.ServeHandlerInfo;

/** Applies in order: a middleware wraps the routes that are added after it, by their path. */
export class App<State> {
  /** The settings in force. */
  readonly config: Required<FreshConfig>;
  #steps: ((router: Router<State>) => void)[] = [];

  constructor(config: FreshConfig = {}) {
    this.config = { trustProxy: false, ...config };
  }

  /** Adds middlewares for every route, or for those at and below a path. */
  use(...middlewares: Middleware<State>[]): this;
  use(path: string, ...middlewares: Middleware<State>[]): this;
  use(...args: (string | Middleware<State>)[]): this {
    const path = typeof args[0] === "string" ? args.shift() as string : "/";
    const fns = args as Middleware<State>[];
    this.#steps.push((router) => router.wrap(path, fns));
    return this;
  }

  /** Answers every method of a path; the last function is the handler. */
  all(path: string, ...fns: Middleware<State>[]): this {
    this.#steps.push((router) => router.add(path, ...fns));
    return this;
  }

  /** Adds the files of `routes/` here; without a build there are none. */
  fsRoutes(): this {
    this.#steps.push((router) => addFileRoutes(build.routes, router));
    return this;
  }

  /** One function from a request to its answer, for `Deno.serve` and for tests. */
  handler(): (
    request: Request,
    info?: Deno.ServeHandlerInfo,
  ) => Promise<Response> {
    const router = new Router<State>();
    for (const step of this.#steps) step(router);

    return async (req, info = NO_SERVER) => {
      const { config } = this;
      const url = this.#urlOf(req);
      const { fn, params } = router.match(url);
      const shared = { req, url, info, params, config };
      const ctx = new Context<State>(shared, notFound, router.app);
      try {
        const response = await fn(ctx);
        if (!(response instanceof Response)) {
          throw new Error(`A handler has returned ${response}, no Response`);
        }
        return req.method === "HEAD" ? new Response(null, response) : response;
      } catch (error) {
        return lastResort(error);
      }
    };
  }

  #urlOf(request: Request): URL {
    const url = new URL(request.url);
    // `//other.example` in a path must not survive into a redirect.
    if (url.pathname.includes("//")) {
      url.pathname = url.pathname.replace(/\/+/g, "/");
    }
    if (this.config.trustProxy) {
      const proto = request.headers.get("X-Forwarded-Proto");
      const host = request.headers.get("X-Forwarded-Host");
      if (proto) url.protocol = proto;
      if (host) url.host = host;
    }
    return url;
  }
}

// deno-lint-ignore require-await
async function notFound(): Promise<never> {
  throw new HttpError(404);
}

/** Where no error page caught it: an HttpError says what it is, others are hidden. */
function lastResort(error: unknown): Response {
  if (!(error instanceof HttpError)) {
    console.error(error);
    return new Response("Internal server error", { status: 500 });
  }
  const { status, message } = error;
  if (status >= 500) console.error(error);
  return new Response(message || STATUS_CODES[status], { status });
}
