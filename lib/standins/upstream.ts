// `deno task upstream`: switches from the stand-ins to Fresh and @std as JSR has them, and back.

const FILE = "deno.json";

/** The folders of this one that are packages. */
async function standIns(): Promise<string[]> {
  const folders: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir("lib/standins")) {
    if (isDirectory) folders.push(`lib/standins/${name}`);
  }
  return folders.sort();
}

const { links, ...rest } = JSON.parse(await Deno.readTextFile(FILE));
const added = links ? [] : [["links", await standIns()]];
// Where it stands in the file, so that back again nothing has changed.
const entries = Object.entries(rest).flatMap((entry) =>
  entry[0] === "imports" ? [entry, ...added] : [entry]
);
const text = JSON.stringify(Object.fromEntries(entries), null, 2);
await Deno.writeTextFile(FILE, `${text}\n`);
console.log(
  links
    ? "Fresh and @std come from JSR now; the same command leads back."
    : "Fresh and @std are the stand-ins of lib/standins now.",
);
