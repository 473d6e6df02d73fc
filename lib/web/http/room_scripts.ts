// Finds all scripts that a room's page loads by itself, so that its HTML can name them at once.
import { asset } from "fresh/runtime";

/** What the page itself asks for at its end, and names nowhere else. */
const FIRST = /^(?:fresh-runtime|Device|Rooms)\.js$/;

/** What a script imports at once, and the replica, which it imports once it is alive. */
const IMPORTED =
  /\b(?:from|import|import\((?="\.\/live_replica-))"\.\/([^"]+\.js)"/g;

/**
 * Addresses of scripts among what a build has put into `folder`, which is
 * served at `/`; each after one that imports it. None while `dev.ts` serves.
 */
export async function roomScripts(folder: URL): Promise<string[]> {
  // The build's ID is in every address of its files.
  const [, build] = asset("/").split("=");
  const path = `/_fresh/js/${build}/`;
  const scripts = new URL(`.${path}`, folder);
  const names = new Set<string>();
  try {
    for await (const { name } of Deno.readDir(scripts)) {
      if (FIRST.test(name)) names.add(name);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  // It grows on the way.
  for (const name of names) {
    const code = await Deno.readTextFile(new URL(name, scripts));
    for (const [, imported] of code.matchAll(IMPORTED)) names.add(imported);
  }
  return [...names].filter((name) => !FIRST.test(name))
    .map((name) => path + name);
}
