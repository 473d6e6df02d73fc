// Middlewares and error pages by folder, and how they wrap a route.
import type { Middleware } from "./handlers.ts";
import { HttpError } from "./http_error.ts";
import type { PageComponent } from "./component.ts";
import { innerOf } from "./context.ts";
import { answer, type Route } from "./route.ts";

/** One middleware that runs `fns` from the first to the last, then the rest. */
export function compose<State>(fns: Middleware<State>[]): Middleware<State> {
  return (ctx) => {
    const rest = ctx.next;
    const run = async (index: number): Promise<Response> => {
      if (index === fns.length) return await rest();
      ctx.next = () => run(index + 1);
      try {
        return await fns[index](ctx);
      } catch (error) {
        ctx.error = error;
        throw error;
      }
    };
    return run(0);
  };
}

/** A folder of the route tree: what applies to every route below it. */
export class Folder<State> {
  /** Rendered around every page; only the root has one. */
  app: PageComponent<State> | null = null;
  errorPage: Route<State> | null = null;
  middlewares: Middleware<State>[] = [];
  #children = new Map<string, Folder<State>>();

  constructor(readonly parent: Folder<State> | null = null) {}

  /** The folder at a path such as `/api/rooms/:room`, made where it is missing. */
  at(path: string): Folder<State> {
    // deno-lint-ignore no-this-alias
    let folder: Folder<State> = this;
    for (const name of path === "*" ? [] : path.split("/").filter(Boolean)) {
      let child = folder.#children.get(name);
      if (!child) folder.#children.set(name, child = new Folder(folder));
      folder = child;
    }
    return folder;
  }

  /** What wraps a route of this folder that is registered now, outermost first. */
  wrappers(): Middleware<State>[] {
    const outer = this.parent?.wrappers() ?? [];
    return [...outer, guard(this.app, this.errorPage), ...this.middlewares];
  }
}

/**
 * Catches what is thrown below it. It stands outside its own folder's
 * middlewares, so headers that they set after `ctx.next()` are missing on the
 * error page.
 */
function guard<State>(
  app: PageComponent<State> | null,
  errorPage: Route<State> | null,
): Middleware<State> {
  return async (ctx) => {
    if (app) innerOf(ctx).app = app;
    if (!errorPage) return await ctx.next();
    try {
      return await ctx.next();
    } catch (error) {
      const status = error instanceof HttpError ? error.status : 500;
      return await answer(ctx, errorPage, status);
    }
  };
}
