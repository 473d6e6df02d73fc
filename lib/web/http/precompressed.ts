// Scripts and styles compressed once, by the build, and served so to browsers that take brotli.
import type { Middleware } from "fresh";
import { promisify } from "node:util";
import { brotliCompress } from "node:zlib";
import { takes } from "./compressed.ts";

/** What shrinks: pictures are compressed already. */
const SHRINKS = /\.(js|css|svg|webmanifest)$/;

/** Files of a folder and those below it, as paths that begin with a slash. */
async function* filesIn(folder: URL, path = "/"): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(at(folder, path))) {
    if (isDirectory) yield* filesIn(folder, `${path}${name}/`);
    else yield path + name;
  }
}

/** A path that begins with a slash, in a folder. */
const at = (folder: URL, path: string): URL => new URL(`.${path}`, folder);

/** Writes what `folders` serve into `into`, compressed; of files of one path the last folder's. */
export async function precompress(folders: URL[], into: URL): Promise<void> {
  const compress = promisify(brotliCompress);
  const sources = new Map<string, URL>();
  for (const folder of folders) {
    for await (const path of filesIn(folder)) {
      if (SHRINKS.test(path)) sources.set(path, at(folder, path));
    }
  }
  await Deno.remove(into, { recursive: true }).catch(ignoreMissing);
  await Promise.all([...sources].map(async ([path, source]) => {
    const file = at(into, path);
    await Deno.mkdir(new URL(".", file), { recursive: true });
    await Deno.writeFile(file, await compress(await Deno.readFile(source)));
  }));
}

/**
 * Answers with the compressed body of what comes next, where the build has made
 * one and the browser takes it. To stand before `staticFiles()`.
 */
export function precompressed<State>(folder: URL): Middleware<State> {
  // Only what is known is looked for: an address is never a path of its own.
  let paths: Promise<Set<string>> | undefined;
  return async ({ req, url, next }) => {
    const response = await next();
    paths ??= known(folder);
    if (response.status !== 200 || !(await paths).has(url.pathname)) {
      return response;
    }
    const { headers } = response;
    headers.append("vary", "accept-encoding");
    if (!takes(req, "br")) return response;
    const file = at(folder, url.pathname);
    const { size } = await Deno.stat(file);
    headers.set("content-encoding", "br");
    headers.set("content-length", String(size));
    if (!response.body) return new Response(null, { headers });
    await response.body.cancel();
    return new Response((await Deno.open(file)).readable, { headers });
  };
}

/** None while `dev.ts` serves: it builds nothing into files. */
async function known(folder: URL): Promise<Set<string>> {
  try {
    return new Set(await Array.fromAsync(filesIn(folder)));
  } catch (error) {
    ignoreMissing(error);
    return new Set();
  }
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
