// What a file is, by its content: pictures of every type, and what only looks like one.
import { assertEquals } from "@std/assert";
import { HEAD_BYTES, typeOf } from "../../../lib/chat/file_type.ts";
import { avif, gif, jpeg, png, webp } from "../../support/pictures.ts";
import { randomFrom } from "../../support/random.ts";

const FILE = { type: "application/octet-stream" };
const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("a picture's type and size are found in it (T62)", () => {
  const size = { width: 300, height: 200 };
  assertEquals(typeOf(png(300, 200)), { type: "image/png", ...size });
  assertEquals(typeOf(gif(300, 200)), { type: "image/gif", ...size });
  assertEquals(typeOf(jpeg(300, 200)), { type: "image/jpeg", ...size });
  assertEquals(typeOf(webp(300, 200)), { type: "image/webp", ...size });
  assertEquals(typeOf(avif([300, 200])), { type: "image/avif", ...size });
});

Deno.test("a photo that is turned is as wide as it is shown, and an AVIF as its largest part (T62)", () => {
  const turned = { type: "image/jpeg", width: 200, height: 300 };
  assertEquals(typeOf(jpeg(300, 200, 6)), turned);
  assertEquals(typeOf(jpeg(200, 300, 3)), turned);
  const large = { type: "image/avif", width: 640, height: 480 };
  assertEquals(typeOf(avif([64, 48], [640, 480], [320, 240])), large);
});

/** What is no picture that is shown, and why. */
const DISGUISED: [why: string, head: Uint8Array][] = [
  ["nothing", new Uint8Array()],
  ["text", bytes("Hello, this is a text and no picture at all.")],
  ["HTML", bytes("<!doctype html><script>alert(1)</script>")],
  [
    "HTML behind a JPEG's first bytes",
    new Uint8Array([0xff, 0xd8, ...bytes("<script>alert(1)</script>")]),
  ],
  ["HTML behind a GIF's name", bytes("GIF<script>alert(1)</script>")],
  [
    "SVG",
    bytes('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'),
  ],
  [
    "SVG behind a declaration",
    bytes('<?xml version="1.0"?><svg width="9" height="9"/>'),
  ],
  ["PDF", bytes("%PDF-1.7 and all that")],
  ["ZIP", new Uint8Array([0x50, 0x4b, 3, 4, ...new Uint8Array(60)])],
  ["BMP", new Uint8Array([0x42, 0x4d, ...new Uint8Array(60).fill(9)])],
  [
    "TIFF",
    new Uint8Array([0x49, 0x49, 0x2a, 0, 8, 0, 0, 0, ...new Uint8Array(60)]),
  ],
  ["ICO", new Uint8Array([0, 0, 1, 0, 1, 0, 16, 16, ...new Uint8Array(60)])],
  ["HEIC", bytes("\0\0\0\x18ftypheic\0\0\0\0heicmif1").map((byte) => byte)],
  ["an AVIF in name only", bytes("\0\0\0\x18ftypavif\0\0\0\0avifmif1")],
  ["an AVIF without a size", avif()],
  ["an AVIF of no width", avif([0, 10])],
  ["a JPEG XL", new Uint8Array([0xff, 0x0a, ...new Uint8Array(60)])],
  ["a PNG that is cut off", png(300, 200).subarray(0, 20)],
  [
    "a PNG without its first chunk",
    new Uint8Array([0x89, ...bytes("PNG\r\n\x1a\n"), ...new Uint8Array(40)]),
  ],
  ["a PNG of no height", png(300, 0)],
  ["a PNG of 40,000 × 40,000", png(40_000, 40_000)],
  ["a PNG of 4 thousand million on each side", png(2 ** 32 - 1, 2 ** 32 - 1)],
  ["a GIF that is cut off", gif(300, 200).subarray(0, 8)],
  ["a GIF of no width", gif(0, 200)],
  ["a GIF of 65,535 on each side", gif(65_535, 65_535)],
  ["a JPEG that is cut off", jpeg(300, 200).subarray(0, 24)],
  ["a JPEG of no height", jpeg(300, 0)],
  ["a JPEG of 65,535 on each side", jpeg(65_535, 65_535)],
  [
    "a JPEG whose parts are longer than it is",
    new Uint8Array([0xff, 0xd8, 0xff, 0xe0, 0xff, 0xff, ...new Uint8Array(60)]),
  ],
  ["a WebP that is cut off", webp(300, 200).subarray(0, 18)],
  [
    "a WebP of another kind",
    webp(300, 200).map((byte, i) => i === 15 ? 0x39 : byte),
  ],
  ["a WebP of 16 million on each side", webp(2 ** 24, 2 ** 24)],
  ["a RIFF that is a sound", bytes("RIFF\0\0\0\0WAVEfmt \0\0\0\0")],
];

for (const [why, head] of DISGUISED) {
  Deno.test(`${why} is just a file (T62)`, () => {
    assertEquals(typeOf(head), FILE);
  });
}

Deno.test("whatever stands behind a picture's first bytes, it is a picture or a file (T62)", () => {
  const random = randomFrom(7);
  for (
    const head of [png(9, 9), gif(9, 9), jpeg(9, 9), webp(9, 9), avif([9, 9])]
  ) {
    for (let i = 0; i < 500; i++) {
      const broken = head.slice(0, 4 + random.below(head.length - 4));
      for (let n = random.below(8); n > 0; n--) {
        broken[random.below(broken.length)] = random.below(256);
      }
      typeOf(broken);
    }
  }
});

Deno.test("what is made to be slow to look through is just a file (T62)", () => {
  const parts: [number, number][] = Array(4_000).fill([9, 9]);
  const slow = [
    avif(...parts),
    new Uint8Array([0xff, 0xd8, ...new Uint8Array(HEAD_BYTES - 2)]),
    new Uint8Array(HEAD_BYTES).fill(0xff).map((byte, i) =>
      i === 1 ? 0xd8 : byte
    ),
  ];
  for (const head of slow) assertEquals(typeOf(head), FILE);
});
