// Finds the route of a request, and what wraps it.
import type { FunctionComponent } from "preact";
import type { Middleware } from "./handlers.ts";

interface Route<State> {
  path: string;
  pattern: URLPattern;
  fn: Middleware<State>;
}

/** Routes by path (`/rooms`) or URL pattern (`/rooms/:room`), and middlewares. */
export class Router<State> {
  /** Rendered around every page. */
  app: FunctionComponent | undefined;
  #wrappers: { folder: string; fns: Middleware<State>[] }[] = [];
  #routes: Route<State>[] = [];

  /** Wraps the routes that are added later, at and below a path. */
  wrap(path: string, fns: Middleware<State>[]): void {
    this.#wrappers.push({ folder: folderOf(path), fns });
  }

  /** Wraps those routes in `fn`, outside of all else. */
  wrapAll(fn: Middleware<State>): void {
    this.#wrappers.unshift({ folder: "", fns: [fn] });
  }

  /** Adds a route. The first one of a path wins. */
  add(path: string, ...fns: Middleware<State>[]): void {
    const pattern = new URLPattern({ pathname: path });
    const fn = compose([...this.#wrappersOf(path), ...fns]);
    this.#routes.push({ path, pattern, fn });
  }

  /** What answers a URL, if only by 404; exact paths come before patterns. */
  match(url: URL): { fn: Middleware<State>; params: Record<string, string> } {
    const path = url.pathname.replace(/(.)\/$/, "$1");
    const route = this.#routes.find((route) => route.path === path) ??
      this.#routes.find((r) => r.path === "*" || r.pattern.test(url));
    const params: Record<string, string> = {};
    if (route?.path.includes(":")) { // patterns are slow
      const groups = route.pattern.exec(url)?.pathname.groups;
      for (const name in groups) params[name] = decodeURI(groups[name] ?? "");
    }
    return { fn: route?.fn ?? compose(this.#wrappersOf("/")), params };
  }

  /** From the outermost to the innermost. */
  #wrappersOf(path: string): Middleware<State>[] {
    const depth = (folder: string) => folder.split("/").length;
    return this.#wrappers
      .filter(({ folder }) => `${folderOf(path)}/`.startsWith(`${folder}/`))
      .toSorted((a, b) => depth(a.folder) - depth(b.folder))
      .flatMap(({ fns }) => fns);
  }
}

const folderOf = (path: string) => path === "/" || path === "*" ? "" : path;

/** One middleware that runs `fns` from the first to the last, then the rest. */
function compose<State>(fns: Middleware<State>[]): Middleware<State> {
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
