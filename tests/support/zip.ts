// Makes ZIP archives for tests: as other programs do, and broken ones.
const utf8 = new TextEncoder();

export type ZipFile = {
  path: string;
  content: string | Uint8Array<ArrayBuffer>;
  /** As it is, not deflated. */
  stored?: boolean;
  /** Bits of the general purpose flags. */
  flags?: number;
  method?: number;
};

const pack = async (bytes: Uint8Array<ArrayBuffer>) => {
  const stream = new Blob([bytes]).stream()
    .pipeThrough(new CompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
};

function record(
  size: number,
  fill: (view: DataView) => void,
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  fill(new DataView(bytes.buffer));
  return bytes;
}

/** An archive of files; with `zip64` all that may be there in 64 bits is. CRCs are left out, as nothing reads them. */
export async function zip(
  files: ZipFile[],
  { zip64 = false, comment = "" } = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  const directory: Uint8Array<ArrayBuffer>[] = [];
  let offset = 0;
  const add = (part: Uint8Array<ArrayBuffer>) => {
    parts.push(part);
    offset += part.length;
  };
  for (const { path, content, stored, flags = 0, method } of files) {
    const name = utf8.encode(path);
    const bytes = typeof content === "string" ? utf8.encode(content) : content;
    const packed = stored ? bytes : await pack(bytes);
    const how = method ?? (stored ? 0 : 8);
    const at = offset;
    add(record(30, (view) => {
      view.setUint32(0, 0x04034b50, true);
      view.setUint16(8, how, true);
      view.setUint32(18, packed.length, true);
      view.setUint32(22, bytes.length, true);
      view.setUint16(26, name.length, true);
    }));
    add(name);
    add(packed);
    const extra = zip64
      ? record(28, (view) => {
        view.setUint16(0, 1, true);
        view.setUint16(2, 24, true);
        view.setBigUint64(4, BigInt(bytes.length), true);
        view.setBigUint64(12, BigInt(packed.length), true);
        view.setBigUint64(20, BigInt(at), true);
      })
      : new Uint8Array();
    directory.push(
      record(46, (view) => {
        view.setUint32(0, 0x02014b50, true);
        view.setUint16(8, flags, true);
        view.setUint16(10, how, true);
        view.setUint32(20, zip64 ? 0xffffffff : packed.length, true);
        view.setUint32(24, zip64 ? 0xffffffff : bytes.length, true);
        view.setUint16(28, name.length, true);
        view.setUint16(30, extra.length, true);
        view.setUint32(42, zip64 ? 0xffffffff : at, true);
      }),
      name,
      extra,
    );
  }
  const start = offset;
  directory.forEach(add);
  const size = offset - start;
  const end = offset;
  if (zip64) {
    add(record(56, (view) => {
      view.setUint32(0, 0x06064b50, true);
      view.setBigUint64(32, BigInt(files.length), true);
      view.setBigUint64(40, BigInt(size), true);
      view.setBigUint64(48, BigInt(start), true);
    }));
    add(record(20, (view) => {
      view.setUint32(0, 0x07064b50, true);
      view.setBigUint64(8, BigInt(end), true);
    }));
  }
  const said = utf8.encode(comment);
  add(record(22, (view) => {
    view.setUint32(0, 0x06054b50, true);
    view.setUint16(10, zip64 ? 0xffff : files.length, true);
    view.setUint32(12, zip64 ? 0xffffffff : size, true);
    view.setUint32(16, zip64 ? 0xffffffff : start, true);
    view.setUint16(20, said.length, true);
  }));
  add(said);
  return await new Blob(parts).bytes();
}

/** Bytes that can be read from anywhere. */
export const readable = (bytes: Uint8Array<ArrayBuffer>) => ({
  size: bytes.length,
  slice: (start: number, end: number) =>
    Promise.resolve(bytes.slice(start, Math.max(start, end))),
});
