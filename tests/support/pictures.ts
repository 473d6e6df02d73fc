// The beginnings of pictures of every type and any size, as bytes: what says how large they are, and no pixels.

const text = (words: string) => new TextEncoder().encode(words);

function join(...parts: (Uint8Array | number[])[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((n, { length }) => n + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function number(n: number, bytes: number, littleEndian = false): number[] {
  const all = Array.from(
    { length: bytes },
    (_, i) => Math.floor(n / 256 ** i) % 256,
  );
  return littleEndian ? all : all.reverse();
}

export const png = (width: number, height: number) =>
  join(
    [0x89, ...text("PNG\r\n\x1a\n"), ...number(13, 4), ...text("IHDR")],
    [...number(width, 4), ...number(height, 4), 8, 6, 0, 0, 0],
    new Uint8Array(40),
  );

export const gif = (width: number, height: number) =>
  join(
    text("GIF89a"),
    [...number(width, 2, true), ...number(height, 2, true)],
    new Uint8Array(40),
  );

/** With `orientation` its Exif says how it is turned. */
export const jpeg = (width: number, height: number, orientation?: number) => {
  const exif = orientation === undefined ? [] : join(
    [0xff, 0xe1, ...number(34, 2), ...text("Exif"), 0, 0],
    [...text("MM"), ...number(42, 2), ...number(8, 4), ...number(1, 2)],
    [...number(0x112, 2), ...number(3, 2), ...number(1, 4)],
    [...number(orientation, 2), 0, 0, ...number(0, 4)],
  );
  return join(
    [0xff, 0xd8, 0xff, 0xe0, ...number(16, 2), ...text("JFIF"), 0],
    new Uint8Array(9),
    exif,
    [0xff, 0xc0, ...number(17, 2), 8],
    [...number(height, 2), ...number(width, 2), 3],
    new Uint8Array(40),
  );
};

export const webp = (width: number, height: number) =>
  join(
    [...text("RIFF"), ...number(100, 4, true), ...text("WEBPVP8X")],
    [...number(10, 4, true), 0, 0, 0, 0],
    [...number(width - 1, 3, true), ...number(height - 1, 3, true)],
    new Uint8Array(70),
  );

const box = (type: string, ...content: (Uint8Array | number[])[]) => {
  const bytes = join(...content);
  return join([...number(bytes.length + 8, 4), ...text(type)], bytes);
};

/** Of several sizes, as of a thumbnail and the picture. */
export const avif = (...sizes: [width: number, height: number][]) =>
  join(
    box("ftyp", text("avif"), number(0, 4), text("avifmif1")),
    box(
      "meta",
      number(0, 4),
      box(
        "iprp",
        box(
          "ipco",
          ...sizes.map(([width, height]) =>
            box("ispe", number(0, 4), number(width, 4), number(height, 4))
          ),
        ),
      ),
    ),
  );
