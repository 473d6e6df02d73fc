// The app: an ordered list of middlewares and routes, made into one handler.
import { STATUS_CODES } from "node:http";
import { buildOf } from "./build.ts";
import { compose, Folder } from "./chain.ts";
import type { FreshConfig, ResolvedFreshConfig } from "./config.ts";
import { Context } from "./context.ts";
import { addFileRoutes } from "./file_routes.ts";
import { type Method, METHODS, type Middleware } from "./handlers.ts";
import { HttpError } from "./http_error.ts";
import { Router } from "./router.ts";

const NO_SERVER = {
  remoteAddr: { transport: "tcp", hostname: "localhost", port: 1234 },
  completed: Promise.resolve(),
} as Deno.ServeHandlerInfo;

type Step<State> = (
  root: Folder<State>,
  router: Router<Middleware<State>>,
) => void;

/**
 * Applies in order: a middleware wraps the routes that are added after it, by
 * the path of their pattern.
 */
export class App<State> {
  /** The settings in force; a build sets `root` and `mode`. */
  readonly config: ResolvedFreshConfig;
  #steps: Step<State>[] = [];

  constructor(config: FreshConfig = {}) {
    this.config = {
      root: ".",
      basePath: "",
      mode: config.mode ?? "production",
      trustProxy: config.trustProxy ?? false,
    };
  }

  /** Adds middlewares for every route, or for those at and below a path. */
  use(...middlewares: Middleware<State>[]): this;
  use(path: string, ...middlewares: Middleware<State>[]): this;
  use(...args: (string | Middleware<State>)[]): this {
    const path = typeof args[0] === "string" ? args.shift() as string : "/";
    const fns = args as Middleware<State>[];
    return this.#add((root) => root.at(path).middlewares.push(...fns));
  }

  /** Answers GET and HEAD of a path. */
  get(path: string, ...fns: Middleware<State>[]): this {
    return this.#route(["GET"], path, fns);
  }

  /** Answers POST of a path. */
  post(path: string, ...fns: Middleware<State>[]): this {
    return this.#route(["POST"], path, fns);
  }

  /** Answers every method of a path. */
  all(path: string, ...fns: Middleware<State>[]): this {
    return this.#route(METHODS, path, fns);
  }

  /** Adds the files of `routes/` here; without a build there are none. */
  fsRoutes(): this {
    return this.#add((root, router) =>
      addFileRoutes(buildOf(this).routes, root, router)
    );
  }

  /** One function from a request to its answer, for `Deno.serve` and for tests. */
  handler(): (
    request: Request,
    info?: Deno.ServeHandlerInfo,
  ) => Promise<Response> {
    const root = new Folder<State>();
    const router = new Router<Middleware<State>>();
    for (const step of this.#steps) step(root, router);
    const unmatched = compose(root.wrappers());
    const build = buildOf(this);

    return async (request, info = NO_SERVER) => {
      const url = this.#urlOf(request);
      const { route, params, item, allowed } = router.match(
        request.method,
        url,
      );
      // deno-lint-ignore require-await
      const next = async () => {
        if (item || route === null) throw new HttpError(404);
        if (request.method !== "OPTIONS") throw new HttpError(405);
        const headers = { Allow: allowed.join(", ") };
        return new Response(null, { status: 204, headers });
      };
      const { config } = this;
      const ctx = new Context<State>(
        { req: request, url, info, route, params, config },
        next,
        build,
      );
      try {
        const response = await (item ?? unmatched)(ctx);
        if (!(response instanceof Response)) {
          throw new Error(`Expected a Response, but got: ${response}`);
        }
        return request.method === "HEAD"
          ? new Response(null, response)
          : response;
      } catch (error) {
        return lastResort(error);
      }
    };
  }

  #urlOf(request: Request): URL {
    const url = new URL(request.url);
    // `//other.example` in a path must not survive into a redirect.
    url.pathname = url.pathname.replace(/\/+/g, "/");
    if (this.config.trustProxy) {
      const proto = request.headers.get("X-Forwarded-Proto");
      const host = request.headers.get("X-Forwarded-Host");
      if (proto) url.protocol = proto;
      if (host) url.host = host;
    }
    return url;
  }

  #route(methods: readonly Method[], path: string, fns: Middleware<State>[]) {
    return this.#add((root, router) => {
      const wrappers = root.at(path).wrappers();
      router.add(methods, path, compose([...wrappers, ...fns]));
    });
  }

  #add(step: Step<State>): this {
    this.#steps.push(step);
    return this;
  }
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
