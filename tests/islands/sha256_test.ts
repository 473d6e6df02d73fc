// The browser's SHA-256, beside that of Node.js.
import { hash } from "node:crypto";
import { assertEquals } from "@std/assert";
import { Sha256 } from "../../islands/parts/files/sha256.ts";
import { randomFrom } from "../support/random.ts";
import { bytesOf } from "../support/upload.ts";

Deno.test("The hash of bytes of every length, given in parts of any length, is SHA-256", () => {
  const random = randomFrom(256);
  for (let length = 0; length < 300; length++) {
    const bytes = bytesOf(length, random);
    const sha = new Sha256();
    for (let at = 0; at < length;) {
      const end = Math.min(length, at + random.below(100));
      sha.update(bytes.subarray(at, end));
      at = end;
    }
    assertEquals(sha.digest(), hash("sha256", bytes), `${length} bytes`);
  }
  const many = bytesOf(2_000_000, random);
  assertEquals(new Sha256().update(many).digest(), hash("sha256", many));
});
