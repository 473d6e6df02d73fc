// Builds islands and styles: `dev.ts build` for `main.ts` to serve, plain `dev.ts` to serve and reload on change.
import * as esbuild from "esbuild";
import { Builder } from "fresh/dev";
import { build, BUILT, COMPRESSED } from "./fresh.config.ts";
import { precompress } from "./lib/web/http/precompressed.ts";
import { readSettings } from "./lib/web/settings.ts";

const builder = new Builder(build);
const here = (path: string) => new URL(path, import.meta.url);

builder.onTransformStaticFile(
  {
    pluginName: "minify",
    filter: /(styles[\\/]all\.css|static[\\/]theme\.js)$/,
  },
  async ({ path }) => {
    const { outputFiles: [{ text }] } = await esbuild.build({
      entryPoints: [path],
      bundle: true,
      write: false,
      minify: true,
      loader: { ".svg": "dataurl" },
    });
    return { content: text };
  },
);

if (Deno.args.includes("build")) {
  await builder.build();
  await precompress(
    ["static/", BUILT].map(here),
    here(COMPRESSED),
  );
} else {
  const { port, host } = readSettings(
    (name) => Deno.env.get(name),
    Deno.build.os,
  );
  await builder.listen(() => import("./main.ts"), { port, hostname: host });
}
