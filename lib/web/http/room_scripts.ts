// Finds all scripts that a room's page loads by itself, so that its HTML can name them at once.
import { asset } from "fresh/runtime";

/** What the page itself asks for at its end, and names nowhere else. */
const FIRST = /^(?:fresh-runtime|Device|Rooms)\.js$/;

/** What a script imports at once. */
const IMPORTED = /\b(?:from|import)"\.\/([^"]+\.js)"/g;

/** The replica, which it imports once it is alive. */
const ON_USE = /\bimport\("\.\/(live_replica-[^"]+\.js)"\)/g;

/**
 * What a `<link>` says of a script. Of one that is loaded on use it tells the
 * browser to fetch it, as `loadScript` does: a module that did not come once is
 * never loaded again.
 */
export type ScriptLink = { href: string } & (typeof MODULE | typeof FETCHED);

const MODULE = { rel: "modulepreload" } as const;
const FETCHED = {
  rel: "preload",
  as: "fetch",
  crossorigin: "anonymous",
} as const;

/**
 * Links to the scripts among what a build has put into `folder`, which is served
 * at `/`; each after one that imports it. None while `dev.ts` serves.
 */
export async function roomScripts(folder: URL): Promise<ScriptLink[]> {
  // The build's ID is in every address of its files.
  const [, build] = asset("/").split("=");
  const path = `/_fresh/js/${build}/`;
  const scripts = new URL(`.${path}`, folder);
  const first: string[] = [];
  try {
    for await (const { name } of Deno.readDir(scripts)) {
      if (FIRST.test(name)) first.push(name);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const read = (name: string) => Deno.readTextFile(new URL(name, scripts));
  /** These, and all that they import at once. */
  async function closure(names: Iterable<string>) {
    const all = new Set(names);
    // It grows on the way.
    for (const name of all) {
      for (const [, other] of (await read(name)).matchAll(IMPORTED)) {
        all.add(other);
      }
    }
    return all;
  }
  const imported = await closure(first);
  const codes = await Promise.all([...imported].map(read));
  const fetched = await closure(
    codes.flatMap((code) => [...code.matchAll(ON_USE)].map(([, name]) => name)),
  );
  const links = <T>(names: Iterable<string>, link: T) =>
    Array.from(names, (name) => ({ href: path + name, ...link }));
  return [
    ...links(imported.difference(new Set(first)), MODULE),
    ...links(fetched.difference(imported), FETCHED),
  ];
}
