// What a build gives to the app that serves it.
import type { ComponentType } from "preact";
import { setBuildId } from "./asset.ts";
import type { App } from "./app.ts";
import type { FileRoute } from "./file_routes.ts";

/** A component that the browser revives: export `exportName` of the script at `url`. */
export interface Island {
  name: string;
  exportName: string;
  url: string;
}

/** A file ready to be sent; `hash` is null where it is not known (development). */
export interface StaticFile {
  body: ReadableStream<Uint8Array> | Uint8Array<ArrayBuffer>;
  size: number;
  type: string;
  hash: string | null;
  close(): void;
}

/** Everything that file routes, islands and static files come from. */
export interface Build {
  id: string;
  root: string;
  mode: "development" | "production";
  routes: FileRoute[];
  islands: Map<unknown, Island>;
  readFile(pathname: string): Promise<StaticFile | null>;
}

const builds = new WeakMap<object, Build>();

/** The build attached to an app, or one without any files. */
export function buildOf(app: object): Build {
  return builds.get(app) ?? {
    id: "none",
    root: ".",
    mode: "production",
    routes: [],
    islands: new Map(),
    readFile: () => Promise.resolve(null),
  };
}

/** Makes `app` serve `build`; call it before `app.handler()`. */
export function attachBuild<State>(app: App<State>, build: Build): void {
  app.config.root = build.root;
  app.config.mode = build.mode;
  builds.set(app, build);
  setBuildId(build.id);
}

/** Where the scripts of a build are served; the id lets browsers keep them. */
export function scriptPath(buildId: string): string {
  return `/_fresh/js/${buildId}/`;
}

/** Each exported component of the island modules, with the script that holds it. */
export function registerIslands(
  buildId: string,
  modules: [name: string, module: Record<string, unknown>][],
): Map<unknown, Island> {
  const islands = new Map<unknown, Island>();
  for (const [name, module] of modules) {
    for (const [exportName, value] of Object.entries(module)) {
      if (typeof value !== "function") continue;
      islands.set(value as ComponentType, {
        name: exportName === "default" ? name : exportName,
        exportName,
        url: `${scriptPath(buildId)}${name}.js`,
      });
    }
  }
  return islands;
}
