// The history checker with three processes on one KV server: whatever goes on at once, each pull shows the one state that its cookie names.
import { assertEquals } from "@std/assert";
import { makeHistory, OTHER, SPACE } from "../support/history.ts";
import { startChild } from "../support/history_child.ts";
import { faultsIn, mergeHistories } from "../support/history_checker.ts";
import { kvServerTest as test } from "../support/kv_server.ts";
import { quiet } from "../support/quiet.ts";
import { chosenSeed, soaking } from "../support/seeds.ts";

/** Pulls that bring news, of each process. */
const PULLS = soaking ? 20_000 : 300;

test("pull() shows one state of history when three processes on a KV server write, prune and expire at once (C1, C2, P1, L1, L3, L8, H8)", async (server) => {
  using _ = quiet();
  const seed = chosenSeed();
  using kv = await server.connect();
  const folder = await Deno.makeTempDir();
  try {
    const others = await Promise.all(
      ["second", "third"].map((name, i) =>
        startChild(
          server.url,
          name,
          seed + i + 1,
          PULLS,
          `${folder}/${name}.json`,
        )
      ),
    );
    const options = { seed, name: "first", pulls: PULLS, onServer: true };
    const first = await makeHistory(kv, options);
    const story = mergeHistories(
      first,
      ...await Promise.all(others.map((each) => each.story())),
    );
    // Processes that crowd one space may tell each other to wait.
    story.odd = story.odd.filter((each) => !each.includes("storage is busy"));
    for (const space of [SPACE, OTHER]) {
      assertEquals(faultsIn(story, space).slice(0, 10), [], `SEED=${seed}`);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
