// What is taken out of a picture before it leaves the device, and what stays.
import { assert, assertEquals } from "@std/assert";
import {
  isPicture,
  withoutMetadata,
} from "../../islands/parts/files/metadata.ts";
import { typeOf } from "../../lib/chat/file_type.ts";
import { gif, jpeg, png } from "../support/pictures.ts";
import { randomFrom } from "../support/random.ts";
import { bytesOf } from "../support/upload.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const bytes = (...parts: (string | number[] | Uint8Array)[]): Bytes =>
  new Uint8Array(
    parts.flatMap((part) =>
      typeof part === "string"
        ? [...part].map((c) => c.charCodeAt(0))
        : [...part]
    ),
  );
const latin1 = (some: Uint8Array) =>
  Array.from(some, (byte) => String.fromCharCode(byte)).join("");
const cleaned = (picture: Bytes): Bytes =>
  bytes(...withoutMetadata(picture.slice())!);

const be = (n: number, size: number) =>
  Array.from({ length: size }, (_, i) => n >>> 8 * (size - 1 - i) & 255);
const le = (n: number, size: number) => be(n, size).reverse();

/** What nobody is to read any more, and what is to stay. */
const SECRET = "52.5163 N, 13.3777 E, by Ada, on her phone";
const KEPT = "of these are the pixels";

const segment = (marker: number, ...content: Parameters<typeof bytes>) => {
  const inside = bytes(...content);
  return bytes([0xff, marker], be(inside.length + 2, 2), inside);
};
const exif = (orientation: number) =>
  segment(
    ...[0xe1, "Exif\0\0II", le(42, 2), le(8, 4), le(2, 2)] as const,
    ...[le(0x10e, 2), le(2, 2), le(SECRET.length, 4), le(38, 4)],
    ...[le(0x112, 2), le(3, 2), le(1, 4), le(orientation, 2), [0, 0]],
    ...[le(0, 4), SECRET],
  );
const aJPEG = (orientation: number) =>
  bytes(
    [0xff, 0xd8],
    segment(0xe0, "JFIF\0", new Uint8Array(9)),
    segment(0xe0, "JFXX\0", SECRET),
    exif(orientation),
    segment(0xe1, "http://ns.adobe.com/xap/1.0/\0", SECRET),
    segment(0xe2, `ICC_PROFILE\0${KEPT}`),
    segment(0xe2, `MPF\0${SECRET}`),
    segment(0xed, `Photoshop 3.0\0${SECRET}`),
    segment(0xfe, SECRET),
    segment(0xc0, [8], be(20, 2), be(30, 2), new Uint8Array(10)),
    segment(0xda, [1, 2, 3]),
    ...[KEPT, [0xff, 0, 0xff, 0xd3], KEPT, [0xff, 0xff]],
    segment(0xfe, SECRET),
    ...[segment(0xda, [4]), KEPT, [0xff, 0xd9], SECRET],
  );

const chunk = (name: string, ...content: Parameters<typeof bytes>) => {
  const inside = bytes(...content);
  return bytes(be(inside.length, 4), name, inside, new Uint8Array(4));
};
const aPNG = bytes(
  png(3, 2).subarray(0, 33),
  chunk("eXIf", SECRET),
  chunk("iCCP", KEPT),
  chunk("tEXt", SECRET),
  chunk("IDAT", KEPT),
  chunk("iTXt", SECRET),
  chunk("tIME", SECRET),
  chunk("IEND"),
  SECRET,
);

const part = (name: string, ...content: Parameters<typeof bytes>) => {
  const inside = bytes(...content);
  const odd = new Uint8Array(inside.length % 2);
  return bytes(name, le(inside.length, 4), inside, odd);
};
const aWebP = (() => {
  const inside = bytes(
    part("VP8X", [0x0c | 0x10, 0, 0, 0], le(2, 3), le(1, 3)),
    part("ICCP", KEPT),
    part("VP8L", KEPT),
    part("EXIF", SECRET),
    part("XMP ", SECRET),
  );
  return bytes("RIFF", le(inside.length + 4, 4), "WEBP", inside, SECRET);
})();

