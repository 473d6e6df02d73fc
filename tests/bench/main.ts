// `deno task bench`: what the engine does, each figure beside its floor from the same run.
import { benchPush } from "./push.ts";
import { benchScripts } from "./scripts.ts";
import { printTable, type Row } from "./table.ts";

const rows: Row[] = [];
for (const clients of [8, 32, 64]) rows.push(await benchPush(clients));
rows.push(await benchScripts());
printTable(rows);
