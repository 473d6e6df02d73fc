// What the generated `_fresh/server.js` needs; not for apps.
import { fileURLToPath } from "node:url";
import type { App } from "./app.ts";
import { attachBuild, type FileRoute, registerIslands } from "./build.ts";

/** The exports of `_fresh/snapshot.js`; paths are relative to `_fresh`. */
export interface Snapshot {
  buildId: string;
  root: string;
  staticDirs: string[];
  routes: FileRoute[];
  islands: [name: string, module: Record<string, unknown>][];
}

/** The handler of `app` with the build whose snapshot lies at `base`, a URL. */
export function serve<State>(
  app: App<State>,
  { buildId: id, root, staticDirs, routes, islands }: Snapshot,
  base: string,
): ReturnType<App<State>["handler"]> {
  const toPath = (path: string) => fileURLToPath(new URL(path, base));
  attachBuild(app, {
    ...{ id, routes, mode: "production", scripts: new Map() },
    root: toPath(root),
    staticDirs: staticDirs.map(toPath),
    islands: registerIslands(id, islands),
  });
  return app.handler();
}
