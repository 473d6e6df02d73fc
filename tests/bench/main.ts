// `deno task bench`: what the app does, beside its floor, an earlier commit and a peer, all in one run.
// `quick` makes less of each; names of parts (`push pull`) leave the others out.
import { BEFORE, findBefore } from "./before.ts";
import { drawChart } from "./chart.ts";
import { LeftOut } from "./left_out.ts";
import { describeMachine, inWords } from "./machine.ts";
import {
  benchFiles,
  benchPushBesideUploads,
  benchTransferMemory,
} from "./files.ts";
import { findPeer } from "./peer/start.ts";
import { benchAudience, benchMemory, benchPoke } from "./poke.ts";
import { benchPull, benchWholePull } from "./pull.ts";
import { benchPending, benchPush, type Effort } from "./push.ts";
import { benchRooms } from "./rooms.ts";
import { benchScale } from "./scale.ts";
import { benchScripts } from "./scripts.ts";
import { benchIndexing, benchSearch } from "./search.ts";
import { app, type Subject } from "./subject.ts";
import { type Row, tableOf } from "./table.ts";

const names = [...Deno.args];
const quick = names.includes("quick");
if (quick) names.splice(names.indexOf("quick"), 1);

const effort: Effort = quick
  ? { rounds: 3, length: 1_000 }
  : { rounds: 5, length: 2_000 };
const pokes = quick ? { rounds: 3, pushes: 10 } : { rounds: 3, pushes: 35 };
const pulls = quick ? 10 : 50;
const sizes = [1_000, 10_000, 100_000, ...quick ? [] : [1_000_000]];

/** Where the README finds them. */
const RESULTS = ".github/bench";

const today = app("today");
const before = await unlessLeftOut(findBefore);
const peer = await unlessLeftOut(findPeer);
const ownCommits = [today, ...before];
const all = [...ownCommits, ...peer];

const parts: Record<string, (folder: string) => AsyncGenerator<Row[]>> = {
  async *push(folder) {
    for (const clients of [1, 8, 32, 64]) {
      yield benchPush(all, folder, clients, effort, clients === 32);
    }
  },
  async *pending(folder) {
    yield [await benchPending(ownCommits, folder, effort.rounds)];
  },
  async *pull(folder) {
    yield [await benchWholePull(all, folder, pulls)];
    yield benchPull(ownCommits, folder, sizes, pulls);
  },
  async *poke(folder) {
    for (const listeners of [1, 100, 1_000]) {
      yield benchPoke(all, folder, listeners, pokes);
    }
  },
  async *audience(folder) {
    yield [await benchAudience(today, folder, 1_000, effort)];
  },
  async *memory(folder) {
    yield benchMemory(all, folder, quick ? 1 : 3);
  },
  async *files(folder) {
    yield benchFiles(folder, quick ? 3 : 10);
    yield benchTransferMemory(folder);
    yield [await benchPushBesideUploads(today, folder, effort)];
  },
  async *search(folder) {
    yield* benchSearch(folder, quick ? 100_000 : 1_000_000);
    yield [...await benchIndexing(folder, effort)];
  },
  async *scripts() {
    yield [await benchScripts()];
  },
  async *rooms() {
    yield benchRooms(quick ? 10 : 30);
  },
  scale: (folder) => benchScale(folder, effort, pokes),
};

/**
 * Only when they are named: one needs a KV server, the other some minutes. Their
 * figures are in lib/web/SCALING.md and lib/web/README.md.
 */
const ON_DEMAND = ["scale", "search"];

const unknown = names.filter((name) => !Object.hasOwn(parts, name));
if (unknown.length > 0) {
  console.error(
    `There is no part ${unknown.join(", ")}; there are ${
      Object.keys(parts).join(", ")
    }, and quick.`,
  );
  Deno.exit(2);
}

const machine = await describeMachine();
const rows: Row[] = [];
const folder = await Deno.makeTempDir();
try {
  for (const [name, run] of Object.entries(parts)) {
    const isAskedFor = names.length > 0
      ? names.includes(name)
      : !ON_DEMAND.includes(name);
    if (!isAskedFor) continue;
    for await (const more of run(folder)) {
      rows.push(...more);
      for (const { what } of more) console.error(what); // it takes minutes
    }
  }
  // Only what is whole is put where people read it.
  const isWhole = names.length === 0 && all.length === 3;
  if (isWhole) await writeResults();
} finally {
  console.log(`${inWords(machine)}\n\n${tableOf(rows, BEFORE)}`);
  console.log(JSON.stringify(rows)); // what there is, also when one of them failed
  await Deno.remove(folder, { recursive: true });
}

async function writeResults(): Promise<void> {
  const on = `${inWords(machine)}${quick ? ", a quick run" : ""}`;
  const title = "Kvetch beside a Replicache backend on Express and PostgreSQL";
  const files = {
    json: JSON.stringify({ machine, quick, rows }),
    md: `# What \`deno task bench\` measured\n\n${on}.\n\n${
      tableOf(rows, BEFORE)
    }`,
    svg: drawChart(rows, { title, before: BEFORE, machine: on }),
  };
  const paths = [];
  for (const [ending, text] of Object.entries(files)) {
    await Deno.writeTextFile(`${RESULTS}.${ending}`, text);
    paths.push(`${RESULTS}.${ending}`);
  }
  // As `deno task check` wants them.
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: ["fmt", "-q", ...paths],
  }).output();
  if (!success) throw new Error(`deno fmt failed for ${paths.join(", ")}`);
}

/** One subject, or none and a sentence that says why. */
async function unlessLeftOut(
  find: () => Promise<Subject>,
): Promise<Subject[]> {
  try {
    return [await find()];
  } catch (error) {
    if (!(error instanceof LeftOut)) throw error;
    console.error(`${error.message}.`);
    return [];
  }
}
