// Takes out of a picture what it says besides how it looks: where and when it was taken, by which camera, by whom, thumbnails. The pixels stay as they are.

/**
 * A picture without its metadata, as parts of a file, by its content; undefined
 * for what is no picture of a kind that is known here (JPEG, PNG, GIF, WebP,
 * AVIF, HEIC). Of one that is broken the parts up to there are left.
 */
export function withoutMetadata(
  bytes: Uint8Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer>[] | undefined {
  const begin = latin1(bytes, 0, 12);
  if (begin.startsWith("\xff\xd8\xff")) return jpeg(bytes);
  if (begin.startsWith("\x89PNG\r\n\x1a\n")) return png(bytes);
  if (/^GIF8[79]a/.test(begin)) return gif(bytes);
  if (/^RIFF[^]{4}WEBP/.test(begin)) return webp(bytes);
  if (/^[^]{4}ftyp(avi|hei|hev|mif1|msf1)/.test(begin)) return heif(bytes);
}

/** How many bytes `withoutMetadata` needs to see whether it knows a file. */
export const isPicture = (head: Uint8Array<ArrayBuffer>): boolean =>
  withoutMetadata(head.slice(0, 16)) !== undefined;

type Bytes = Uint8Array<ArrayBuffer>;

const viewOf = ({ buffer, byteOffset, byteLength }: Bytes) =>
  new DataView(buffer, byteOffset, byteLength);
const latin1 = (bytes: Bytes, at: number, length: number) =>
  String.fromCharCode(...bytes.subarray(at, at + length));

/** Segments: a marker, and most with a length. Which way up it is shown stands in the Exif, and is said anew. */
function jpeg(bytes: Bytes): Bytes[] {
  const view = viewOf(bytes);
  const parts: Bytes[] = [];
  let orientation = 1;
  for (let at = 2; at + 4 <= bytes.length;) {
    const marker = bytes[at + 1];
    if (bytes[at] !== 0xff || marker === 0xff) {
      at++; // what stands between segments means nothing
      continue;
    }
    if (marker === 0xd9) break;
    const length = 2 + view.getUint16(at + 2);
    const segment = bytes.subarray(at, at + length);
    if (marker === 0xe1) orientation = orientationIn(segment) ?? orientation;
    if (isShown(segment)) parts.push(segment);
    at += length;
    if (marker !== 0xda) continue;
    // The pixels follow, up to the next marker.
    const start = at;
    do at = bytes.indexOf(0xff, at) + 1; while (
      at > 0 && (bytes[at] === 0 || (bytes[at] & 0xf8) === 0xd0)
    );
    at = at === 0 ? bytes.length : at - 1;
    parts.push(bytes.subarray(start, at));
  }
  const exif = orientation > 1 ? [exifOf(orientation)] : [];
  const [start, end] = [[0xff, 0xd8], [0xff, 0xd9]].map((each) =>
    new Uint8Array(each)
  );
  return [start, ...exif, ...parts, end];
}

/** Of the segments for apps those that say how the pixels are to be read; no comments. */
function isShown(segment: Bytes): boolean {
  const marker = segment[1];
  const name = latin1(segment, 4, 12);
  if (marker === 0xe0) return name.startsWith("JFIF\0");
  if (marker === 0xe2) return name.startsWith("ICC_PROFILE\0");
  if (marker === 0xee) return name.startsWith("Adobe");
  return marker !== 0xfe && (marker & 0xf0) !== 0xe0;
}

const EXIF = 10; // bytes before the Exif: marker, length, name
const ORIENTATION = 0x112;

/** From 2 to 8 where a picture is to be turned or mirrored. */
function orientationIn(segment: Bytes): number | undefined {
  if (latin1(segment, 4, 6) !== "Exif\0\0") return undefined;
  const view = viewOf(segment.subarray(EXIF));
  if (view.byteLength < 8) return undefined;
  const isLittle = view.getUint8(0) === 0x49;
  const first = view.getUint32(4, isLittle);
  for (let at = first + 2; at + 12 <= view.byteLength; at += 12) {
    if (view.getUint16(at, isLittle) !== ORIENTATION) continue;
    const orientation = view.getUint16(at + 8, isLittle);
    return orientation <= 8 ? orientation : undefined;
  }
}

/** A segment that says this alone. */
function exifOf(orientation: number): Bytes {
  const name = [...new TextEncoder().encode("Exif\0\0MM")];
  return new Uint8Array([
    ...[0xff, 0xe1, 0, 34, ...name, 0, 42, 0, 0, 0, 8, 0, 1],
    ...[1, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0],
  ]);
}

/** Beside what a picture cannot be without, whose names begin with a capital: colours, transparency, animation. */
const PNG_CHUNKS = new Set([
  ...["tRNS", "cHRM", "gAMA", "iCCP", "sBIT", "sRGB", "cICP", "mDCV", "cLLI"],
  ...["bKGD", "pHYs", "acTL", "fcTL", "fdAT"],
]);

function png(bytes: Bytes): Bytes[] {
  const view = viewOf(bytes);
  const parts = [bytes.subarray(0, 8)];
  for (let at = 8; at + 8 <= bytes.length;) {
    const length = 12 + view.getUint32(at);
    const name = latin1(bytes, at + 4, 4);
    if (/^[A-Z]/.test(name) || PNG_CHUNKS.has(name)) {
      parts.push(bytes.subarray(at, at + length));
    }
    at += length;
    if (name === "IEND") break;
  }
  return parts;
}

/** Beside pixels: how long a frame is shown, and how often the animation. */
const GIF_APPS = ["NETSCAPE2.0", "ANIMEXTS1.0"];

function gif(bytes: Bytes): Bytes[] {
  const colours = (flags: number) => flags & 0x80 ? 3 << (flags & 7) + 1 : 0;
  let at = 13 + colours(bytes[10]);
  const parts = [bytes.subarray(0, at)];
  while (at < bytes.length) {
    const start = at;
    const isImage = bytes[at] === 0x2c;
    if (!isImage && bytes[at] !== 0x21) break;
    const label = bytes[at + 1];
    at += isImage ? 11 + colours(bytes[at + 9]) : 2;
    const name = latin1(bytes, at + 1, 11);
    while (bytes[at] > 0) at += 1 + bytes[at]; // blocks, up to an empty one
    at++;
    const isShown = isImage || label === 0xf9 || label === 1 ||
      (label === 0xff && GIF_APPS.includes(name));
    if (isShown) parts.push(bytes.subarray(start, at));
  }
  return [...parts, new Uint8Array([0x3b])];
}

const WEBP_CHUNKS = new Set([
  ...["VP8 ", "VP8L", "VP8X", "ALPH", "ANIM", "ANMF", "ICCP"],
]);
/** Of the flags of a VP8X: it has Exif, and XMP. */
const WEBP_METADATA = 0x0c;

function webp(bytes: Bytes): Bytes[] {
  const view = viewOf(bytes);
  const parts: Bytes[] = [];
  for (let at = 12; at + 8 <= bytes.length;) {
    const name = latin1(bytes, at, 4);
    const length = view.getUint32(at + 4, true);
    const end = at + 8 + length + length % 2;
    if (WEBP_CHUNKS.has(name)) {
      const chunk = bytes.slice(at, end);
      if (name === "VP8X" && length > 0) chunk[8] &= ~WEBP_METADATA;
      parts.push(chunk);
    }
    at = end;
  }
  const head = bytes.slice(0, 12);
  const length = parts.reduce((sum, part) => sum + part.length, 4);
  viewOf(head).setUint32(4, length, true);
  return [head, ...parts];
}

type Box = { name: string; from: number; to: number };

function* boxesIn(view: DataView, from: number, to: number): Generator<Box> {
  for (let at = from; at + 8 <= to;) {
    const length = view.getUint32(at) || to - at;
    const name = String.fromCharCode(
      ...[4, 5, 6, 7].map((i) => view.getUint8(at + i)),
    );
    // What has more than 4 GB has no metadata behind it.
    yield { name, from: at + 8, to: Math.min(to, at + length) };
    at += Math.max(8, length);
  }
}

/** The items that are no pixels are emptied where they stand: all else in the file is found by its place. */
function heif(bytes: Bytes): Bytes[] {
  const view = viewOf(bytes);
  try {
    for (const meta of boxesIn(view, 0, bytes.length)) {
      if (meta.name !== "meta") continue;
      const inside = new Map(
        [...boxesIn(view, meta.from + 4, meta.to)].map((box) =>
          [box.name, box] as const
        ),
      );
      const [info, places] = [inside.get("iinf"), inside.get("iloc")];
      if (!info || !places) continue;
      const ids = metadataItems(view, info);
      const data = inside.get("idat")?.from ?? 0;
      for (const [from, length] of placesOf(view, places, ids, data)) {
        bytes.fill(0, from, from + length);
      }
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error; // it breaks off
  }
  return [bytes];
}

/** The numbers of the items that are Exif, or XMP. */
function metadataItems(view: DataView, info: Box): Set<number> {
  const ids = new Set<number>();
  const start = info.from + (view.getUint8(info.from) === 0 ? 6 : 8);
  for (const { name, from } of boxesIn(view, start, info.to)) {
    const version = view.getUint8(from);
    if (name !== "infe" || version < 2) continue;
    const isLong = version > 2;
    const id = isLong ? view.getUint32(from + 4) : view.getUint16(from + 4);
    const type = view.getUint32(from + (isLong ? 10 : 8));
    if (type === 0x45786966 /* Exif */ || type === 0x6d696d65 /* mime */) {
      ids.add(id);
    }
  }
  return ids;
}

/** From which byte on, and how many, items are in the file; `data` is where those begin that stand beside their description. */
function* placesOf(
  view: DataView,
  { from, to }: Box,
  ids: ReadonlySet<number>,
  data: number,
): Generator<[from: number, length: number]> {
  let at = from;
  const read = (size: number) => {
    let n = 0;
    for (; size > 0; size--) n = n * 256 + view.getUint8(at++);
    return n;
  };
  const version = read(1);
  read(3);
  const sizes = [read(1), read(1)];
  const [offset, length, base, index] = sizes
    .flatMap((pair) => [pair >> 4, pair & 15]);
  if (length === 0) return; // none has any bytes
  let count = read(version < 2 ? 2 : 4);
  while (count-- > 0 && at < to) {
    const id = read(version < 2 ? 2 : 4);
    const isBeside = version > 0 && (read(2) & 15) === 1;
    read(2);
    const start = read(base) + (isBeside ? data : 0);
    let extents = read(2);
    while (extents-- > 0 && at < to) {
      if (version > 0) read(index);
      const first = start + read(offset);
      const size = read(length);
      if (ids.has(id)) yield [first, size];
    }
  }
}
