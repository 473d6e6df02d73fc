// A server that does not answer some requests of a page.
import type { BrowserContext, Page } from "playwright-core";

export const PUSHES = /\/api\/replicache\/push\?/;
export const PULLS = /\/api\/replicache\/pull\?/;

/**
 * Breaks off the requests for these addresses, until the function is called
 * that it gives back. Not by `unroute`: a request that is under way then may
 * never be answered.
 */
export async function cutOff(
  page: Page | BrowserContext,
  url: RegExp,
): Promise<() => void> {
  let mended = false;
  await page.route(url, (route) => mended ? route.continue() : route.abort());
  return () => mended = true;
}
