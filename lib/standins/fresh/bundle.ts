// Bundles islands for the browser with esbuild, which resolves as Deno does.
import * as esbuild from "esbuild";
import { fileURLToPath } from "node:url";

/** The bundled files; what several scripts share becomes a chunk of its own. */
export async function bundle(options: {
  root: string;
  mode: "development" | "production";
  buildId: string;
  target: string | string[];
  /** Scripts by name, with the paths of their modules. */
  entryPoints: Record<string, string>;
}): Promise<[file: string, content: Uint8Array<ArrayBuffer>][]> {
  const { mode } = options;
  const { outputFiles } = await esbuild.build({
    absWorkingDir: options.root,
    entryPoints: options.entryPoints,
    outdir: "/",
    write: false,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "browser",
    target: options.target,
    minify: mode === "production",
    sourcemap: mode === "development" && "linked",
    jsx: "automatic",
    jsxImportSource: "preact",
    define: {
      FRESH_BUILD_ID: JSON.stringify(options.buildId),
      "process.env.NODE_ENV": JSON.stringify(mode),
    },
    plugins: [resolveAsDeno],
  });
  // Its process would outlive the build.
  await esbuild.stop();
  return outputFiles.map((
    file,
  ) => [file.path.slice(1), new Uint8Array(file.contents)]);
}

/**
 * Bare specifiers go through the import map and the links of `deno.json`.
 * Packages in `node_modules` are left to esbuild, which knows the conditions
 * for browsers: one package found in two ways would be bundled twice.
 */
const resolveAsDeno: esbuild.Plugin = {
  name: "resolve-as-deno",
  setup(build) {
    build.onResolve({ filter: /^[^./]/ }, async (args) => {
      const { kind, importer, resolveDir } = args;
      if (args.pluginData || importer.includes("/node_modules/")) return;
      const path = denoPath(args.path);
      if (path && !path.includes("/node_modules/")) return { path };
      const name = args.path.replace(/^npm:\/?(@?[^@]+)(@[^/]+)?/, "$1");
      const search = { kind, importer, resolveDir, pluginData: true };
      const found = await build.resolve(name, search);
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
