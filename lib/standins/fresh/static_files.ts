// Serves the files of `static/` and the built scripts.
import { CACHE_KEY } from "./asset.ts";
import { innerOf } from "./context.ts";
import type { Middleware } from "./handlers.ts";

const FOREVER = "public, max-age=31536000, immutable";
const NEVER = "no-cache, no-store, max-age=0, must-revalidate";

/** Answers GET and HEAD of a static file, passes all else on. */
export function staticFiles<State>(): Middleware<State> {
  return async (ctx) => {
    const { req, url } = ctx;
    const { build } = innerOf(ctx);
    const pathname = canonical(url.pathname);
    const file = pathname && await build.readFile(pathname);
    if (!file) {
      // Browsers ask for it unbidden: don't render a page for them.
      if (pathname === "/favicon.ico") {
        return new Response(null, { status: 404 });
      }
      return await ctx.next();
    }
    const without = (status: number, headers?: HeadersInit) => {
      file.close();
      return new Response(null, { status, headers });
    };
    if (req.method !== "GET" && req.method !== "HEAD") return without(405);

    const key = url.searchParams.get(CACHE_KEY);
    if (key !== null && key !== build.id) {
      url.searchParams.delete(CACHE_KEY);
      return without(307, { location: url.pathname + url.search });
    }
    const headers = new Headers({
      "Content-Type": file.type,
      "Vary": "If-None-Match",
    });
    const development = build.mode === "development";
    if (file.hash && !development) {
      const etag = `W/"${file.hash}"`;
      const known = req.headers.get("If-None-Match");
      if (known === etag || known === file.hash) return without(304, headers);
      headers.set("ETag", etag);
    }
    const locked = key !== null ||
      url.pathname.startsWith(`/_fresh/js/${build.id}/`);
    headers.set("Cache-Control", locked && !development ? FOREVER : NEVER);
    headers.set("Content-Length", String(file.size));
    if (req.method === "HEAD") return without(200, headers);
    return new Response(file.body, { headers });
  };
}

/** A path with each segment encoded in one way; null where it is malformed. */
function canonical(pathname: string): string | null {
  try {
    return encodePath(decodeURIComponent(pathname));
  } catch {
    return null;
  }
}

/** The URL path of a file path. */
export function encodePath(path: string): string {
  const names = path.split("/").filter(Boolean);
  return "/" + names.map(encodeURIComponent).join("/");
}

const TYPES: Record<string, string> = {
  avif: "image/avif",
  css: "text/css; charset=UTF-8",
  gif: "image/gif",
  html: "text/html; charset=UTF-8",
  ico: "image/vnd.microsoft.icon",
  jpg: "image/jpeg",
  js: "text/javascript; charset=UTF-8",
  json: "application/json; charset=UTF-8",
  map: "application/json; charset=UTF-8",
  mp3: "audio/mpeg",
  png: "image/png",
  svg: "image/svg+xml",
  txt: "text/plain; charset=UTF-8",
  webmanifest: "application/manifest+json",
  webp: "image/webp",
  woff2: "font/woff2",
  xml: "text/xml; charset=UTF-8",
};

/** The media type of a file by its extension. */
export function contentType(path: string): string {
  const extension = path.slice(path.lastIndexOf(".") + 1).toLowerCase();
  return TYPES[extension] ?? "text/plain";
}
