// A second process of the history checker: its half of the crowd, on the same KV file.
import { makeHistory } from "./history.ts";
import { quiet } from "./quiet.ts";

const [path, seed, pulls, output] = Deno.args;
using _ = quiet();
const [kv, reader] = [await Deno.openKv(path), await Deno.openKv(path)];
await Deno.stdout.write(new Uint8Array(1)); // the other begins with us
const story = await makeHistory(kv, {
  seed: Number(seed),
  name: "second",
  pulls: Number(pulls),
  reader,
});
await Deno.writeTextFile(output, JSON.stringify(story));
kv.close();
reader.close();
