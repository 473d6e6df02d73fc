// Bundles islands for the browser with esbuild, which resolves as Deno does.
import * as esbuild from "esbuild";
import { fileURLToPath } from "node:url";

/** Writes the scripts to `outdir`; what several share becomes a chunk of its own. */
export async function bundle(options: {
  mode: "development" | "production";
  id: string;
  target: string | string[];
  outdir: string;
  islands: [name: string, path: string][];
}): Promise<void> {
  const { mode, target, outdir } = options;
  const runtime = fileURLToPath(import.meta.resolve("./client.ts"));
  const scripts = [...options.islands, ["fresh-runtime", runtime]];
  await esbuild.build({
    entryPoints: Object.fromEntries(scripts),
    target,
    outdir,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "browser",
    minify: mode === "production",
    sourcemap: mode === "development" && "linked",
    jsx: "automatic",
    jsxImportSource: "preact",
    define: {
      FRESH_BUILD_ID: JSON.stringify(options.id),
      "process.env.NODE_ENV": JSON.stringify(mode),
    },
    plugins: [resolveAsDeno],
  });
  // Its process would outlive the build.
  await esbuild.stop();
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
