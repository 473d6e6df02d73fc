// Makes a person's own picture of a file: a small square of pixels and nothing else, which is uploaded.
import "../shared/shared_chunk.ts";
import {
  AVATAR_PIXELS,
  HEAD_BYTES,
  MAX_AVATAR_BYTES,
  typeOf,
} from "../../../lib/chat/file_type.ts";
import { deviceStrings } from "../../../lib/chat/strings/device.ts";
import { askServer, ServerRefusal } from "../shared/ask_server.ts";

const words = deviceStrings.avatar;

/** A larger file is not read, in bytes: photos have 20 MB at the most, or so. */
const MAX_SOURCE_BYTES = 50_000_000;
/** Of JPEG, the best first: at the last one even noise is small enough. */
const QUALITIES = [0.9, 0.75, 0.5, 0.2];

/** Undefined when it is done, else a sentence that says why it is not. */
export async function uploadAvatar(file: File): Promise<string | undefined> {
  if (file.size > MAX_SOURCE_BYTES) return words.tooLarge;
  const head = await file.slice(0, HEAD_BYTES).arrayBuffer()
    .catch(() => undefined); // a folder, or it is gone
  if (!head) return words.unreadable;
  // Before it is decoded: a picture of many pixels takes four bytes for each.
  if (!typeOf(new Uint8Array(head)).width) return words.noPicture;
  const bitmap = await createImageBitmap(file).catch(() => undefined);
  if (!bitmap) return words.broken;
  try {
    await askServer("PUT", "/api/avatar", await squareOf(bitmap));
  } catch (error) {
    if (error instanceof ServerRefusal) return error.message;
    throw error;
  } finally {
    bitmap.close();
  }
}

/** The square in the middle of a picture, as a JPEG, which all browsers can write. */
async function squareOf(bitmap: ImageBitmap): Promise<Blob> {
  const { width, height } = bitmap;
  const side = Math.min(width, height);
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = AVATAR_PIXELS;
  const context = canvas.getContext("2d")!;
  context.imageSmoothingQuality = "high";
  context.fillStyle = "#fff"; // behind what is transparent
  context.fillRect(0, 0, AVATAR_PIXELS, AVATAR_PIXELS);
  const [x, y] = [(width - side) / 2, (height - side) / 2];
  context.drawImage(
    bitmap,
    ...[x, y, side, side] as const,
    ...[0, 0, AVATAR_PIXELS, AVATAR_PIXELS] as const,
  );
  for (const quality of QUALITIES) {
    const jpeg = await new Promise<Blob | null>((resolve) =>
      canvas.toBlob(resolve, "image/jpeg", quality)
    );
    if (jpeg && jpeg.size <= MAX_AVATAR_BYTES) return jpeg;
  }
  throw new Error("The browser made no JPEG that is small enough");
}
