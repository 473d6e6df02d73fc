// Notes are told, and what can't be told keeps nothing else waiting.
import { assertEquals } from "@std/assert";
import { Sync } from "../../../../lib/sync/mod.ts";
import { NoteTeller } from "../../../../lib/web/jobs/note_teller.ts";
import { domain } from "../../../support/counter_domain.ts";
import { quiet } from "../../../support/quiet.ts";

const TERM = { key: ["term"], versionstamp: null };

/** An engine with so many notes in each of these spaces. */
async function open(spaces: Record<string, number>) {
  const kv = await Deno.openKv(":memory:");
  const sync = new Sync(kv, domain);
  for (const [space, count] of Object.entries(spaces)) {
    for (let n = 0; n < count; n++) {
      await sync.write([space], (tx) => tx.set(`item/${n}`, { n }));
    }
  }
  return {
    kv,
    sync,
    [Symbol.dispose]() {
      sync.close();
      kv.close();
    },
  };
}

Deno.test("Notes of a space that a follower can't be told of stay, and keep neither other spaces waiting nor other followers (T79)", async () => {
  using _ = quiet();
  using it = await open({ a: 1, b: 2, c: 1 });
  const teller = new NoteTeller(it.kv, it.sync);
  let isBroken = true;
  const told: string[][] = [[], []];
  teller.add((space) => {
    if (isBroken && space === "b") return Promise.reject(new Error("broken"));
    return Promise.resolve(void told[0].push(space));
  });
  teller.add((space) => Promise.resolve(void told[1].push(space)));
  assertEquals(await teller.tellSome(TERM), 2);
  assertEquals(told, [["a", "c"], ["a", "b", "c"]]);
  assertEquals(await teller.tellSome(TERM), undefined);
  isBroken = false;
  assertEquals(await teller.tellSome(TERM), undefined); // those behind it
  assertEquals(await teller.tellSome(TERM), 2);
  assertEquals(told[0], ["a", "c", "b"]);
  assertEquals(await teller.tellSome(TERM), 0);
});

Deno.test("However many notes can't be told, those of the spaces behind them are (T79)", async () => {
  using _ = quiet();
  using it = await open({ a: 450, b: 1 });
  const teller = new NoteTeller(it.kv, it.sync);
  const told: string[] = [];
  teller.add((space) => {
    if (space === "a") return Promise.reject(new Error("broken"));
    return Promise.resolve(void told.push(space));
  });
  assertEquals(await teller.tellSome(TERM), undefined);
  assertEquals(await teller.tellSome(TERM), 1);
  assertEquals(told, ["b"]);
});
