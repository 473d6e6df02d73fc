// Another process of the history checker: its part of the crowd, on the same KV file or server.
import { connectKv } from "../../lib/web/kv_connect.ts";
import { makeHistory } from "./history.ts";
import { quiet } from "./quiet.ts";

const [path, name, seed, pulls, output] = Deno.args;
using _ = quiet();
const onServer = path.startsWith("http:");
const kv = await (onServer ? connectKv(path) : Deno.openKv(path));
const reader = onServer ? undefined : await Deno.openKv(path);
await Deno.stdout.write(new Uint8Array(1)); // the others begin with us
const story = await makeHistory(kv, {
  seed: Number(seed),
  name,
  pulls: Number(pulls),
  reader,
  onServer,
});
await Deno.writeTextFile(output, JSON.stringify(story));
kv.close();
reader?.close();
