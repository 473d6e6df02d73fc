// Breaks off some requests of a page, or answers them in the place of the server.
import type { BrowserContext, Page, Route } from "playwright-core";

export const PUSHES = /\/api\/replicache\/push\?/;
export const PULLS = /\/api\/replicache\/pull\?/;

/**
 * Breaks off the requests for these addresses, or answers them otherwise, until
 * the function is called that it gives back. Not by `unroute`: a request that
 * is under way then may never be answered.
 */
export async function failRequests(
  page: Page | BrowserContext,
  url: RegExp,
  answer = (route: Route) => route.abort(),
): Promise<() => void> {
  let mended = false;
  await page.route(url, (route) => mended ? route.continue() : answer(route));
  return () => mended = true;
}
