// Reads what the service worker and the replicas have stored on a device, and waits for it.
import type { Page } from "playwright-core";

/** The page that is kept for all rooms. */
export const ROOMS = "/rooms";

/** Waits until the device keeps a page, with this text in it. */
export const pageIsCached = (
  page: Page,
  path: string,
  text = "",
): Promise<void> =>
  until(page, async () => (await cachedText(page, path))?.includes(text));

/**
 * Waits until a room can be opened without a network, and written in: its page
 * is kept, and a copy that has its reader's membership, and this text.
 */
export async function roomIsStored(page: Page, path: string, text = "") {
  await pageIsCached(page, ROOMS);
  await copyIsStored(page, `room:${path.split("/").pop()}`, text, "member/");
}

/** Waits until a copy of a space is on the disk, with this text in it, and an entry under `prefix` + its userID if one is named. */
export const copyIsStored = (
  page: Page,
  space: string,
  text: string,
  prefix?: string,
): Promise<void> =>
  until(page, async () => {
    const copies = await storedCopies(page, space);
    return copies.some(({ userID, entries }) =>
      entries.includes(text) &&
      (!prefix || entries.includes(`"${prefix}${userID}"`))
    );
  });

/** Waits until nothing of a space is on the disk. */
export const copyIsRemoved = (page: Page, space: string): Promise<void> =>
  until(
    page,
    async () =>
      (await storedCopies(page, space)).every(({ entries }) =>
        !entries.includes('"message/')
      ),
  );

/** Waits until the device keeps a page no longer. */
export const pageIsRemoved = (page: Page, path: string): Promise<void> =>
  until(page, async () => await cachedText(page, path) === undefined);

/** The paths of the pages that are kept, in order of the alphabet. */
export const cachedPages = (page: Page): Promise<string[]> =>
  page.evaluate(async () =>
    (await (await caches.open("pages-1")).keys())
      .map(({ url }) => new URL(url).pathname).sort()
  );

const cachedText = (page: Page, path: string) =>
  page.evaluate(async (path) => {
    const kept = await caches.match(path, { cacheName: "pages-1" });
    return await kept?.text();
  }, path);

/** What the disk holds of the copies of a space, as JSON: Replicache drops what no client's head leads to. */
const storedCopies = (page: Page, space: string) =>
  page.evaluate(async (space) => {
    const asked = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const copies = [];
    for (const { name = "" } of await indexedDB.databases()) {
      const [, userID] = name.match(/^rep:([^/]+)\/([^/]+)\/\d+:/) ?? [];
      if (name.split("/")[1] !== space) continue;
      const db = await asked(indexedDB.open(name));
      const isThere = db.objectStoreNames.contains("chunks");
      const chunks = isThere
        ? await asked(db.transaction("chunks").objectStore("chunks").getAll())
        : [];
      db.close();
      copies.push({ userID, entries: JSON.stringify(chunks) });
    }
    return copies;
  }, space);

/** In the page: the outbox is too busy to take anything, until the page is left or what is returned is called. */
export async function blockOutbox(page: Page): Promise<() => Promise<void>> {
  const isFree = await page.evaluateHandle(async () => {
    const opening = indexedDB.open("outbox");
    await new Promise((resolve) => opening.onsuccess = resolve);
    const store = opening.result.transaction("unsent", "readwrite")
      .objectStore("unsent");
    const is = { free: false };
    const goOn = () => {
      if (!is.free) store.count().onsuccess = goOn;
    };
    goOn();
    return is;
  });
  return () => isFree.evaluate((is) => void (is.free = true));
}

/** How long the disk is waited for, in milliseconds: as long as a page is, see `browser.ts`. */
const TIMEOUT = 60_000;

async function until(page: Page, isSo: () => Promise<boolean | undefined>) {
  const end = Date.now() + TIMEOUT;
  while (!await isSo()) {
    if (Date.now() > end) {
      throw new Error(`Kept are ${await cachedPages(page)}`);
    }
    await page.evaluate(() => new Promise(requestAnimationFrame));
  }
}

/** Has a page die, as it were, before it can forget that a message was on its way into the outbox. */
export const neverForgetSent = (page: Page): Promise<void> =>
  page.evaluate(() => {
    const { removeItem } = Storage.prototype;
    Storage.prototype.removeItem = function (key) {
      if (!key.includes("leaving/")) removeItem.call(this, key);
    };
  });
