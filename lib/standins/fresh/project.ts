// Finds the files of a project.
import { readdir } from "node:fs/promises";
import { basename, extname, join, relative } from "node:path";
import { sortFiles } from "./file_routes.ts";

type Named = [name: string, path: string][];

/** Modules of islands, each with the unique name of its script. */
export async function findIslands(
  dir: string,
  ignore: RegExp[],
): Promise<Named> {
  const named = new Map<string, string>();
  for (const path of await modules(dir, ignore)) {
    const name = basename(path, extname(path)).replace(/\W+/g, "_");
    let unique = name;
    for (let n = 2; named.has(unique); n++) unique = `${name}_${n}`;
    named.set(unique, path);
  }
  return [...named];
}

/** Modules of routes by id, such as `/rooms/[room]`, in the order to add them. */
export async function findRoutes(
  dir: string,
  ignore: RegExp[],
): Promise<Named> {
  const paths = await modules(dir, ignore);
  const ids = paths.map((path): [string, string] => {
    const file = relative(dir, path).replaceAll("\\", "/");
    return ["/" + file.slice(0, -extname(file).length), path];
  });
  return sortFiles(ids);
}

/** Static files by URL path, without hidden ones (but for `.well-known`). */
export async function findStaticFiles(
  dirs: string[],
): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const dir of dirs.toReversed()) {
    for (const path of await walk(dir)) {
      const file = relative(dir, path).replaceAll("\\", "/");
      if (!/(^|\/)\.(?!well-known\/)/.test(file)) {
        files.set(encodePath(file), path);
      }
    }
  }
  return files;
}

/** A path of a URL, each of its names encoded in one way. */
export function encodePath(path: string): string {
  const names = path.split("/").filter(Boolean);
  return "/" + names.map(encodeURIComponent).join("/");
}

async function modules(dir: string, ignore: RegExp[]): Promise<string[]> {
  return (await walk(dir)).filter((path) =>
    /\.[jt]sx?$/.test(path) && !ignore.some((pattern) => pattern.test(path))
  );
}

/** All files below a folder, sorted; none where it is missing. */
async function walk(dir: string): Promise<string[]> {
  const options = { recursive: true, withFileTypes: true } as const;
  const entries = await readdir(dir, options).catch((error) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  return entries.filter((entry) => !entry.isDirectory())
    .map(({ parentPath, name }) => join(parentPath, name)).sort();
}
