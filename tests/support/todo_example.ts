// The example of a domain that the READMEs of lib/sync and lib/replica give, as files that run.

const ROOT = new URL("../../", import.meta.url);

/** The lines of a README's example, by the names of its files. */
export async function readExample(
  part: "lib/sync" | "lib/replica",
): Promise<Record<string, string>> {
  const readme = await Deno.readTextFile(new URL(`${part}/README.md`, ROOT));
  const files = readme.matchAll(/^```ts\n(\/\/ (\w+\.ts): .*?)^```/gms);
  return Object.fromEntries([...files].map(([, code, name]) => [name, code]));
}

/** A folder with the files of both READMEs, which import this project from where it is. */
export async function writeExample(): Promise<
  { path: string } & AsyncDisposable
> {
  const path = await Deno.makeTempDir();
  const files = {
    ...await readExample("lib/sync"),
    ...await readExample("lib/replica"),
  };
  for (const [name, code] of Object.entries(files)) {
    const inPlace = code.replaceAll('"./lib/', `"${ROOT.pathname}lib/`);
    await Deno.writeTextFile(`${path}/${name}`, inPlace);
  }
  return {
    path,
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}
