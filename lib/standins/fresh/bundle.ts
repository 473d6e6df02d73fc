// Bundles islands for the browser with esbuild, which resolves as Deno does.
import * as esbuild from "esbuild";
import { fileURLToPath } from "node:url";

/** How to write source maps; see https://esbuild.github.io/api/#source-maps */
export interface SourceMapOptions {
  kind?: esbuild.BuildOptions["sourcemap"];
  sourceRoot?: string;
  sourcesContent?: boolean;
}

/** What to bundle. */
export interface BundleOptions {
  root: string;
  buildId: string;
  target: string | string[];
  development: boolean;
  sourceMap: SourceMapOptions;
  /** Scripts by name, with the paths of their modules. */
  entryPoints: Record<string, string>;
}

/** The bundled files by name; modules that several share are chunks of their own. */
export async function bundle(
  options: BundleOptions,
): Promise<[name: string, content: Uint8Array<ArrayBuffer>][]> {
  const { development, sourceMap } = options;
  const result = await esbuild.build({
    absWorkingDir: options.root,
    entryPoints: options.entryPoints,
    outdir: "/",
    write: false,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "browser",
    target: options.target,
    minify: !development,
    sourcemap: development ? "linked" : sourceMap.kind,
    sourceRoot: sourceMap.sourceRoot,
    sourcesContent: sourceMap.sourcesContent,
    jsx: "automatic",
    jsxImportSource: "preact",
    define: {
      FRESH_BUILD_ID: JSON.stringify(options.buildId),
      "process.env.NODE_ENV": development ? '"development"' : '"production"',
    },
    logLevel: "warning",
    plugins: [resolveAsDeno],
  });
  // Its process would outlive the build.
  await esbuild.stop();
  return result.outputFiles.map(({ path, contents }) => [
    path.slice(1),
    new Uint8Array(contents),
  ]);
}

/**
 * Bare specifiers go through the import map and the links of `deno.json`;
 * packages in `node_modules` are left to esbuild, which knows the conditions
 * for browsers. Both ways to one package would put it into the bundle twice.
 */
const resolveAsDeno: esbuild.Plugin = {
  name: "resolve-as-deno",
  setup(build) {
    build.onResolve({ filter: /^[^./]/ }, async (args) => {
      const inPackage = args.importer.includes("/node_modules/");
      if (args.kind === "entry-point" || args.pluginData || inPackage) return;
      const path = denoPath(args.path);
      if (path && !path.includes("/node_modules/")) return { path };
      const name = args.path.replace(
        /^npm:\/?((?:@[^/]+\/)?[^@/]+)(@[^/]+)?/,
        "$1",
      );
      const { kind, importer, resolveDir } = args;
      const found = await build.resolve(name, {
        ...{ kind, importer, resolveDir, pluginData: true },
      });
      // A package that only the stand-in imports is not at the project's top.
      return found.errors.length > 0 && path ? { path } : found;
    });
  },
};

function denoPath(specifier: string): string | undefined {
  try {
    return fileURLToPath(import.meta.resolve(specifier));
  } catch {
    return undefined;
  }
}
