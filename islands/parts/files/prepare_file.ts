// What a file is to be sent as: a picture without its metadata, its size known, and small enough to be shown beside a text.
import { fileNameOf } from "../../../lib/chat/files.ts";
import { HEAD_BYTES, typeOf } from "../../../lib/chat/file_type.ts";
import type { FileFacts } from "../../../lib/chat/schema.ts";
import { displaySize } from "../shared/picture_size.ts";
import { isPicture, withoutMetadata } from "./metadata.ts";

export type PreparedFile = Omit<FileFacts, "id"> & {
  name: string;
  content: Blob;
  /** Of a picture that this browser can show. */
  thumbnail?: Blob;
};

/** No server takes more: a larger picture is not read, in bytes. */
const MAX_PICTURE = 100_000_000;
/** A picture of fewer bytes is its own thumbnail. */
const SMALL = 200_000;

/** Throws a `NotReadableError`, or `NotFoundError`, for what can't be read, as a folder. */
export async function prepareFile(file: File): Promise<PreparedFile> {
  const name = fileNameOf(file.name);
  const begin = await bytesOf(file.slice(0, 16));
  const parts = isPicture(begin) && file.size <= MAX_PICTURE
    ? withoutMetadata(await bytesOf(file))
    : undefined;
  // What is no picture is read only when it is stored: on the disk it may be gone by then.
  const content = new Blob(parts ?? [file]);
  const facts = typeOf(await bytesOf(content.slice(0, HEAD_BYTES)));
  const thumbnail = facts.width
    ? await thumbnailOf(content, facts as Required<typeof facts>)
    : undefined;
  return { name, size: content.size, ...facts, content, thumbnail };
}

const bytesOf = async (blob: Blob) => new Uint8Array(await blob.arrayBuffer());

/** Undefined for a picture that can't be shown, as it is broken further on. */
async function thumbnailOf(
  content: Blob,
  facts: { width: number; height: number; type: string },
): Promise<Blob | undefined> {
  const typed = new Blob([content], { type: facts.type });
  const url = URL.createObjectURL(typed);
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    if (content.size <= SMALL) return typed;
    const { width, height } = displaySize(facts);
    const canvas = document.createElement("canvas");
    // Screens have two pixels for one of the page, or so.
    canvas.width = Math.min(facts.width, 2 * width);
    canvas.height = Math.min(facts.height, 2 * height);
    canvas.getContext("2d")!
      .drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve) =>
      canvas.toBlob((blob) => resolve(blob ?? typed), "image/webp")
    );
  } catch (error) {
    console.warn(error); // an `EncodingError`: it is sent as it is
    return undefined;
  } finally {
    URL.revokeObjectURL(url);
  }
}
