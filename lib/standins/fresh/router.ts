// Finds the route of a request, and what wraps it.
import type { FunctionComponent } from "preact";
import type { Middleware } from "./handlers.ts";

/** A route with parameters, or the one of all paths (`*`). */
type Pattern<State> = { segments: string[]; fn: Middleware<State> };

/** Routes by path, which may have parameters (`/rooms/:room`), and middlewares. */
export class Router<State> {
  /** Rendered around every page. */
  app: FunctionComponent | undefined;
  #wrappers: { folder: string; fns: Middleware<State>[] }[] = [];
  readonly #exact = new Map<string, Middleware<State>>();
  readonly #patterns: Pattern<State>[] = [];

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
    const fn = compose([...this.#wrappersOf(path), ...fns]);
    if (path === "*" || path.includes(":")) {
      this.#patterns.push({ segments: path.split("/"), fn });
    } else if (!this.#exact.has(path)) this.#exact.set(path, fn);
  }

  /** What answers a URL, if only by 404; exact paths come before patterns. */
  match(url: URL): { fn: Middleware<State>; params: Record<string, string> } {
    const exact = this.#exact.get(url.pathname.replace(/(.)\/$/, "$1"));
    if (exact) return { fn: exact, params: {} };
    const segments = url.pathname.split("/");
    const found = this.#patterns
      .find((each) => matches(each.segments, segments));
    const params: Record<string, string> = {};
    found?.segments.forEach((name, i) => {
      if (name[0] === ":") params[name.slice(1)] = decodeURI(segments[i]);
    });
    return { fn: found?.fn ?? compose(this.#wrappersOf("/")), params };
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

/** Whether a path is of a pattern, as `URLPattern` says, which takes 8 µs for each. */
const matches = (wanted: string[], segments: string[]): boolean =>
  wanted[0] === "*" ||
  wanted.length === segments.length &&
    wanted.every((each, i) =>
      each[0] === ":" ? segments[i] !== "" : each === segments[i]
    );

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
