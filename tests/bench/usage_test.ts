// How the bench counts processor time.
import { assert } from "@std/assert";
import { permitted } from "../support/permitted.ts";
import { countsUsage, usageOf } from "./usage.ts";

const ignore = !permitted || !countsUsage;

Deno.test({
  name:
    "The processor time of a process holds that of its children, also of those that have ended",
  ignore,
  async fn() {
    // The shell itself does next to nothing; its first child ends, its second works on.
    const burn = "i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done";
    const child = new Deno.Command("sh", {
      args: ["-c", `sh -c '${burn}'; echo; sh -c '${burn}; echo; read x'`],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const lines = child.stdout.getReader();
    await lines.read();
    const first = usageOf([child.pid]).used;
    await lines.read();
    const second = usageOf([child.pid]).used;
    await child.stdin.close();
    await lines.cancel();
    await child.status;
    assert(first > 0);
    assert(second > first);
  },
});

Deno.test({
  name:
    "What nobody uses of the machine is no more than there is, and both only grow",
  ignore,
  fn() {
    const before = usageOf([]);
    while (usageOf([]).all === before.all);
    const { all, idle, used } = usageOf([]);
    assert(all > before.all && idle >= before.idle);
    assert(idle - before.idle <= all - before.all);
    assert(used === 0);
  },
});
