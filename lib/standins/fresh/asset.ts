// Locked URLs: a path that carries the build's id may be cached for a year.
import type { VNode } from "preact";

// The bundler puts the id in the place of this name; on the server it is absent.
declare const FRESH_BUILD_ID: string | undefined;

/** The search parameter that carries the build's id. */
export const CACHE_KEY = "__frsh_c";

let buildId = typeof FRESH_BUILD_ID === "string" ? FRESH_BUILD_ID : "none";

/** The id of the build being served. */
export function currentBuildId(): string {
  return buildId;
}

/** Called when a build is attached to an app: the process serves one build. */
export function setBuildId(id: string): void {
  buildId = id;
}

/**
 * Locks an absolute path of this site (`/styles.css`) to the current build, so
 * that `staticFiles()` may let browsers keep it for a year. Other URLs are
 * returned as they are.
 */
export function asset(path: string): string {
  if (!path.startsWith("/") || path.startsWith("//")) return path;
  const url = new URL(path, "http://asset.invalid");
  if (url.searchParams.has(CACHE_KEY)) return path;
  url.searchParams.set(CACHE_KEY, buildId);
  return url.pathname + url.search + url.hash;
}

/** Locks the `src` of images, as pages and islands render them. */
export function lockImage(vnode: VNode): void {
  if (vnode.type !== "img" && vnode.type !== "source") return;
  const props = vnode.props as { src?: unknown };
  if (typeof props.src === "string") props.src = asset(props.src);
}
