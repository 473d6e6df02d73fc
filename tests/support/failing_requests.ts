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

/**
 * Breaks off the pushes of a page that may be left meanwhile, until the function
 * is called that it gives back. A route pauses a request first, and the browser
 * lets one that is paused go on to the server when its page is left.
 */
export async function blockPushes(page: Page): Promise<() => Promise<void>> {
  const devTools = await page.context().newCDPSession(page);
  await devTools.send("Network.enable");
  const block = async (urls: string[]) =>
    void await devTools.send("Network.setBlockedURLs", { urls });
  await block(["*/api/replicache/push?*"]);
  return () => block([]);
}

/**
 * Gives a page its network back, and waits until its service worker has it,
 * too: that is a process of its own, and until then answers a navigation as it
 * does offline.
 */
export async function goOnline(page: Page): Promise<void> {
  await page.context().setOffline(false);
  await page.waitForFunction(() =>
    // A file of no build: the service worker answers it from the network.
    fetch("/icon.svg?__frsh_c=none").then(() => true, () => false)
  );
}
