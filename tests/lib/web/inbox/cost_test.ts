// What it costs to follow messages into inboxes: no room's notices wait for long behind another's (T79, T83).
import { assert, assertEquals } from "@std/assert";
import { type Gate, gatedKv } from "../../../support/gated_kv.ts";
import { InboxWorld } from "../../../support/inbox_world.ts";
import { exportOf, said, TransferStore } from "../../../support/transfer.ts";

/** Counts reads, and how many of lists of who has copies are under way at once. */
class Counter {
  reads = 0;
  lists = 0;
  atOnce = 0;
  #underWay = 0;

  readonly gate: Gate = async ({ kind, keys }, run) => {
    if (kind !== "commit") this.reads++;
    const isOfHolders = kind === "list" && keys[0][0] === "messageHolder";
    if (!isOfHolders) return await run();
    this.lists++;
    this.atOnce = Math.max(this.atOnce, ++this.#underWay);
    const found = await run();
    this.#underWay--;
    return found;
  };
}

Deno.test("however many answers and mentions are imported, it takes no more reads to follow them (T124)", async () => {
  const counts = [];
  for (const size of [1, 300]) {
    using it = await InboxWorld.open();
    const store = new TransferStore(it.kv);
    const messages = Array.from(
      { length: size },
      (_, n) => said(`m${n}`, { content: "@Ada, yes", replyTo: "m0" }),
    );
    const state = await store.import(exportOf(messages));
    assertEquals([state.state, state.messages], ["done", size]);
    const counter = new Counter();
    const follower = new InboxWorld(gatedKv(it.kv, counter.gate));
    await follower.settle();
    counts.push(counter.reads);
    store.sync.close();
    follower.sync.close();
  }
  const [one, many] = counts;
  assertEquals(many, one);
});

Deno.test("who has copies is asked for ten messages at a time, once for each that is new or has changed (T124)", async () => {
  using it = await InboxWorld.open();
  for (let n = 0; n < 45; n++) await it.in().say(`m${n}`, `@Ada, ${n}`);
  await it.settle();
  await it.lease.release();
  for (let n = 0; n < 40; n++) await it.in().remove(`m${n}`);
  for (let n = 0; n < 30; n++) await it.in().say(`n${n}`, "Yes", "m44");
  const counter = new Counter();
  const follower = new InboxWorld(gatedKv(it.kv, counter.gate));
  follower.roomID = it.roomID;
  await follower.lease.hold();
  await follower.follow();
  assertEquals(counter.lists, 2 * 70); // as the world tells all of it twice
  assert(counter.atOnce === 10, `${counter.atOnce} at once`);
  follower.sync.close();
});
