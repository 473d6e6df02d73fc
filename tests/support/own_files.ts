// Files that a person attaches and sends, and what the device has of them.
import type { Locator, Page } from "playwright-core";

type Given = { name: string; bytes: number[]; type?: string };

/** Pastes or drops files, as a browser does it. */
export const give = (
  page: Page,
  how: "paste" | "drop",
  files: Given[],
  text = "",
) =>
  page.evaluate(([how, files, text]) => {
    const data = new DataTransfer();
    for (const { name, bytes, type } of files) {
      data.items.add(new File([new Uint8Array(bytes)], name, { type }));
    }
    if (text) data.setData("text/plain", text);
    const options = { bubbles: true, cancelable: true };
    const event = how === "paste"
      ? new ClipboardEvent("paste", { ...options, clipboardData: data })
      : new DragEvent("drop", { ...options, dataTransfer: data });
    (document.activeElement ?? document.body).dispatchEvent(event);
    return event.defaultPrevented;
  }, [how, files, text] as const);

export const bytesOf = (text: string) => [...new TextEncoder().encode(text)];
export const attached = (page: Page): Locator =>
  page.getByRole("list", { name: "Files to send" }).getByRole("listitem");

/** Waits until the device has so many entries in a store of a database. */
export const areStored = (
  page: Page,
  database: string,
  store: string,
  n: number,
): Promise<unknown> =>
  page.evaluate(async ([database, store, n]) => {
    const count = () =>
      new Promise<number>((resolve, reject) => {
        const opening = indexedDB.open(database);
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const db = opening.result;
          const counting = db.transaction(store).objectStore(store).count();
          counting.onsuccess = () => {
            db.close();
            resolve(counting.result);
          };
        };
      });
    const isThere = async () =>
      (await indexedDB.databases()).some(({ name }) => name === database);
    while (!await isThere() || await count() !== n) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }, [database, store, n] as const);
