// What islands and pages share with the framework; safe in the browser.

// The bundler puts the id in the place of this name; on the server it is absent.
declare const FRESH_BUILD_ID: string | undefined;

/** True in a browser, false while the server renders. */
export const IS_BROWSER = typeof document !== "undefined";

/** The search parameter of a locked URL. Not for apps. */
export const CACHE_KEY = "__frsh_c";

let buildId = typeof FRESH_BUILD_ID === "string" ? FRESH_BUILD_ID : "none";

/** Says which build this process serves. Not for apps. */
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
