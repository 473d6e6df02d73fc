// Pages of a room, of who loses the right to see it meanwhile.
import { assertEquals } from "@std/assert";
import { Sync } from "../../../../lib/sync/mod.ts";
import { chatDomain } from "../../../../lib/web/chat/domain.ts";
import {
  inviteTo,
  joinRoom,
  removeMember,
} from "../../../../lib/web/chat/members.ts";
import { makePerson } from "../../../../lib/web/chat/profile.ts";
import {
  createRoom,
  viewPeople,
  viewRoom,
} from "../../../../lib/web/chat/rooms.ts";
import { unlimited } from "../../../support/unlimited.ts";

for (const view of [viewRoom, viewPeople]) {
  Deno.test(`${view.name} shows nothing to a member who is removed after it was asked for (T14)`, async () => {
    using kv = await Deno.openKv(":memory:");
    const sync = new Sync(kv, chatDomain);
    const ada = { userID: "ada", name: "Ada" };
    const bob = { userID: "bob", name: "Bob" };
    for (const each of [ada, bob]) await makePerson(sync, each);
    const { roomID } = await createRoom(sync, ada, {
      name: "Nest",
      visibility: "private",
    });
    const { secret } = await inviteTo(sync, ada, roomID);
    await joinRoom(sync, bob, roomID, secret);
    const services = { sync, ...unlimited() };
    const seen = await view(services, roomID, "bob");
    assertEquals(seen?.room.name, "Nest");

    const look = sync.view.bind(sync);
    sync.view = async (...args) => {
      await removeMember(sync, ada, roomID, "bob");
      return await look(...args);
    };
    assertEquals(await view(services, roomID, "bob"), null);
    await sync.close();
  });
}
