// Measures the scripts that a page loads before anybody touches it.
import { gzipSync } from "node:zlib";
import type { Page } from "playwright-core";

/** A script that a page has loaded, with its size as gzip makes it at its best, in bytes. */
export type Script = { name: string; size: number };

/** Watches a page, from before it is opened; call the answer once the page is idle. */
export function watchScripts(page: Page): () => Promise<Script[]> {
  const loaded: Promise<Script>[] = [];
  page.on("response", (response) => {
    if (response.request().resourceType() !== "script") return;
    const name = new URL(response.url()).pathname.split("/").at(-1)!;
    const script = response.body()
      .then((body) => ({ name, size: gzipSync(body, { level: 9 }).length }));
    script.catch(() => {}); // told to whoever asks, if anybody still does
    loaded.push(script);
  });
  return () => Promise.all(loaded);
}

export const sizeOf = (scripts: readonly Script[]): number =>
  scripts.reduce((sum, { size }) => sum + size, 0);
