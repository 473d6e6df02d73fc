// How Fresh is set up: what the app is told, and how it is built.
import type { FreshConfig } from "fresh";

/** For `main.ts`. Behind a proxy that ends TLS, its headers say what the address is. */
export const config = {
  trustProxy: Deno.env.get("TRUST_PROXY") === "1",
} satisfies FreshConfig;

/** Where a build puts scripts and styles, and the same compressed, seen from here. */
export const BUILT = "_fresh/static/";
export const COMPRESSED = "_fresh/brotli/";

/** For `dev.ts`: browsers with Web Locks, popovers and `content-visibility`. */
export const build = {
  // All of them know it. Told their names, esbuild doubts their `\p{…}`, and
  // its way around that keeps expressions in that are never used.
  target: "es2022",
  // What islands are made of is bundled with them, and is none itself.
  ignore: [/islands[\\/]parts[\\/]/],
};
