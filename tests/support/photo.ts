// A photo, made in a page, and how a person chooses it as their own picture.
import { Buffer } from "node:buffer";
import type { Locator, Page } from "playwright-core";
import { jpeg } from "./pictures.ts";

/** A photo of three stripes, red, green and blue from top to bottom once it is turned as its Exif says. */
export async function photo(page: Page): Promise<Buffer> {
  const base64 = await page.evaluate(() => {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [900, 600];
    const context = canvas.getContext("2d")!;
    for (const [i, colour] of ["#f00", "#0f0", "#00f"].entries()) {
      context.fillStyle = colour;
      context.fillRect(300 * i, 0, 300, 600);
    }
    return canvas.toDataURL("image/jpeg").split(",")[1];
  });
  const exif = jpeg(1, 1, 6).slice(20, 56); // a quarter to the right
  const plain = Buffer.from(base64, "base64");
  return Buffer.concat([plain.subarray(0, 2), exif, plain.subarray(2)]);
}

export const pictureChooser = (page: Page): Locator =>
  page.getByLabel("Choose a picture");

/** Chooses a file, in the settings. */
export async function choosePicture(
  page: Page,
  name: string,
  buffer: Uint8Array,
): Promise<void> {
  await pictureChooser(page).and(page.locator(":enabled")).waitFor();
  await pictureChooser(page).setInputFiles({
    name,
    mimeType: "image/jpeg",
    buffer: Buffer.from(buffer),
  });
}
