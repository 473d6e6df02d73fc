// Counts what a page receives, as Chromium has it from the network: compressed, with headers.
import type { Page } from "playwright-core";

/** An answer that has been received whole. */
export type Received = { name: string; /** In bytes. */ size: number };

/**
 * Watches a page, from before it is opened; the answer tells what it has
 * received so far. What its service worker fetches for itself is not in it.
 */
export async function watchWire(page: Page): Promise<() => Received[]> {
  const network = await page.context().newCDPSession(page);
  const names = new Map<string, string>();
  const received: Received[] = [];
  network.on("Network.requestWillBeSent", ({ requestId, request }) => {
    names.set(requestId, new URL(request.url).pathname.split("/").at(-1)!);
  });
  network.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    received.push({ name: names.get(requestId)!, size: encodedDataLength });
  });
  await network.send("Network.enable");
  return () => [...received];
}
