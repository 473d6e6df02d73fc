// A folder of texts, wherever it is: in a ZIP file, on a disk, or chosen in a browser.
import { Refusal } from "../refusal.ts";

export interface Folder {
  /** Of all files in it, with slashes between their parts. */
  readonly paths: readonly string[];
  /** The text of a file of these. Throws a `too-large` refusal, and a `bad-args` one where it can't be read. */
  read(path: string): Promise<string>;
}

/** Bytes that can be read from anywhere, as a `Blob`'s or a file's. */
export interface Bytes {
  readonly size: number;
  slice(start: number, end: number): Promise<Uint8Array<ArrayBuffer>>;
}

/** Of one file of a folder: a channel's day has some hundred kB. */
export const MAX_FILE_BYTES = 32 * 1024 * 1024;
/** Of a folder: 200 channels for two and a half years. */
export const MAX_FILES = 200_000;

export const tooLarge = (path: string): Refusal =>
  new Refusal("too-large", `${path} is too large.`);

export const tooMany = (): Refusal =>
  new Refusal("too-large", `There are more than ${MAX_FILES} files in it.`);
