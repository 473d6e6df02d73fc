// Files that a person attaches and sends, and what the device has of them.
import type { Locator, Page } from "playwright-core";

/** Draws a JPEG in the page, with an Exif that says where it was taken. */
export const photo = (
  page: Page,
  width: number,
  height: number,
): Promise<number[]> =>
  page.evaluate(async ([width, height]) => {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [width, height];
    const context = canvas.getContext("2d")!;
    context.fillStyle = "teal";
    context.fillRect(0, 0, width, height);
    context.fillStyle = "gold";
    context.fillRect(width / 4, height / 4, width / 2, height / 2);
    const blob = await new Promise<Blob | null>((resolve) =>
      canvas.toBlob(resolve, "image/jpeg")
    );
    const bytes = [...new Uint8Array(await blob!.arrayBuffer())];
    const secret = [..."Exif\0\0MM52.5163N"].map((c) => c.charCodeAt(0));
    const exif = [0xff, 0xe1, 0, secret.length + 2, ...secret];
    return [...bytes.slice(0, 2), ...exif, ...bytes.slice(2)];
  }, [width, height]);

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
