// A restored backup of a KV server's data: people's copies of messages are as the messages are there, and follow them.
import { assertEquals } from "@std/assert";
import { Sync } from "../../../../lib/sync/mod.ts";
import { backUp, restore } from "../../../../lib/web/backup.ts";
import { chatDomain } from "../../../../lib/web/chat/domain.ts";
import { endMember } from "../../../../lib/web/chat/members.ts";
import { gatedKv } from "../../../support/gated_kv.ts";
import { InboxWorld } from "../../../support/inbox_world.ts";
import { folderTest } from "../../../support/with_folder.ts";

const SERVER = "http://kv.example";

/** A world as it is after a backup of this one was restored; `meanwhile` happens right after the moment that the copy is of. */
async function restored(
  it: InboxWorld,
  folder: string,
  meanwhile = () => Promise.resolve(),
): Promise<InboxWorld> {
  let moments = 0;
  const open = (kv: Deno.Kv) => () =>
    Promise.resolve({
      kv: Object.assign(Object.create(kv), { close() {} }) as Deno.Kv,
      sync: new Sync(kv, chatDomain),
    });
  const watched = gatedKv(it.kv, async ({ kind, keys }, run) => {
    const result = await run();
    const isMoment = kind === "commit" && keys[0][0] === "nothing";
    if (isMoment && ++moments === 2) await meanwhile();
    return result;
  });
  await backUp(SERVER, open(watched), `${folder}/copy`);
  const other = gatedKv(await Deno.openKv(":memory:"), (_, run) => run());
  await restore(SERVER, open(other), `${folder}/copy`);
  const world = new InboxWorld(other);
  world.roomID = it.roomID;
  return world;
}

folderTest(
  "a message that is deleted in a restored store leaves all copies of it, though it was deleted in the first one, and followed there, while that was copied (T71, T123)",
  async (folder) => {
    using it = await InboxWorld.open();
    await it.in().say("m1", "@Cleo, come");
    await it.settle();
    await it.own("ada").save("m1");
    await it.settle();
    using other = await restored(it, folder, async () => {
      await it.in().remove("m1");
      await it.settle();
    });
    assertEquals(await it.holders(), 0);
    assertEquals(await other.inbox("cleo"), ["mention Bob: @Cleo, come"]);
    assertEquals(await other.holders(), 2);
    await other.in().remove("m1");
    assertEquals(await other.inbox("cleo"), []);
    assertEquals((await other.shown("ada")).saved, []);
    assertEquals(await other.holders(), 0);
  },
);

folderTest(
  "what no copy had followed yet by the moment of a backup is followed by its restore, but for what is new (T72, T123, N1)",
  async (folder) => {
    using it = await InboxWorld.open();
    await it.in().say("m1", "@Cleo, one");
    await it.in().say("m2", "@Cleo @Ada, two");
    await it.in().say("m3", "@Ada, three");
    await it.settle();
    for (const id of ["m1", "m2"]) await it.own("cleo").save(id);
    await it.settle();
    await it.in().edit("m1", "@Cleo, 1");
    await it.in().remove("m2");
    await it.in().say("m4", "@Cleo, four");
    await endMember(it.sync, "ada", it.roomID);
    using other = await restored(it, folder);
    assertEquals(await other.shown("cleo"), {
      inbox: ["mention Bob: @Cleo, 1"],
      saved: ["Bob: @Cleo, 1"],
    });
    const left = await Array.fromAsync(other.sync.scan("user:ada", "inbox/"));
    assertEquals(left, []);
    assertEquals(await other.holders(), 1);
  },
);
