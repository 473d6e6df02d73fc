// What the generated `_fresh/server.js` needs; not for apps.
import type { App } from "./app.ts";
import {
  attachBuild,
  type Build,
  registerIslands,
  type StaticFile,
} from "./build.ts";
import type { FileRoute } from "./file_routes.ts";
import { contentType } from "./static_files.ts";

/** The exports of `_fresh/snapshot.js`. */
export interface Snapshot {
  buildId: string;
  /** Modules with the names of their scripts. */
  islands: [name: string, module: Record<string, unknown>][];
  routes: FileRoute[];
  /** By URL path: where a file lies from `_fresh`, and its hash. */
  files: Record<string, [path: string, hash: string]>;
}

/** The handler of `app` with a build that lies at `base`, a file URL. */
export function serve<State>(
  app: App<State>,
  snapshot: Snapshot,
  base: string,
): ReturnType<App<State>["handler"]> {
  const { buildId: id, routes } = snapshot;
  const files = new Map(Object.entries(snapshot.files));
  const build: Build = {
    ...{ id, routes, root: new URL("..", base).pathname, mode: "production" },
    islands: registerIslands(id, snapshot.islands),
    async readFile(pathname) {
      const [path, hash] = files.get(pathname) ?? [];
      if (path === undefined) return null;
      return { ...await openFile(new URL(path, base)), hash: hash ?? null };
    },
  };
  attachBuild(app, build);
  return app.handler();
}

/** Opens a file for `staticFiles()`, its hash unknown. */
export async function openFile(path: string | URL): Promise<StaticFile> {
  const file = await Deno.open(path);
  const { size } = await file.stat();
  return {
    body: file.readable,
    size,
    type: contentType(String(path)),
    hash: null,
    close: () => file.close(),
  };
}
