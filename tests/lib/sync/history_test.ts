// The history checker: whatever goes on at once, each pull shows the one state that its cookie names.
import { assert, assertEquals } from "@std/assert";
import type { Call, Gate } from "../../support/gated_kv.ts";
import {
  makeHistory,
  type Options,
  OTHER,
  SPACE,
} from "../../support/history.ts";
import { MAX_RANGES } from "../../../lib/sync/protocol.ts";
import { startChild } from "../../support/history_child.ts";
import { permitted } from "../../support/permitted.ts";
import { quiet } from "../../support/quiet.ts";
import { chosenSeed, soaking } from "../../support/seeds.ts";
import {
  faultsIn,
  mergeHistories,
  type RecordedHistory,
  type RecordedPull,
} from "../../support/history_checker.ts";

/** Pulls that bring news (as many more bring none), and how many one story holds. */
const PULLS = soaking ? 400_000 : 5_000;
const PULLS_PER_HISTORY = soaking ? 5_000 : 2_500;

/** Says what is wrong with a story, and how to see it again. */
function assertTrue(story: RecordedHistory, seed: number): void {
  for (const space of [SPACE, OTHER]) {
    const faults = faultsIn(story, space);
    assertEquals(faults.slice(0, 10), [], `SEED=${seed}`);
  }
}

Deno.test("pull() shows one state of history, whoever writes, widens, resets, forks, prunes and expires meanwhile (C1, P1, L1, L3, L5, L6, L9, W2, W3, W5)", async () => {
  using _ = quiet();
  const start = chosenSeed();
  for (let pulls = 0, seed = start; pulls < PULLS; seed++) {
    const kv = await Deno.openKv(":memory:");
    const story = await makeHistory(kv, {
      seed,
      name: "one",
      pulls: PULLS_PER_HISTORY,
    });
    assertTrue(story, seed);
    pulls += PULLS_PER_HISTORY;
    kv.close();
  }
});

Deno.test("pull() shows one state of history to views with many ranges that come and go while others write (L1, L3, W2, W5)", async () => {
  using _ = quiet();
  const seed = chosenSeed();
  using kv = await Deno.openKv(":memory:");
  const pulls = soaking ? 40_000 : 800;
  const story = await makeHistory(kv, {
    seed,
    name: "one",
    pulls,
    items: 10_000,
    groups: 4,
    restarts: 0,
    resets: 0,
  });
  // A snapshot of so much can be overtaken by the pruner five times.
  story.odd = story.odd.filter((each) => !each.includes("storage is busy"));
  const ranges = story.pulls.map(({ body }) => body.cookie.ranges ?? []);
  assert(ranges.some(({ length }) => length === MAX_RANGES), `SEED=${seed}`);
  assertTrue(story, seed);
});

Deno.test({
  name:
    "pull() shows one state of history when two processes share a KV file (C1, C2, P1, L1, L3, L8)",
  ignore: !permitted, // it starts a process
  async fn() {
    using _ = quiet();
    const start = chosenSeed();
    for (let pulls = 0, seed = start; pulls < PULLS; seed += 2) {
      const story = await twoProcesses(seed);
      assertTrue(story, seed);
      pulls += 2 * PULLS_PER_HISTORY;
    }
  },
});

