// What the build has compressed, as browsers and others get it.
import { assert, assertEquals } from "@std/assert";
import { brotliDecompressSync } from "node:zlib";
import { APP } from "../support/app.ts";
import { app, appTest as test } from "../support/shared_app.ts";

const get = (path: string, encodings?: string, method = "GET") =>
  app.send(
    new Request(APP + path, {
      method,
      headers: encodings ? { "accept-encoding": encodings } : {},
    }),
  );

/** Scripts and styles of a page, by their paths. */
async function assetsOf(path: string): Promise<string[]> {
  const html = await (await get(path)).text();
  return [...html.matchAll(/(?:src|href)="([^"]+\.(?:js|css|svg)[^"]*)"/g)]
    .map(([, asset]) => asset);
}

test("scripts and styles go compressed to browsers that take it, and are the same (T25)", async () => {
  const assets = await assetsOf("/signin");
  assert(assets.some((path) => path.includes(".css")), assets.join());
  assert(assets.some((path) => path.includes(".js")), assets.join());
  for (const path of [...assets, "/sw.js"]) {
    const plain = await get(path);
    const small = await get(path, "gzip, deflate, br, zstd");
    const answers = [plain, small];
    for (const name of ["content-type", "cache-control", "etag"]) {
      const [one, other] = answers.map(({ headers }) => headers.get(name));
      assertEquals(one, other, name);
    }
    for (const { headers } of answers) {
      assert(headers.get("vary")?.includes("accept-encoding"), path);
    }
    assertEquals(plain.headers.get("content-encoding"), null);
    assertEquals(small.headers.get("content-encoding"), "br");
    const bytes = new Uint8Array(await small.arrayBuffer());
    assertEquals(small.headers.get("content-length"), String(bytes.length));
    assertEquals(
      new TextDecoder().decode(brotliDecompressSync(bytes)),
      await plain.text(),
    );
    const head = await get(path, "br", "HEAD");
    assertEquals([head.body, head.headers.get("content-encoding")], [
      null,
      "br",
    ]);
  }
});

test("who does not take brotli gets none, and what is no file of the build is left alone (T25)", async () => {
  for (const encodings of ["gzip", "br;q=0", "gzip, br; q=0.0", "brr", "*"]) {
    const answer = await get("/sw.js", encodings);
    assertEquals(answer.headers.get("content-encoding"), null, encodings);
    await answer.body?.cancel();
  }
  for (
    const path of ["/signin", "/healthz", "/../main.ts", "/styles/", "/%2e%2e/"]
  ) {
    const answer = await get(path, "br");
    assertEquals(answer.headers.get("content-encoding"), null, path);
    await answer.body?.cancel();
  }
});
