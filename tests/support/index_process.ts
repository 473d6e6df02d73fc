// A process that writes messages to a KV file and indexes what is there, until it is killed: one byte for each change.
import { Sync } from "../../lib/sync/mod.ts";
import { chatDomain } from "../../lib/web/chat/domain.ts";
import { IndexWorker } from "../../lib/web/search/index_worker.ts";
import { randomFrom } from "./random.ts";
import { changeSomething } from "./search_index.ts";

const [path, seed] = Deno.args;
const kv = await Deno.openKv(path);
const sync = new Sync(kv, chatDomain);
new IndexWorker(kv, sync, false).start();
const random = randomFrom(Number(seed));
const byte = new Uint8Array(1);
for (;;) {
  await changeSomething(sync, random);
  await Deno.stdout.write(byte);
}
