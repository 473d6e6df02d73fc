// The app as it was before its speed was worked on: a commit of this repository, built once into the user's cache.
import { LeftOut } from "./left_out.ts";
import { app, type Subject } from "./subject.ts";

/** The commit whose figures the goals are counted from. */
export const BEFORE = "10864fc";

/**
 * That commit as a subject of the bench. Throws `LeftOut` where git does not
 * have it, as in a shallow clone, or where it can't be built, as without what
 * it took from npm.
 */
export async function findBefore(): Promise<Subject> {
  const home = Deno.env.get("HOME");
  const cache = Deno.env.get("XDG_CACHE_HOME") ?? (home && `${home}/.cache`);
  if (!cache) throw leftOut("neither XDG_CACHE_HOME nor HOME is set");
  const folder = `${cache}/kvetch-bench/${BEFORE}`;
  const there = await Deno.stat(folder).catch(() => null);
  if (!there) await build(folder);
  return app("before", folder);
}

/** Builds into `folder`, which is there complete or not at all. */
async function build(folder: string): Promise<void> {
  const parent = folder.replace(/\/[^/]*$/, "");
  await Deno.mkdir(parent, { recursive: true });
  const partial = await Deno.makeTempDir({ dir: parent });
  try {
    const tar = `${partial}/source.tar`;
    await run("git", ["archive", "--output", tar, BEFORE]);
    await run("tar", ["-xf", tar, "-C", partial]);
    await Deno.remove(tar);
    await run(Deno.execPath(), ["task", "build"], partial);
    await Deno.rename(partial, folder);
  } catch (error) {
    await Deno.remove(partial, { recursive: true });
    throw error;
  }
}

async function run(
  command: string,
  args: string[],
  cwd?: string,
): Promise<void> {
  let ended;
  try {
    ended = await new Deno.Command(command, { args, cwd }).output();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw leftOut(`there is no ${command}`);
  }
  if (ended.success) return;
  const why = new TextDecoder().decode(ended.stderr).trim().split("\n").at(-1);
  throw leftOut(`${command} ${args[0]} failed: ${why}`);
}

const leftOut = (why: string) =>
  new LeftOut(`Commit ${BEFORE} is left out: ${why}`);
