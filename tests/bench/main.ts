// `deno task bench`: what the engine does, each figure beside its floor from the same run. With `quick`, less of each.
import { benchAudience, benchMemory, benchPoke } from "./poke.ts";
import { benchPull } from "./pull.ts";
import { benchPending, benchPush, type Effort } from "./push.ts";
import { benchRooms } from "./rooms.ts";
import { benchScripts } from "./scripts.ts";
import { printTable, type Row } from "./table.ts";

const quick = Deno.args.includes("quick");
const effort: Effort = quick
  ? { rounds: 1, length: 1_000 }
  : { rounds: 5, length: 2_000 };
const sizes = quick
  ? [1_000, 10_000, 100_000]
  : [1_000, 10_000, 100_000, 1_000_000];

const folder = await Deno.makeTempDir();
const rows: Row[] = [];
const add = (...more: Row[]) => {
  rows.push(...more);
  for (const { what } of more) console.error(what); // it takes minutes
};
try {
  for (const clients of [8, 32, 64]) {
    add(...await benchPush(folder, clients, effort, clients === 32));
  }
  add(await benchPending(folder, effort.rounds));
  add(...await benchPull(folder, sizes, quick ? 10 : 50));
  for (const listeners of [1, 100, 1_000]) {
    add(...await benchPoke(folder, listeners, quick ? 25 : 100));
  }
  add(await benchAudience(folder, 1_000, effort));
  add(await benchMemory(folder, 1_000));
  add(await benchScripts());
  add(...await benchRooms(quick ? 10 : 30));
} finally {
  printTable(rows); // what there is, also when one of them failed
  await Deno.remove(folder, { recursive: true });
}
