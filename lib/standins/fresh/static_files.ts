// Serves the files of `static/` and the built scripts.
import { build } from "./build.ts";
import type { Middleware } from "./handlers.ts";
import { CACHE_KEY } from "./runtime.ts";

const FOREVER = "public, max-age=31536000, immutable";
const NEVER = "no-cache, no-store, max-age=0, must-revalidate";
// deno-fmt-ignore
const TYPES: Record<string, string> = {
  css: "text/css; charset=UTF-8", js: "text/javascript; charset=UTF-8",
  json: "application/json; charset=UTF-8", txt: "text/plain; charset=UTF-8",
  png: "image/png", svg: "image/svg+xml",
  webmanifest: "application/manifest+json", woff2: "font/woff2",
};

/** Answers GET and HEAD of a static file, passes all else on. */
export function staticFiles<State>(): Middleware<State> {
  return async (ctx) => {
    const { req, url } = ctx;
    const file = build.files.get(url.pathname);
    if (!file) return await ctx.next();
    if (req.method !== "GET" && req.method !== "HEAD") {
      return new Response("Method Not Allowed", { status: 405 });
    }
    const key = url.searchParams.get(CACHE_KEY);
    if (key !== null && key !== build.id) {
      url.searchParams.delete(CACHE_KEY);
      return ctx.redirect(url.pathname + url.search, 307);
    }
    const extension = file.pathname.replace(/.*\./, "");
    const headers = new Headers({
      "Content-Type": TYPES[extension] ?? "text/plain",
      "Cache-Control": NEVER,
      "Vary": "If-None-Match",
    });
    if (build.mode === "production") {
      // Static files are part of the build: they change when it does.
      const etag = `W/"${build.id}"`;
      headers.set("ETag", etag);
      if (req.headers.get("If-None-Match") === etag) {
        return new Response(null, { status: 304, headers });
      }
      const isScript = url.pathname.startsWith("/_fresh/js/");
      if (isScript || key !== null) headers.set("Cache-Control", FOREVER);
    }
    const { size } = await Deno.stat(file);
    headers.set("Content-Length", String(size));
    const isHead = req.method === "HEAD";
    const body = isHead ? null : (await Deno.open(file)).readable;
    return new Response(body, { headers });
  };
}
