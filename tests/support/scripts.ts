// Tells which scripts a page loads, and how large they are.
import { request } from "node:http";
import type { Page } from "playwright-core";

/** A script that a page has loaded, with its size as it travels, in bytes. */
export type Script = { name: string; size: number };

/** Watches a page, from before it is opened; call the answer once the page is idle. */
export function watchScripts(page: Page): () => Promise<Script[]> {
  // One that was preloaded is reported twice now and then; `wire.ts` counts what travels.
  const loaded = new Set<string>();
  page.on("response", (response) => {
    if (response.request().resourceType() === "script") {
      loaded.add(response.url());
    }
  });
  return () =>
    Promise.all([...loaded].map(async (url) => ({
      name: new URL(url).pathname.split("/").at(-1)!,
      size: await sizeOnTheWire(url),
    })));
}

/** The size of an answer's body as browsers get it. (`fetch` gives it decompressed.) */
function sizeOnTheWire(url: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { "accept-encoding": "gzip, deflate, br, zstd" };
    request(url, { headers }, async (response) => {
      let size = 0;
      for await (const piece of response) size += piece.length;
      resolve(size);
    }).on("error", reject).end();
  });
}

export const sizeOf = (files: readonly { size: number }[]): number =>
  files.reduce((sum, { size }) => sum + size, 0);

/** In a page's HTML: its scripts. */
const NAMED = /\/_fresh\/js\/[^"']+\.js/g;

/** In a script: what it imports at once. */
const IMPORTED = /\b(?:from|import)"(\.\/[^"]+\.js)"/g;

/** The addresses of all that `code`, a page's HTML or a script at `url`, loads at once. */
export async function scriptsOf(
  code: string,
  url: string,
  all: Set<string> = new Set<string>(),
): Promise<Set<string>> {
  const paths = [
    ...code.match(NAMED) ?? [],
    ...Array.from(code.matchAll(IMPORTED), ([, path]) => path),
  ];
  for (const { href } of paths.map((path) => new URL(path, url))) {
    if (all.has(href)) continue;
    all.add(href);
    await scriptsOf(await (await fetch(href)).text(), href, all);
  }
  return all;
}
