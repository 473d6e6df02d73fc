// Builds the islands: `dev.ts build` for `main.ts` to serve, plain `dev.ts` to serve and reload on change.
import { Builder } from "fresh/dev";
import { build } from "./fresh.config.ts";
import { readSettings } from "./lib/web/settings.ts";

const builder = new Builder(build);

if (Deno.args.includes("build")) {
  await builder.build();
} else {
  const { port, host } = readSettings(
    (name) => Deno.env.get(name),
    Deno.build.os,
  );
  await builder.listen(() => import("./main.ts"), { port, hostname: host });
}
