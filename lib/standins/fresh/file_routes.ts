// Turns the files of `routes/` into routes, middlewares and the error page.
import type { FunctionComponent } from "preact";
import type { Exports, FileRoute } from "./build.ts";
import { type Context, element } from "./context.ts";
import type { Middleware, PageResponse, RouteHandler } from "./handlers.ts";
import { HttpError } from "./http_error.ts";
import type { Router } from "./router.ts";

/** Registers every file. */
export function addFileRoutes<State>(
  files: FileRoute[],
  router: Router<State>,
): void {
  for (const [id, exports] of files) {
    const [, folder, name] = id.match(/^(.*)\/(.*)$/)!;
    if (name === "_app") {
      router.app = exports.default as FunctionComponent;
    } else if (name === "_error") {
      router.wrapAll(guard(exports));
    } else if (name === "_middleware") {
      const fns = (exports.default ?? exports.handler) as Middleware<State>;
      router.wrap(toPath(folder), [fns].flat());
    } else {
      router.add(toPath(id), (ctx) => answer(ctx, exports, 200));
    }
  }
}

/** `/rooms/[room]/index` → `/rooms/:room`. */
function toPath(id: string): string {
  return id.replace(/\/index$/, "").replace(/\[(\w+)\]/g, ":$1") || "/";
}

/**
 * Catches what is thrown below it. It stands outside of the middlewares, so
 * headers that they set after `ctx.next()` are missing on the error page.
 */
function guard<State>(errorPage: Exports): Middleware<State> {
  return async (ctx) => {
    try {
      return await ctx.next();
    } catch (error) {
      const status = error instanceof HttpError ? error.status : 500;
      return await answer(ctx, errorPage, status);
    }
  };
}

/** What a route file exports. */
interface RouteExports<State> {
  default?: FunctionComponent;
  handler?: RouteHandler<unknown, State>;
  handlers?: RouteHandler<unknown, State>;
}

/** Answers with the file's handler, and with its component where that returned data. */
async function answer<State>(
  ctx: Context<State>,
  { default: component, handler, handlers = handler }: RouteExports<State>,
  status: number,
): Promise<Response> {
  let result: Response | PageResponse<unknown> = { data: {} };
  if (typeof handlers === "function") {
    result = await handlers(ctx);
  } else if (handlers) {
    const method = ctx.req.method as keyof typeof handlers;
    const isRead = method === "GET" || method === "HEAD";
    const fn = handlers[method] ?? (isRead ? handlers.GET : undefined);
    // Upstream, too, falls through to 404 where 405 would be right.
    if (!fn && !(component && isRead)) return await ctx.next();
    if (fn) result = await fn(ctx);
  }
  if (result instanceof Response) return result;
  const { data, headers } = result;
  const vnode = component ? await element(ctx, component, data) : null;
  if (vnode instanceof Response) return vnode;
  return await ctx.render(vnode, { status: result.status ?? status, headers });
}
