// Starts another process of the history checker.
import { assert } from "@std/assert";
import type { RecordedHistory } from "./history_checker.ts";

/** The story that another process makes. */
export type Child = { story: () => Promise<RecordedHistory> };

/** Starts one on a KV, a file or a server's URL, and waits until it begins; `output` is a file of its own. */
export async function startChild(
  path: string,
  name: string,
  seed: number,
  pulls: number,
  output: string,
): Promise<Child> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-q", "-P=test", "tests/support/history_process.ts"],
      ...[path, name, `${seed}`, `${pulls}`, output],
    ],
    stdout: "piped",
  }).spawn();
  const begun = child.stdout.getReader();
  await begun.read();
  return {
    async story() {
      await begun.cancel();
      assert((await child.status).success);
      return JSON.parse(await Deno.readTextFile(output));
    },
  };
}
