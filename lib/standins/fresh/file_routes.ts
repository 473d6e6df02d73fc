// Turns the files of `routes/` into routes, middlewares and error pages.
import type { Exports, FileRoute } from "./build.ts";
import { compose, type Folder } from "./chain.ts";
import type { PageComponent } from "./component.ts";
import { METHODS, type Middleware } from "./handlers.ts";
import { answer, type Route, toRoute } from "./route.ts";
import type { Router } from "./router.ts";

/** True for `_app`, `_error` and `_middleware`. */
export function isSpecial(id: string): boolean {
  return nameOf(id).startsWith("_");
}

/** Registers every file. `files` are in the order of {@linkcode sortFiles}. */
export function addFileRoutes<State>(
  files: FileRoute[],
  root: Folder<State>,
  router: Router<Middleware<State>>,
): void {
  for (const [id, exports] of files) {
    const path = toPath(id.slice(0, id.lastIndexOf("/")));
    const folder = root.at(path);
    if (typeof exports === "function") {
      const wrappers = [...folder.wrappers(), lazily<State>(id, exports)];
      router.add(METHODS, toPath(id), compose(wrappers));
    } else if (id === "/_app") {
      root.app = exports.default as PageComponent<State>;
    } else if (nameOf(id) === "_error") {
      folder.errorPage = toRoute(id, exports);
    } else if (nameOf(id) === "_middleware") {
      const fns = exports.handlers ?? exports.handler ?? exports.default;
      if (!fns) throw new Error(`${id} must export a middleware`);
      folder.middlewares.push(...[fns as Middleware<State>].flat());
    } else {
      throw new Error(`The stand-in for Fresh does not know ${id}`);
    }
  }
}

function lazily<State>(
  id: string,
  load: () => Promise<Exports>,
): Middleware<State> {
  let route: Route<State> | undefined;
  return async (ctx) => {
    route ??= toRoute<State>(id, await load());
    return await answer(ctx, route, 200);
  };
}

function nameOf(id: string): string {
  return id.slice(id.lastIndexOf("/") + 1);
}

/** `/rooms/[room]/index` → `/rooms/:room`, `/files/[...path]` → `/files/:path*`. */
function toPath(id: string): string {
  const path = id.replace(/\/index$/, "")
    .replace(/\[\.\.\.(\w+)\]/g, ":$1*")
    .replace(/\[(\w+)\]/g, ":$1");
  return path || "/";
}

const ORDER = ["_app", "_middleware", "_error", "index"];

/** Special files before what they apply to, literal names before `[param]`. */
export function sortFiles<T extends [id: string, ...unknown[]]>(
  files: T[],
): T[] {
  const rank = (name: string) =>
    ORDER.indexOf(name) + 1 ||
    (name.startsWith("[...") ? 7 : name.startsWith("[") ? 6 : 5);
  return files.toSorted(([a], [b]) => {
    const left = a.split("/"), right = b.split("/");
    for (let i = 0; i < left.length && i < right.length; i++) {
      if (left[i] === right[i]) continue;
      return rank(left[i]) - rank(right[i]) || (left[i] < right[i] ? -1 : 1);
    }
    return right.length - left.length;
  });
}
