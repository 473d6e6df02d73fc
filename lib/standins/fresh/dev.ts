// The build step: `dev.ts` of a project makes a Builder.
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { App } from "./app.ts";
import {
  attachBuild,
  type Build,
  type FileRoute,
  registerIslands,
  scriptURL,
} from "./build.ts";
import { bundle } from "./bundle.ts";
import { isSpecial } from "./file_routes.ts";
import { findIslands, findRoutes } from "./project.ts";

const TARGET = ["chrome99", "firefox99", "safari15"];
const PATHS = {
  /** The project's folder, to which the other paths are relative. */
  root: ".",
  outDir: "_fresh",
  islandDir: "islands",
  routeDir: "routes",
  /** The module that exports `app`. */
  serverEntry: "main.ts",
};

/** Options of a {@linkcode Builder}; paths may be file URLs. */
export interface BuildOptions extends Partial<typeof PATHS> {
  /** Default "static". The first folder that has a file wins. */
  staticDir?: string | string[];
  /** Files that are neither routes nor islands. Default: tests. */
  ignore?: RegExp[];
  /** Browsers to bundle for; see https://esbuild.github.io/api/#target */
  target?: string | string[];
}

/** Builds a project for production, or serves it for development. */
// deno-lint-ignore no-explicit-any
export class Builder<State = any> {
  #options: BuildOptions;

  constructor(options: BuildOptions = {}) {
    this.#options = options;
  }

  /** Writes `_fresh/server.js`, whose default export has `fetch`. */
  async build(): Promise<void> {
    await write(await this.#project("production"));
  }

  /** Serves the app for development; pages reload when the server is back. */
  async listen(
    importApp: () => Promise<{ app: App<State> } | App<State>>,
    options: Partial<Deno.ServeTcpOptions> = {},
  ): Promise<void> {
    const imported = await importApp();
    const app = "app" in imported ? imported.app : imported;
    const build = await load(await this.#project("development"));
    attachBuild(app, build);
    const handler = app.handler();
    Deno.serve(
      { port: 8000, ...options },
      (request, info) =>
        new URL(request.url).pathname === "/_frsh/alive"
          ? announce(build.id)
          : handler(request, info),
    );
  }

  async #project(mode: Build["mode"]): Promise<Project> {
    const options = { staticDir: "static", ...PATHS, ...this.#options };
    const { ignore = [/[._]test\.[jt]sx?$/], target = TARGET } = options;
    const root = toPath(Deno.cwd(), options.root);
    const id = crypto.randomUUID().replaceAll("-", "");
    const islandDir = toPath(root, options.islandDir);
    const islands = await findIslands(islandDir, ignore);
    const runtime = fileURLToPath(import.meta.resolve("./client.ts"));
    const scripts = await bundle({
      ...{ root, mode, target, buildId: id },
      entryPoints: Object.fromEntries([...islands, ["fresh-runtime", runtime]]),
    });
    return {
      ...{ id, root, mode, islands },
      outDir: toPath(root, options.outDir),
      serverEntry: toPath(root, options.serverEntry),
      routes: await findRoutes(toPath(root, options.routeDir), ignore),
      staticDirs: [options.staticDir].flat().map((dir) => toPath(root, dir)),
      scripts: new Map(
        scripts.map(([file, content]) => [scriptURL(id, file), content]),
      ),
    };
  }
}

type Project = Omit<Build, "islands" | "routes"> & {
  islands: [name: string, path: string][];
  routes: [id: string, path: string][];
  outDir: string;
  serverEntry: string;
};

async function load(project: Project): Promise<Build> {
  const load = (path: string) => import(pathToFileURL(path).href);
  const routes = project.routes.map(async ([id, path]): Promise<FileRoute> => [
    id,
    isSpecial(id) ? await load(path) : () => load(path),
  ]);
  const islands = project.islands.map(
    async ([name, path]) => [name, await load(path)] as [string, object],
  );
  return {
    ...project,
    routes: await Promise.all(routes),
    islands: registerIslands(project.id, await Promise.all(islands)),
  };
}

/** All imports are literal, so that serving needs no permission but to read. */
async function write(project: Project): Promise<void> {
  const { outDir } = project;
  const staticDir = join(outDir, "static");
  await Deno.mkdir(staticDir, { recursive: true });
  await Deno.remove(staticDir, { recursive: true });
  for (const [pathname, content] of project.scripts) {
    const path = join(staticDir, pathname);
    await Deno.mkdir(dirname(path), { recursive: true });
    await Deno.writeFile(path, content);
  }
  const from = (path: string) => {
    const names = relative(outDir, path).replaceAll("\\", "/").split("/");
    return JSON.stringify("./" + names.map(encodeURIComponent).join("/"));
  };
  const imports: string[] = [];
  const imported = (path: string) =>
    `m${
      imports.push(`import * as m${imports.length} from ${from(path)};`) - 1
    }`;
  const islands = project.islands.map(([name, path]) =>
    `  ["${name}", ${imported(path)}],\n`
  );
  const routes = project.routes.map(([id, path]) => {
    const module = isSpecial(id)
      ? imported(path)
      : `() => import(${from(path)})`;
    return `  [${JSON.stringify(id)}, ${module}],\n`;
  });
  const files = {
    "snapshot.js": `${imports.join("\n")}
export const buildId = "${project.id}";
export const root = ${from(project.root)};
export const staticDirs = [${[staticDir, ...project.staticDirs].map(from)}];
export const islands = [\n${islands.join("")}];
export const routes = [\n${routes.join("")}];
`,
    "server.js": `import { serve } from "fresh/internal";
import { app } from ${from(project.serverEntry)};
import * as snapshot from "./snapshot.js";
export default { fetch: serve(app, snapshot, import.meta.url) };
`,
  };
  for (const [name, text] of Object.entries(files)) {
    const path = join(outDir, name);
    await Deno.writeTextFile(path, `// Generated by the build.\n${text}`);
  }
}

function toPath(root: string, path: string): string {
  return path.startsWith("file:") ? fileURLToPath(path) : resolve(root, path);
}

/** Tells pages which start of the server this is, and stays open. */
function announce(id: string): Response {
  const body = new ReadableStream<Uint8Array>({
    start: (to) => to.enqueue(new TextEncoder().encode(`data: ${id}\n\n`)),
  });
  return new Response(body, {
    headers: { "Content-Type": "text/event-stream" },
  });
}
