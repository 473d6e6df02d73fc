// The build step: `dev.ts` of a project makes a Builder.
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { App } from "./app.ts";
import {
  attachBuild,
  type Build,
  registerIslands,
  scriptPath,
} from "./build.ts";
import { bundle, type SourceMapOptions } from "./bundle.ts";
import { hashOf, type Project, writeBuild } from "./disk.ts";
import { type FileRoute, isSpecial } from "./file_routes.ts";
import { openFile } from "./internal.ts";
import { findIslands, findRoutes, findStaticFiles } from "./project.ts";
import { contentType } from "./static_files.ts";

/** Options of a {@linkcode Builder}; paths are relative to `root` or file URLs. */
export interface BuildOptions {
  /** The project's folder. Default: the current one. */
  root?: string;
  /** Default "_fresh". */
  outDir?: string;
  /** Default "static". The first folder that has a file wins. */
  staticDir?: string | string[];
  /** Default "islands". */
  islandDir?: string;
  /** Default "routes". */
  routeDir?: string;
  /** The module that exports `app`. Default "main.ts". */
  serverEntry?: string;
  /** Files that are neither routes nor islands. Default: tests. */
  ignore?: RegExp[];
  /** Browsers to bundle for; see https://esbuild.github.io/api/#target */
  target?: string | string[];
  /** Source maps in production. Default: none. */
  sourceMap?: SourceMapOptions;
}

type Mode = Build["mode"];

/** Builds a project, to disk for production or in memory. */
// deno-lint-ignore no-explicit-any
export class Builder<State = any> {
  #options: BuildOptions;
  #root: string;

  constructor(options: BuildOptions = {}) {
    this.#options = options;
    this.#root = toPath(options.root ?? ".", Deno.cwd());
  }

  /**
   * Writes `_fresh/server.js`, whose default export has `fetch`; or, with
   * `snapshot: "memory"`, returns what makes an app serve the build, for tests.
   */
  async build(
    options: { mode?: Mode; snapshot?: "disk" | "memory" } = {},
  ): Promise<(app: App<State>) => void> {
    const mode = options.mode ?? "production";
    const project = await this.#bundle(mode);
    if (options.snapshot === "memory") {
      const build = await this.#load(project, mode);
      return (app) => attachBuild(app, build);
    }
    const serverEntry = this.#path("serverEntry", "main.ts");
    await writeBuild(project, this.#path("outDir", "_fresh"), serverEntry);
    return () => {
      throw new Error('Only a build with snapshot: "memory" can be applied');
    };
  }

  /** Serves the app for development; pages reload when the server is back. */
  async listen(
    importApp: () => Promise<{ app: App<State> } | App<State>>,
    options: Partial<Deno.ServeTcpOptions> = {},
  ): Promise<void> {
    const imported = await importApp();
    const app = "app" in imported ? imported.app : imported;
    const apply = await this.build({ mode: "development", snapshot: "memory" });
    apply(app);
    const handler = app.handler();
    const revision = crypto.randomUUID();
    Deno.serve(
      { port: 8000, ...options },
      (request, info) =>
        new URL(request.url).pathname === "/_frsh/alive"
          ? announce(revision)
          : handler(request, info),
    );
  }

  #path(
    name: "outDir" | "islandDir" | "routeDir" | "serverEntry",
    byDefault: string,
  ): string {
    return toPath(this.#options[name] ?? byDefault, this.#root);
  }

  #staticFiles(): Promise<Map<string, string>> {
    const dirs = [this.#options.staticDir ?? "static"].flat();
    return findStaticFiles(dirs.map((dir) => toPath(dir, this.#root)));
  }

  async #bundle(mode: Mode): Promise<Project> {
    const { ignore = [/[._]test\.[jt]sx?$/], target, sourceMap } =
      this.#options;
    const buildId = crypto.randomUUID().replaceAll("-", "");
    const islands = await findIslands(
      this.#path("islandDir", "islands"),
      ignore,
    );
    const development = mode === "development";
    const own = (name: string) => fileURLToPath(import.meta.resolve(name));
    const entryPoints: Record<string, string> = Object.fromEntries(islands);
    entryPoints["fresh-runtime"] = own("./client.ts");
    if (development) entryPoints["fresh-reload"] = own("./reload.ts");
    const bundled = await bundle({
      ...{ root: this.#root, buildId, development, entryPoints },
      target: target ?? ["chrome99", "firefox99", "safari15"],
      sourceMap: sourceMap ?? {},
    });
    return {
      buildId,
      islands,
      routes: await findRoutes(this.#path("routeDir", "routes"), ignore),
      scripts: new Map(
        bundled.map(([name, body]) => [`${scriptPath(buildId)}${name}`, body]),
      ),
      staticFiles: await this.#staticFiles(),
    };
  }

  async #load(project: Project, mode: Mode): Promise<Build> {
    const { buildId, scripts } = project;
    const load = (path: string) => import(pathToFileURL(path).href);
    const routes = project.routes.map(async ([id, path]): Promise<FileRoute> =>
      isSpecial(id) ? [id, await load(path)] : [id, () => load(path)]
    );
    const islands = project.islands.map(async ([name, path]) =>
      [name, await load(path)] as [string, Record<string, unknown>]
    );
    return {
      ...{ id: buildId, root: this.#root, mode },
      routes: await Promise.all(routes),
      islands: registerIslands(buildId, await Promise.all(islands)),
      readFile: async (pathname) => {
        const body = scripts.get(pathname);
        if (body) {
          const about = { type: contentType(pathname), hash: hashOf(body) };
          return { body, size: body.length, ...about, close: () => {} };
        }
        // Looked up again each time: files come and go while one develops.
        const path = (await this.#staticFiles()).get(pathname);
        return path === undefined ? null : await openFile(path);
      },
    };
  }
}

function toPath(path: string, root: string): string {
  return path.startsWith("file:") ? fileURLToPath(path) : resolve(root, path);
}

/** Tells pages which start of the server this is, and stays open. */
function announce(revision: string): Response {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(new TextEncoder().encode(`data: ${revision}\n\n`));
    },
  });
  return new Response(body, {
    headers: { "Content-Type": "text/event-stream" },
  });
}
