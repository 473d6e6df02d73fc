// What a build gives to the app: `_fresh/server.js` calls `serve()`, once in a process.
import { setBuildId } from "./runtime.ts";

/** What a module exports. */
export type Exports = Record<string, unknown>;

/** A file by its path below `routes/` without its extension (`/rooms/[room]`). */
export type FileRoute = [id: string, exports: Exports];

/** What `_fresh/server.js` holds. */
export interface Build {
  mode: "development" | "production";
  id: string;
  /** In the order to add them. */
  routes: FileRoute[];
  /** The modules of islands, by the URL paths of their scripts. */
  islands: [script: string, exports: Exports][];
  /** Static files and scripts, and hashes of what is in them, by URL path: each part as `encodeURIComponent` spells it. */
  files: Map<string, [file: URL, hash: string]>;
}

/** A component that browsers revive: an export of a script. */
export interface Island {
  name: string;
  script: string;
}

/** The build being served; before `serve()` there are no files. */
export let build: Build = {
  mode: "production",
  id: "none",
  routes: [],
  islands: [],
  files: new Map(),
};

/** The islands of the build by their components. */
export const islandOf = new Map<unknown, Island>();

/** The URL path of a built script; the id lets browsers keep it. */
export function scriptURL(id: string, file: string): string {
  return `/_fresh/js/${id}/${file}`;
}

/** The handler of `app` with the files of `made`. */
export function serve<Handler>(
  app: { handler(): Handler },
  made: Build,
): Handler {
  build = made;
  setBuildId(made.id);
  for (const [script, exports] of made.islands) {
    for (const [name, component] of Object.entries(exports)) {
      islandOf.set(component, { name, script });
    }
  }
  return app.handler();
}
