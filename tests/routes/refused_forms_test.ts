// Forms that are refused: the page around them is shown as it was.
import { assertEquals, assertStringIncludes } from "@std/assert";
import { app, appTest } from "../support/shared_app.ts";

const form = (fields: Record<string, string>) => ({
  method: "POST",
  body: new URLSearchParams(fields),
});

appTest(
  "a refused form shows the people of a room with what was searched for (T22)",
  async () => {
    const ada = await app.signIn("Ada");
    const { body: { roomID } } = await ada.post("/api/rooms", {
      name: "Zebra",
    });
    const people = await ada.ask(
      `/rooms/${roomID}/people?q=nobody-there`,
      form({ do: "remove", id: "nobody" }),
    );
    assertEquals(people.status, 403);
    assertStringIncludes(people.body, 'value="nobody-there"');
  },
);
