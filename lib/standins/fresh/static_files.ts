// Serves the files of `static/` and the built scripts.
import { CACHE_KEY } from "./asset.ts";
import type { Build } from "./build.ts";
import { innerOf } from "./context.ts";
import type { Middleware } from "./handlers.ts";
import { encodePath, findStaticFiles } from "./project.ts";

const FOREVER = "public, max-age=31536000, immutable";
const NEVER = "no-cache, no-store, max-age=0, must-revalidate";
// deno-fmt-ignore
const TYPES: Record<string, string> = {
  avif: "image/avif", gif: "image/gif", ico: "image/vnd.microsoft.icon",
  jpg: "image/jpeg", png: "image/png", svg: "image/svg+xml", webp: "image/webp",
  css: "text/css; charset=UTF-8", js: "text/javascript; charset=UTF-8",
  html: "text/html; charset=UTF-8", txt: "text/plain; charset=UTF-8",
  json: "application/json; charset=UTF-8", xml: "text/xml; charset=UTF-8",
  map: "application/json; charset=UTF-8", mp3: "audio/mpeg",
  webmanifest: "application/manifest+json", woff2: "font/woff2",
};

/** Answers GET and HEAD of a static file, passes all else on. */
export function staticFiles<State>(): Middleware<State> {
  return async (ctx) => {
    const { req, url } = ctx;
    const { build } = innerOf(ctx);
    const pathname = canonical(url.pathname);
    const file = await findFile(build, pathname);
    if (file === undefined) {
      if (pathname !== "/favicon.ico") return await ctx.next();
      // Browsers ask for it unbidden: don't render a page for them.
      return new Response(null, { status: 404 });
    }
    if (req.method !== "GET" && req.method !== "HEAD") {
      return ctx.text("Method Not Allowed", { status: 405 });
    }
    const key = url.searchParams.get(CACHE_KEY);
    if (key !== null && key !== build.id) {
      url.searchParams.delete(CACHE_KEY);
      return ctx.redirect(url.pathname + url.search, 307);
    }
    const type = TYPES[pathname.slice(pathname.lastIndexOf(".") + 1)];
    const headers = new Headers({
      "Content-Type": type ?? "text/plain",
      "Vary": "If-None-Match",
    });
    const isScript = url.pathname.startsWith(`/_fresh/js/${build.id}/`);
    const isLocked = build.mode === "production" && (isScript || key !== null);
    if (build.mode === "production") {
      // Static files are part of the build: they change when it does.
      const etag = `W/"${build.id}"`;
      headers.set("ETag", etag);
      if (req.headers.get("If-None-Match") === etag) {
        return new Response(null, { status: 304, headers });
      }
    }
    headers.set("Cache-Control", isLocked ? FOREVER : NEVER);
    const { size, body } = await open(file, req.method === "HEAD");
    headers.set("Content-Length", String(size));
    return new Response(body, { headers });
  };
}

type Content = string | Uint8Array<ArrayBuffer>;
const found = new WeakMap<Build, Promise<Map<string, Content>>>();

/** A file's path or its content. In development files come and go. */
async function findFile(
  build: Build,
  pathname: string,
): Promise<Content | undefined> {
  const files = found.get(build) ?? findStaticFiles(build.staticDirs);
  if (build.mode === "production") found.set(build, files);
  return build.scripts.get(pathname) ?? (await files).get(pathname);
}

async function open(file: Content, isHead: boolean) {
  if (typeof file !== "string") return { size: file.length, body: file };
  const { size } = await Deno.stat(file);
  return { size, body: isHead ? null : (await Deno.open(file)).readable };
}

function canonical(pathname: string): string {
  try {
    return encodePath(decodeURIComponent(pathname));
  } catch {
    // Malformed: no file has such a name.
    return "";
  }
}
