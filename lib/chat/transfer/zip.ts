// Reads the files of a ZIP archive one by one, without unpacking it (PKWARE's APPNOTE.TXT, 4.3).
import { Refusal } from "../refusal.ts";
import {
  type Bytes,
  type Folder,
  MAX_FILE_BYTES,
  MAX_FILES,
  tooLarge,
  tooMany,
} from "./folder.ts";

type Entry = { offset: number; packed: number; method: number };

const STORED = 0;
const DEFLATED = 8;
const IS_ENCRYPTED = 1; // of the general purpose flags
/** The directory's end has 22 bytes, and a comment of up to 65,535. */
const END_BYTES = 22;
const MAX_COMMENT = 65_535;
/** Of the directory: as many files as there may be, with paths of 250 bytes. */
const MAX_DIRECTORY_BYTES = 64 * 1024 * 1024;

/** In their places what ZIP64 says counts. */
const IN_ZIP64 = 0xffff_ffff;
const COUNT_IN_ZIP64 = 0xffff;

const utf8 = new TextDecoder();

/**
 * Opens an archive: its directory alone is read. Sizes that it states are not
 * believed: a file is unpacked up to `MAX_FILE_BYTES`. Paths are names only,
 * nothing is written by them. Throws a refusal: `bad-args` for what is no
 * archive, `too-large`.
 */
export async function openZip(bytes: Bytes): Promise<Folder> {
  const { count, start, size } = await directoryOf(bytes);
  if (count > MAX_FILES) throw tooMany();
  if (size > MAX_DIRECTORY_BYTES) throw tooMany();
  const entries = entriesIn(await sliceOf(bytes, start, start + size), count);
  return {
    paths: [...entries.keys()],
    async read(path) {
      const entry = entries.get(path);
      if (!entry) throw broken();
      return await unpacked(bytes, path, entry);
    },
  };
}

/** What stands where an archive says it does: that may be any place up to 2^64, and readers of files throw for most. */
async function sliceOf(
  bytes: Bytes,
  start: number,
  end: number,
): Promise<Uint8Array<ArrayBuffer>> {
  if (end > bytes.size) throw broken();
  const found = await bytes.slice(start, end);
  if (found.length < end - start) throw broken(); // it has become shorter
  return found;
}

const view = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Where the directory is, by what stands at the archive's end. */
async function directoryOf(
  bytes: Bytes,
): Promise<{ count: number; start: number; size: number }> {
  const from = Math.max(0, bytes.size - END_BYTES - MAX_COMMENT);
  const tail = view(await bytes.slice(from, bytes.size));
  let at = tail.byteLength - END_BYTES;
  // A comment may look like the directory's end, but for its own length.
  const isEnd = () =>
    tail.getUint32(at, true) === 0x0605_4b50 &&
    at + END_BYTES + tail.getUint16(at + 20, true) === tail.byteLength;
  while (at >= 0 && !isEnd()) at--;
  if (at < 0) throw broken();
  const [count, size, start] = [
    tail.getUint16(at + 10, true),
    tail.getUint32(at + 12, true),
    tail.getUint32(at + 16, true),
  ];
  const isZip64 = count === COUNT_IN_ZIP64 || start === IN_ZIP64 ||
    size === IN_ZIP64;
  if (!isZip64) return { count, start, size };
  if (at < 20 || tail.getUint32(at - 20, true) !== 0x0706_4b50) throw broken();
  const place = Number(tail.getBigUint64(at - 12, true));
  const end = view(await sliceOf(bytes, place, place + 56));
  if (end.getUint32(0, true) !== 0x0606_4b50) throw broken();
  return {
    count: Number(end.getBigUint64(32, true)),
    size: Number(end.getBigUint64(40, true)),
    start: Number(end.getBigUint64(48, true)),
  };
}

function entriesIn(
  directory: Uint8Array<ArrayBuffer>,
  count: number,
): Map<string, Entry> {
  const entries = new Map<string, Entry>();
  const fields = view(directory);
  try {
    for (let at = 0; count > 0; count--) {
      if (fields.getUint32(at, true) !== 0x0201_4b50) throw broken();
      const flags = fields.getUint16(at + 8, true);
      const method = fields.getUint16(at + 10, true);
      const nameEnd = at + 46 + fields.getUint16(at + 28, true);
      const extraEnd = nameEnd + fields.getUint16(at + 30, true);
      const path = utf8.decode(directory.subarray(at + 46, nameEnd));
      const entry = {
        method,
        packed: fields.getUint32(at + 20, true),
        offset: fields.getUint32(at + 42, true),
      };
      if (entry.offset === IN_ZIP64 || entry.packed === IN_ZIP64) {
        const isLong = fields.getUint32(at + 24, true) === IN_ZIP64;
        readZip64(entry, isLong, fields, nameEnd, extraEnd);
      }
      const isFile = !path.endsWith("/") && (flags & IS_ENCRYPTED) === 0;
      if (isFile) entries.set(path, entry);
      at = extraEnd + fields.getUint16(at + 32, true);
    }
  } catch (error) {
    // A field beyond the directory's end.
    throw error instanceof RangeError ? broken() : error;
  }
  return entries;
}

/** What of an entry had no room in its fields: 64 bits each, in this order, in the extra field 1. */
function readZip64(
  entry: Entry,
  isLong: boolean,
  fields: DataView,
  from: number,
  end: number,
): void {
  for (let at = from; at + 4 <= end;) {
    const [id, size] = [
      fields.getUint16(at, true),
      fields.getUint16(at + 2, true),
    ];
    if (id === 1) {
      let next = at + 4 + (isLong ? 8 : 0);
      for (const field of ["packed", "offset"] as const) {
        if (entry[field] !== IN_ZIP64) continue;
        entry[field] = Number(fields.getBigUint64(next, true));
        next += 8;
      }
      return;
    }
    at += 4 + size;
  }
  throw broken();
}

async function unpacked(
  bytes: Bytes,
  path: string,
  { offset, packed, method }: Entry,
): Promise<string> {
  if (packed > MAX_FILE_BYTES) throw tooLarge(path);
  const head = view(await sliceOf(bytes, offset, offset + 30));
  if (head.getUint32(0, true) !== 0x0403_4b50) throw broken();
  const start = offset + 30 + head.getUint16(26, true) +
    head.getUint16(28, true);
  const content = await sliceOf(bytes, start, start + packed);
  if (method === STORED) return utf8.decode(content);
  if (method !== DEFLATED) throw broken();
  const decoder = new TextDecoder();
  let [text, size] = ["", 0];
  try {
    const pieces = new Blob([content]).stream()
      .pipeThrough(new DecompressionStream("deflate-raw"));
    const reader = pieces.getReader(); // not every browser iterates over streams
    for (;;) {
      const { done, value: piece } = await reader.read();
      if (done) break;
      size += piece.length;
      if (size > MAX_FILE_BYTES) throw tooLarge(path);
      text += decoder.decode(piece, { stream: true });
    }
  } catch (error) {
    throw error instanceof Refusal ? error : broken();
  }
  return text + decoder.decode();
}

const broken = () =>
  new Refusal(
    "bad-args",
    "This ZIP file is damaged, or of a kind that can't be read here.",
  );
