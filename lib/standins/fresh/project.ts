// Finds the islands, routes and static files of a project.
import { basename, extname, join, relative } from "node:path";
import { sortFiles } from "./file_routes.ts";
import { encodePath } from "./static_files.ts";

/** Modules of islands, each with the unique name of its script. */
export async function findIslands(
  dir: string,
  ignore: RegExp[],
): Promise<[name: string, path: string][]> {
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
): Promise<[id: string, path: string][]> {
  const paths = new Map<string, string>();
  for (const path of await modules(dir, ignore)) {
    const id = relative(dir, path).replaceAll("\\", "/");
    paths.set("/" + id.slice(0, -extname(id).length), path);
  }
  return sortFiles([...paths.keys()]).map((id) => [id, paths.get(id)!]);
}

/** Static files by URL path. Hidden files are left out, `.well-known` is not. */
export async function findStaticFiles(
  dirs: string[],
): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const dir of dirs) {
    for (const path of await walk(dir)) {
      const name = relative(dir, path).replaceAll("\\", "/");
      if (/(^|\/)\.(?!well-known\/)/.test(name)) continue;
      const pathname = encodePath(name);
      if (!files.has(pathname)) files.set(pathname, path);
    }
  }
  return files;
}

async function modules(dir: string, ignore: RegExp[]): Promise<string[]> {
  return (await walk(dir)).filter((path) =>
    /\.[jt]sx?$/.test(path) && !ignore.some((pattern) => pattern.test(path))
  );
}

/** The paths of all files below a folder, sorted; none where it is missing. */
async function walk(dir: string): Promise<string[]> {
  const paths: string[] = [];
  try {
    for await (const { name, isDirectory } of Deno.readDir(dir)) {
      const path = join(dir, name);
      if (isDirectory) paths.push(...await walk(path));
      else paths.push(path);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return paths.sort();
}
