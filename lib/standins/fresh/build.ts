// What a build gives to the app that serves it.
import { setBuildId } from "./asset.ts";
import type { ResolvedFreshConfig } from "./config.ts";

/** What a module exports. */
export type Exports = Record<string, unknown>;

/**
 * A file by its path below `routes/` without its extension (`/rooms/[room]`).
 * Files of routes are loaded at their first request, special files
 * (`_app`, `_error`, `_middleware`) with the app.
 */
export type FileRoute = [
  id: string,
  exports: Exports | (() => Promise<Exports>),
];

/** A component that browsers revive: export `exportName` of the script at `url`. */
export interface Island {
  name: string;
  exportName: string;
  url: string;
}

/** Where file routes, islands and static files come from. */
export interface Build {
  id: string;
  root: string;
  mode: "development" | "production";
  routes: FileRoute[];
  islands: Map<unknown, Island>;
  /** Folders of static files; the first one that has a file wins. */
  staticDirs: string[];
  /** Scripts by URL path, where they were not written to disk. */
  scripts: Map<string, Uint8Array<ArrayBuffer>>;
}

const builds = new WeakMap<object, Build>();
const EMPTY: Build = {
  ...{ id: "none", root: ".", mode: "production", staticDirs: [], routes: [] },
  ...{ islands: new Map(), scripts: new Map() },
};

/** The build attached to an app, or one without any files. */
export function buildOf(app: object): Build {
  return builds.get(app) ?? EMPTY;
}

/** Makes `app` serve `build`; call it before `app.handler()`. */
export function attachBuild(
  app: { config: ResolvedFreshConfig },
  build: Build,
): void {
  app.config.root = build.root;
  app.config.mode = build.mode;
  builds.set(app, build);
  setBuildId(build.id);
}

/** The URL of a built script; the id lets browsers keep it. */
export function scriptURL(buildId: string, file: string): string {
  return `/_fresh/js/${buildId}/${file}`;
}

/** Every exported component of the islands' modules. */
export function registerIslands(
  buildId: string,
  modules: [name: string, module: object][],
): Map<unknown, Island> {
  const islands = new Map<unknown, Island>();
  for (const [file, module] of modules) {
    const url = scriptURL(buildId, `${file}.js`);
    for (const [exportName, component] of Object.entries(module)) {
      if (typeof component !== "function") continue;
      const name = exportName === "default" ? file : exportName;
      islands.set(component, { name, exportName, url });
    }
  }
  return islands;
}
