// What the service worker keeps of the app's pages, as a page of the same site sees it.
import type { Page } from "playwright-core";

/** Waits until the device keeps a page, with this text in it. */
export async function isKept(page: Page, path: string, text = "") {
  await until(page, async () => (await keptText(page, path))?.includes(text));
  await onDisk(page);
}

/** Replicache brings a copy to the disk within a second or so, and tells nobody when. */
export const onDisk = (page: Page): Promise<void> =>
  page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 2_000)));

/** Waits until the device keeps a page no longer. */
export const isForgotten = (page: Page, path: string): Promise<void> =>
  until(page, async () => await keptText(page, path) === undefined);

/** The paths of the pages that are kept, in order of the alphabet. */
export const keptPages = (page: Page): Promise<string[]> =>
  page.evaluate(async () =>
    (await (await caches.open("pages-1")).keys())
      .map(({ url }) => new URL(url).pathname).sort()
  );

const keptText = (page: Page, path: string) =>
  page.evaluate(async (path) => {
    const kept = await caches.match(path, { cacheName: "pages-1" });
    return await kept?.text();
  }, path);

/** Longer than keeping a page takes, even on a busy machine. In milliseconds. */
const PATIENCE = 20_000;

async function until(page: Page, isSo: () => Promise<boolean | undefined>) {
  const end = Date.now() + PATIENCE;
  while (!await isSo()) {
    if (Date.now() > end) {
      throw new Error(`Kept are ${await keptPages(page)}`);
    }
    await page.evaluate(() => new Promise(requestAnimationFrame));
  }
}
