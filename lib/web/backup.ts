// `deno task backup <file>`: a copy of all data, taken while the app runs.
import { backup, DatabaseSync } from "node:sqlite";
import { readSettings, SettingsError } from "./settings.ts";

/**
 * Copies the app's database into a new file, as of one moment, while others
 * write to it (SQLite's online backup). A copy of the file alone would lack
 * what is still in its write-ahead log. Throws a `SettingsError`.
 */
async function copyTo(target: string | undefined): Promise<string> {
  const { kvPath } = readSettings((name) => Deno.env.get(name), Deno.build.os);
  if (!target) throw new SettingsError("Name the file to copy the data into.");
  if (!kvPath || kvPath === ":memory:" || /^https?:/.test(kvPath)) {
    throw new SettingsError("Only data in a file can be copied like this.");
  }
  // `createNew`: nothing that is there already is written over.
  const taken = await Deno.open(target, { write: true, createNew: true })
    .then((file) => file.close(), (error) => error);
  if (taken) throw new SettingsError(`Can't write ${target}: ${taken.message}`);
  let source: DatabaseSync | undefined;
  try {
    source = new DatabaseSync(kvPath, { readOnly: true });
    await backup(source, target);
    return `Copied ${kvPath} to ${target}`;
  } catch (error) {
    await Deno.remove(target);
    const reason = error instanceof Error ? error.message : String(error);
    throw new SettingsError(`Can't copy ${kvPath}: ${reason}`);
  } finally {
    source?.close();
  }
}

if (import.meta.main) {
  try {
    console.log(await copyTo(Deno.args[0]));
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    console.error(error.message);
    Deno.exit(1);
  }
}
