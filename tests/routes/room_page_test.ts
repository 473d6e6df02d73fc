// The page of a room, whatever stands in the room.
import { assertEquals, assertStringIncludes } from "@std/assert";
import { openApp } from "../support/app.ts";
import { permitted } from "../support/permitted.ts";

Deno.test({
  name: "a room's page survives every id that the room takes",
  ignore: !permitted,
  async fn() {
    await using app = await openApp();
    const ada = await app.signIn("Ada");
    const { body: room } = await ada.post("/api/rooms", {
      name: "Names",
      visibility: "public",
    });
    // JSON can have it as a name; JavaScript takes it for something else.
    const id = "__proto__";
    const mutations = [
      { name: "createMessage", args: { id, content: "**bold**" } },
      { name: "setReaction", args: { id, emoji: "👍", on: true } },
    ].map((each, i) => ({ ...each, id: i + 1, clientID: "c", timestamp: 0 }));
    assertEquals((await ada.push(room.space, "g", mutations)).status, 200);
    const { status, body } = await ada.get(`/rooms/${room.roomID}`);
    assertEquals(status, 200);
    assertStringIncludes(body, "<strong>bold</strong>");
    assertStringIncludes(body, "👍 <span");
  },
});
