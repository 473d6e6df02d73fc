// Finds out by its content which picture a file is, and how large; what browsers don't show is just a file.
import { GIF } from "image-size/types/gif";
import { HEIF } from "image-size/types/heif";
import type { IImage } from "image-size/types/interface";
import { JPG } from "image-size/types/jpg";
import { PNG } from "image-size/types/png";
import { WEBP } from "image-size/types/webp";
import type { FileFacts } from "./schema.ts";

/** How much of the beginning of a file is looked at, in bytes: the size of a JPEG stands behind its colour profile and thumbnail. */
export const HEAD_BYTES = 256 * 1024;
/** Of an AVIF, whose parts are gone through once for each size that it says to have: so it takes 15 ms at the most. */
const AVIF_HEAD_BYTES = 32 * 1024;
/** A picture with more is a file, in pixels: to show it takes four bytes each. */
const MAX_PIXELS = 64_000_000;

const PICTURES: { type: string; image: IImage; most?: number }[] = [
  { type: "image/png", image: PNG },
  { type: "image/jpeg", image: JPG },
  { type: "image/gif", image: GIF },
  { type: "image/webp", image: WEBP },
  { type: "image/avif", image: HEIF, most: AVIF_HEAD_BYTES },
];

/** A person's own picture is a square of so many pixels: three of them for one of the page. */
export const AVATAR_PIXELS = 128;
/** Of a person's own picture. */
export const MAX_AVATAR_BYTES = 16 * 1024;

/** The types that are shown in a page. SVG is none of them: it can hold scripts. */
export const SHOWN_TYPES: ReadonlySet<string> = new Set(
  PICTURES.map(({ type }) => type),
);

const NO_PICTURE = { type: "application/octet-stream" };

/** What a file is by its beginning; a picture that is broken or too large is `application/octet-stream`. */
export function typeOf(
  head: Uint8Array,
): Pick<FileFacts, "type" | "width" | "height"> {
  for (const { type, image, most } of PICTURES) {
    // A copy, as what reads it would see what stands behind a view.
    const size = sizeOf(image, head.slice(0, most));
    if (size) return { type, ...size };
  }
  return NO_PICTURE;
}

/** Pixels as the picture is shown; undefined when it is none of this type. */
function sizeOf(
  image: IImage,
  head: Uint8Array,
): { width: number; height: number } | undefined {
  try {
    if (!image.validate(head)) return undefined;
    const { type = "avif", images, orientation = 1, ...first } = image
      .calculate(head);
    if (type !== "avif") return undefined; // HEIC
    // The largest: others are thumbnails, and parts of it.
    const { width, height } = (images ?? [first])
      .reduce((a, b) => a.width * a.height < b.width * b.height ? b : a);
    const isFine = width >= 1 && height >= 1 && width * height <= MAX_PIXELS;
    if (!isFine) return undefined;
    const isTurned = orientation >= 5; // by Exif: a quarter, either way
    return isTurned ? { width: height, height: width } : { width, height };
  } catch (error) {
    // So a broken one is told, by errors of these kinds alone.
    const isBroken = error instanceof TypeError || error instanceof RangeError;
    if (isBroken) return undefined;
    throw error;
  }
}
