// Lists the files of all routes, so that a test leaves none out.

/** The files below `routes/` that answer requests, as `rooms/[room].tsx`. */
export async function routeFiles(folder = "routes"): Promise<string[]> {
  const files: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) files.push(...await routeFiles(path));
    else if (!name.startsWith("_")) files.push(path.replace("routes/", ""));
  }
  return files.sort();
}