const aGIF = bytes(
  ...["GIF89a", le(3, 2), le(2, 2), [0x80, 0, 0], new Uint8Array(6)],
  ...[[0x21, 0xff, 11], "NETSCAPE2.0", [3, 1, 0, 0, 0]],
  ...[[0x21, 0xfe, SECRET.length], SECRET, [0]],
  ...[[0x21, 0xff, 11], "XMP DataXMP", [SECRET.length], SECRET, [0]],
  ...[[0x21, 0xf9, 4, 0, 5, 0, 0, 0]],
  ...[[0x2c], new Uint8Array(8), [0], [2, KEPT.length], KEPT, [0]],
  ...[[0x3b], SECRET],
);

const box = (name: string, ...content: Parameters<typeof bytes>) => {
  const inside = bytes(...content);
  return bytes(be(inside.length + 8, 4), name, inside);
};
/** An AVIF whose Exif is in the file, and whose XMP stands beside its description. */
const anAVIF = (() => {
  const entry = (id: number, type: string) =>
    box("infe", [2, 0, 0, 0], be(id, 2), [0, 0], type, [0]);
  const meta = (exifAt: number) =>
    box(
      "meta",
      be(0, 4),
      ...[
        box(
          "iinf",
          be(0, 4),
          be(3, 2),
          ...[entry(1, "av01"), entry(2, "Exif"), entry(3, "mime")],
        ),
        box(
          "iloc",
          ...[[1, 0, 0, 0, 0x44, 0x00], be(3, 2)],
          ...[be(1, 2), be(0, 2), be(0, 2), be(1, 2)],
          ...[be(exifAt + SECRET.length, 4), be(KEPT.length, 4)],
          ...[be(2, 2), be(0, 2), be(0, 2), be(1, 2)],
          ...[be(exifAt, 4), be(SECRET.length, 4)],
          ...[be(3, 2), be(1, 2), be(0, 2), be(1, 2)],
          ...[be(0, 4), be(SECRET.length, 4)],
        ),
        box("idat", SECRET),
        box(
          "iprp",
          box("ipco", box("ispe", be(0, 4), be(3, 4), be(2, 4))),
        ),
      ],
    );
  const start = box("ftyp", "avif", be(0, 4), "avifmif1");
  const mdat = box("mdat", SECRET, KEPT);
  const exifAt = start.length + meta(0).length + 8;
  return bytes(start, meta(exifAt), mdat);
})();

for (
  const [what, picture, kept] of [
    ["a JPEG", aJPEG(1), 4],
    ["a JPEG that is turned", aJPEG(6), 4],
    ["a PNG", aPNG, 2],
    ["a WebP", aWebP, 2],
    ["a GIF", aGIF, 1],
    ["an AVIF", anAVIF, 1],
  ] as const
) {
  Deno.test(`Where and by whom ${what} was made is taken out of it, and its pixels, colours, size and turn stay (A24)`, () => {
    assert(latin1(picture).includes(SECRET));
    const clean = cleaned(picture);
    assertEquals(latin1(clean).split(KEPT).length - 1, kept);
    for (const words of ["Ada", "52.5", "by "]) {
      assert(!latin1(clean).includes(words), words);
    }
    assertEquals(typeOf(clean), typeOf(picture));
    assert(typeOf(clean).width, "It is a picture still");
    assertEquals(cleaned(clean), clean, "There is no more to take out");
  });
}

Deno.test("What is no picture stays as it is", () => {
  for (const text of ["", "%PDF-1.7", "<svg/>", "RIFF    WAVE", "PNG"]) {
    assertEquals(withoutMetadata(bytes(text)), undefined);
    assertEquals(isPicture(bytes(text)), false);
  }
});

Deno.test("A picture that breaks off anywhere, or has any byte changed, is still cut into parts of it, at once", () => {
  const random = randomFrom(24);
  const pictures = [aJPEG(6), aPNG, aWebP, aGIF, anAVIF, jpeg(3, 2), gif(3, 2)];
  for (const picture of pictures) {
    for (let i = 0; i < picture.length; i++) {
      withoutMetadata(picture.slice(0, i));
      const changed = picture.slice();
      changed[i] = random.below(256);
      const parts = withoutMetadata(changed) ?? [];
      const size = parts.reduce((sum, { length }) => sum + length, 0);
      assert(size <= picture.length + 40, `${i}`);
    }
    const noise = bytes(picture.subarray(0, 40), bytesOf(100_000, random));
    withoutMetadata(noise);
  }
});
