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
    const found = build.files.get(canonical(url.pathname));
    if (!found && url.pathname === "/favicon.ico") {
      return new Response(null, { status: 404 }); // browsers ask for it unasked
    }
    if (!found) return await ctx.next();
    const [file, hash] = found;
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
      "Vary": "If-None-Match",
    });
    let isKept = false;
    if (build.mode === "production") {
      const etag = `W/"${hash}"`;
      const known = req.headers.get("If-None-Match");
      if (known === etag || known === hash) {
        return new Response(null, { status: 304, headers });
      }
      headers.set("ETag", etag);
      isKept = key !== null || url.pathname.startsWith("/_fresh/js/");
    }
    headers.set("Cache-Control", isKept ? FOREVER : NEVER);
    const { size } = await Deno.stat(file);
    headers.set("Content-Length", String(size));
    const isHead = req.method === "HEAD";
    const body = isHead ? null : (await Deno.open(file)).readable;
    return new Response(body, { headers });
  };
}

/** One spelling for all of a path: `/a,b` and `/a%2Cb` are the same file. */
function canonical(path: string): string {
  if (/^(\/[\w.-]+)+$/.test(path)) return path;
  try {
    const parts = decodeURIComponent(path).split("/").filter(Boolean);
    return "/" + parts.map(encodeURIComponent).join("/");
  } catch {
    return ""; // no file's: it cannot be decoded
  }
}