/** Half of a history is made here, half in another process. */
async function twoProcesses(seed: number): Promise<RecordedHistory> {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/kv.sqlite`;
    const output = `${folder}/story.json`;
    using kv = await Deno.openKv(path);
    using reader = await Deno.openKv(path);
    const other = await startChild(
      path,
      "second",
      seed + 1,
      PULLS_PER_HISTORY,
      output,
    );
    const options = { seed, name: "first", pulls: PULLS_PER_HISTORY, reader };
    const first = await makeHistory(kv, options);
    const second = await other.story();
    const story = mergeHistories(first, second);
    // Two processes that crowd one file may ask each other to wait.
    story.odd = story.odd.filter((each) => !each.includes("storage is busy"));
    return story;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

// A checker that cannot fail proves nothing: engines that are spoilt in these ways must be found out.

type Entry = Deno.KvEntryMaybe<never>;

/** Alters some of the entries of a kind that KV gives. */
function altered(
  kind: Call["kind"],
  of: string,
  alter: (entry: Entry) => Entry,
  every = 3,
): Gate {
  let calls = 0;
  // deno-lint-ignore no-explicit-any -- answers of every shape
  return async (call, run): Promise<any> => {
    // deno-lint-ignore no-explicit-any -- as above
    const result: any = await run();
    if (call.kind !== kind || call.keys[0]?.[0] !== of) return result;
    if (kind === "get") return ++calls % every ? result : alter(result);
    if (kind === "getMany") {
      return ++calls % every ? result : [alter(result[0]), ...result.slice(1)];
    }
    if (result.done || ++calls % every) return result;
    return { ...result, value: alter(result.value) };
  };
}

/** What KV gave of the same key some time ago. */
function stale(): (entry: Entry) => Entry {
  const before = new Map<string, Entry[]>();
  return (entry) => {
    const key = String(entry.key);
    const all = before.get(key) ?? [];
    before.set(key, all);
    all.push(entry);
    return all.at(-3) ?? entry;
  };
}

// deno-lint-ignore no-explicit-any -- log entries and records are altered
const json = (alter: (value: any) => unknown) => (entry: Entry): Entry => {
  const text = new TextDecoder().decode(entry.value!);
  const value = new TextEncoder().encode(
    JSON.stringify(alter(JSON.parse(text))),
  );
  return { ...entry, value } as Entry;
};

/** Says of each seventh push that it was committed. */
function lie(): Gate {
  let pushes = 0;
  return (call, run) => {
    const isPush = call.keys.some(([kind]) => kind === "client");
    if (call.kind !== "commit" || !isPush || ++pushes % 7) return run();
    return Promise.resolve({ ok: true, versionstamp: "0" } as never);
  };
}

const rounded = (cookie: RecordedPull["body"]["cookie"]) => ({
  ...cookie,
  order: Math.ceil(cookie.order / 3) * 3,
});

const SABOTAGES: Record<string, [RegExp, Partial<Options>]> = {
  "reads the version of some time ago": [
    /older than/,
    { sabotage: altered("getMany", "version", stale()) },
  ],
  "takes old entries into a snapshot": [
    /instead of/,
    { sabotage: altered("list", "entry", stale()) },
  ],
  "takes clients from another moment than entries": [
    /is at \d+, not \d+/,
    {
      restarts: 0.3,
      sabotage: altered("list", "client", (entry) => ({
        ...entry,
        value: { lastMutationID: 1 } as never,
      })),
    },
  ],
  "skips the ops of a log entry": [
    /instead of/,
    { sabotage: altered("list", "log", json((log) => ({ ...log, ops: [] }))) },
  ],
  "skips the clients of a log entry": [
    /is at \d+(, not| and has told)/,
    {
      sabotage: altered(
        "list",
        "log",
        json((log) => ({ ...log, lastMutationIDs: [] })),
        1,
      ),
    },
  ],
  "does not replay what came during a scan": [
    /instead of|is at|too much/,
    { sabotage: altered("get", "version", stale()) },
  ],
  "says that it has committed and has not": [
    /was answered and is not in/,
    { sabotage: lie() },
  ],
  "forgets one op of an answer": [
    /instead of|too much/,
    { spoil: (body) => ({ ...body, patch: body.patch.slice(0, -1) }) },
  ],
  "forgets an answer's clients": [
    /is at \d+, not /,
    { spoil: (body) => ({ ...body, lastMutationIDChanges: {} }) },
  ],
  "answers with another's clients": [
    /is not of/,
    {
      spoil: (body) => ({
        ...body,
        lastMutationIDChanges: { ...body.lastMutationIDChanges, stranger: 1 },
      }),
    },
  ],
  "confirms a mutation before it is in": [
    /and has told/,
    {
      spoil: (body) => {
        const all = Object.entries(body.lastMutationIDChanges)
          .map(([clientID, id]) => [clientID, id + 3]);
        return { ...body, lastMutationIDChanges: Object.fromEntries(all) };
      },
    },
  ],
  "answers news under an old cookie": [
    /under the same cookie/,
    { spoil: (body) => ({ ...body, cookie: rounded(body.cookie) }) },
  ],
};

for (const [what, [found, options]] of Object.entries(SABOTAGES)) {
  Deno.test(`The history checker finds out an engine that ${what}`, async () => {
    using _ = quiet();
    const first = chosenSeed();
    let faults: string[] = [];
    // A short history may not come to where it would show.
    for (let seed = first; seed < first + 5; seed++) {
      using kv = await Deno.openKv(":memory:");
      const crowd = { seed, name: "bad", pulls: 300 };
      const story = await makeHistory(kv, { ...crowd, ...options });
      faults = faultsIn(story, SPACE);
      if (faults.some((fault) => found.test(fault))) return;
    }
    assert(false, `SEED=${first}\n${faults.slice(0, 10).join("\n")}`);
  });
}
