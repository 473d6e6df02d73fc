// What is news to an inbox, and what a process may still write that has slept.
import { assertEquals, assertRejects } from "@std/assert";
import type { Message } from "../../../../lib/chat/schema.ts";
import { SyncError } from "../../../../lib/sync/mod.ts";
import { AccountDeletions } from "../../../../lib/web/auth/account_deletion.ts";
import { InboxWorld } from "../../../support/inbox_world.ts";
import { pausableKv } from "../../../support/pausable_kv.ts";

Deno.test("reactions to a message that was edited, and whoever deletes their account, bring nothing into an inbox that was not wanted when it was news (M23)", async () => {
  using it = await InboxWorld.open();
  await it.own("ada").set("muted");
  await it.in().say("m1", "@Ada, one");
  await it.in().edit("m1", "@Ada, 1");
  await it.in().say("m2", "@Ada, two");
  await it.settle();
  await it.own("ada").set("all");
  await react(it, "m1");
  await it.settle();
  await it.in().edit("m2", "@Ada, 2");
  await react(it, "m2");
  assertEquals(await it.inbox("ada"), ["mention Bob: @Ada, 2"]);
  const deletions = new AccountDeletions(it.kv, it.sync);
  await deletions.delete("bob");
  await it.gone(["deletion"]);
  deletions.stop();
  assertEquals(await it.inbox("ada"), ["mention Deleted user: @Ada, 2"]);
});

Deno.test("what a process has read before it slept it writes no more once another has its work (T123)", async () => {
  for (const step of ["messageHolder", "log"]) {
    using it = await InboxWorld.open();
    await it.in().say("m1", "@Ada, not for long");
    const { kv, hold } = pausableKv(it.kv);
    const sleeper = new InboxWorld(kv);
    await sleeper.lease.hold();
    const { reached, release } = hold(
      "before",
      ({ kind, keys }) =>
        kind === "commit" && keys.some(([first]) => first === step),
    );
    const following = sleeper.follow();
    await reached;
    await it.kv.delete(["lease", "inbox"]); // its time is over
    await it.in().remove("m1");
    await it.settle();
    release();
    const error = await assertRejects(() => following, SyncError);
    assertEquals(error.problem, "outdated", step);
    assertEquals(await it.inbox("ada"), [], step);
    assertEquals(await it.holders(), 0, step);
    sleeper.sync.close();
  }
});

const react = (it: InboxWorld, id: string) =>
  it.sync.write([`room:${it.roomID}`], async (there) => {
    const message = await there.get(`message/${id}`) as Message;
    await there.set(`message/${id}`, {
      ...message,
      reactions: { "🦊": ["cleo"] },
    });
  });
