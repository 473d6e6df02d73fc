// Whose turn it is to commit, when several processes do so all the time.
import { assert, assertEquals } from "@std/assert";
import { Sync } from "../../../lib/sync/mod.ts";
import { bob, Client, domain, openSync } from "../../support/counter_domain.ts";
import { type Call, gatedKv } from "../../support/gated_kv.ts";

const isCommit = ({ kind }: Call) => kind === "commit";

/** A KV as over a network, that tells of each commit of a push whether it happened. */
const far = (kv: Deno.Kv, onCommit: (ok: boolean) => void = () => {}) =>
  gatedKv(kv, async (call, run) => {
    await new Promise((resolve) => setTimeout(resolve, 1));
    const answer = await run();
    if (isCommit(call) && call.keys.some(([kind]) => kind === "version")) {
      onCommit((answer as { ok: boolean }).ok);
    }
    return answer;
  });

/** Pushes one after the other, as long as `goesOn`. */
async function pushWhile(client: Client, goesOn: () => boolean) {
  while (goesOn()) {
    const id = crypto.randomUUID();
    assertEquals(await client.push(client.mutation("add", { id })), null);
  }
}

const queueOf = (kv: Deno.Kv) => kv.get<string[]>(["turns", "s"]);

Deno.test("three processes that push to a space all the time have turns, one after the other (C9)", async () => {
  await using it = await openSync();
  const order: number[] = [];
  let outrun = 0;
  const syncs = [0, 1, 2].map((i) =>
    new Sync(
      far(it.kv, (ok) => {
        if (ok) order.push(i);
        else outrun++;
      }),
      domain,
    )
  );
  await Promise.all(
    syncs.flatMap((sync) =>
      [0, 1].map(() => pushWhile(new Client(sync), () => order.length < 150))
    ),
  );
  // Once they know of each other nobody waits for more than a round and the next.
  const rounds = order.slice(60, 150);
  for (const process of [0, 1, 2]) {
    const places = rounds.flatMap((each, i) => each === process ? [i] : []);
    const longest = Math.max(
      ...places.map((at, i) => at - (places[i - 1] ?? 0)),
    );
    assert(longest <= 10, `${process} waited for ${longest}: ${order}`);
    assert(places.length >= 15, `${process} had ${places.length}: ${order}`);
  }
  assert(outrun < 75, `${outrun} commits in vain`);
});

Deno.test("one that stops is left out after its turn, and the last one needs no turns (C9)", async () => {
  await using it = await openSync();
  const [stopping, staying] = [0, 1].map(() => new Sync(far(it.kv), domain));
  let stops = false;
  const busy = pushWhile(new Client(staying), () => !stops);
  const other = new Client(stopping, bob);
  while ((await queueOf(it.kv)).value?.length !== 2) {
    await other.push(other.mutation("add", { id: crypto.randomUUID() }));
  }
  // The other goes on alone, until nothing is left of the queue.
  while ((await queueOf(it.kv)).versionstamp !== null) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  stops = true;
  await busy;
});

Deno.test("one that was killed in its turn holds up the others for a moment, and no queue for ever (C9)", async () => {
  await using it = await openSync();
  await it.kv.set(["turns", "s"], ["dead", "gone"]);
  const client = new Client(new Sync(far(it.kv), domain));
  for (const id of ["a", "b", "c"]) {
    assertEquals(await client.push(client.mutation("add", { id })), null);
  }
  assertEquals((await queueOf(it.kv)).versionstamp, null);
});

Deno.test("write() of two spaces has its turn beside processes that push to both (C9, S4)", async () => {
  await using it = await openSync();
  await it.sync.write(["t"], (tx) => tx.set("born", true));
  let over = false;
  const pushing = ["s", "t"].map((space) =>
    pushWhile(
      new Client(new Sync(far(it.kv), domain), bob, undefined, space),
      () => !over,
    )
  );
  const writing = new Sync(far(it.kv), domain);
  for (let n = 0; n < 5; n++) {
    await writing.write(["s", "t"], async (a, b) => {
      await a.set("n", n);
      await b.set("n", n);
    });
  }
  over = true;
  await Promise.all(pushing);
  assertEquals(await it.sync.get("s", "n"), [4]);
  assertEquals(await it.sync.get("t", "n"), [4]);
});

Deno.test("a commit of one process alone has a check more, and no queue (C9)", async () => {
  await using it = await openSync();
  const seen: Call[] = [];
  const sync = new Sync(
    gatedKv(it.kv, (call, run) => {
      if (isCommit(call)) seen.push(call);
      return run();
    }),
    domain,
  );
  const client = new Client(sync);
  await client.push(client.mutation("add", { id: "a" }));
  assertEquals(seen.length, 1);
  assertEquals(seen[0].checks.filter(([kind]) => kind === "turns").length, 1);
  assertEquals(seen[0].keys.filter(([kind]) => kind === "turns"), []);
});
