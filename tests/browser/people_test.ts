// The page of a room's people: in order, found by their names, and what one can do with each.
import { assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { browserTest } from "../support/browser.ts";
import { roomIsStored } from "../support/device_storage.ts";
import {
  box,
  boxReads,
  connection,
  enter,
  makeRoom,
  mayWrite,
} from "../support/room_page.ts";
import { startServer } from "../support/server.ts";
import { onePerson } from "../support/two_people.ts";
import { Writer } from "../support/writer.ts";

const NAMES = ["Zoë", "émile", "Bob", "Ärger", "bob 2", "Bob 10", "李雷"];

const shownNames = (page: Page): Promise<string[]> =>
  page.getByRole("main").locator("li:visible summary strong").allInnerTexts();

for (const javaScriptEnabled of [true, false]) {
  browserTest(
    `People are in order and found by their names, ${
      javaScriptEnabled ? "while one types" : "without a script, too"
    }`,
    async (device) => {
      await using server = await startServer();
      for (const name of NAMES) await Writer.signIn(server.url, name);
      const ada = await device(server.url, { javaScriptEnabled });
      await ada.request.post("/api/session", { data: { name: "Ada" } });
      await ada.goto("/rooms/general/people");
      assertEquals(await shownNames(ada), [
        "Ada",
        "Ärger",
        "Bob",
        "bob 2",
        "Bob 10",
        "émile",
        "Zoë",
        "李雷",
      ]);
      const filter = ada.getByRole("searchbox", { name: "Find a person" });
      for (
        const [text, names] of [
          ["BOB", ["Bob", "bob 2", "Bob 10"]],
          ["zoe", ["Zoë"]],
          ["emil", ["émile"]],
          ["雷", ["李雷"]],
          ["nobody", []],
        ] as const
      ) {
        await filter.fill(text);
        if (!javaScriptEnabled) await filter.press("Enter");
        await ada.getByRole("status")
          .getByText(`${names.length} of 8 members`).waitFor();
        assertEquals(await shownNames(ada), [...names]);
      }
    },
  );
}

browserTest(
  "A name opens what one can do with the person: mention them, and remove them from one's own room",
  async (device) => {
    await using general = await onePerson(device);
    const { ada, server } = general;
    await Writer.signIn(server.url, "Bob 👩‍🚀");
    await ada.goto("/rooms/general/people");
    const name = ada.getByRole("main").getByText("Bob 👩‍🚀").first();
    await name.click();
    assertEquals(
      await ada.getByRole("button", { name: /Remove/ }).count(),
      0,
    );
    await ada.getByRole("link", { name: "Mention Bob 👩‍🚀 in a message" })
      .click();
    await boxReads(ada, "@Bob 👩‍🚀 ");
    await ada.waitForFunction(() =>
      document.activeElement?.matches(".composer textarea") &&
      location.hash === ""
    );
    await ada.keyboard.type("hello");
    await ada.keyboard.press("Enter");
    await ada.getByRole("log").locator(".mention").waitFor();

    await makeRoom(ada, "Nest");
    await mayWrite(ada);
    const carol = await device(server.url);
    await enter(carol, "Carol", "Nest");
    await ada.getByRole("link", { name: "2 members" }).click();
    await ada.getByRole("main").getByText("Carol").first().click();
    await ada.getByRole("button", { name: "Remove Carol" }).click();
    await ada.getByRole("status").getByText("1 member").waitFor();
    assertEquals(await shownNames(ada), ["Ada"]);
  },
);

browserTest(
  "A link that mentions somebody whom this device does not know yet is followed once they are known",
  async (device) => {
    await using general = await onePerson(device);
    const { ada, server } = general;
    await ada.goto("/rooms/general");
    await roomIsStored(ada, "/rooms/general");
    await ada.goto("about:blank"); // an open page would be told of Bob: its stream goes on
    await ada.context().setOffline(true);
    const bob = await Writer.signIn(server.url, "Bob");
    await ada.goto(`/rooms/general#mention-${bob.person.userID}`);
    await connection(ada, "Offline").waitFor();
    await ada.getByText("1 member").waitFor();
    await box(ada).fill("Hello");
    await ada.context().setOffline(false);
    await boxReads(ada, "Hello @Bob ");
  },
);

browserTest(
  "A private room says that it is one, and offers to invite somebody while it is new (A1)",
  async (device) => {
    await using general = await onePerson(device);
    const { ada } = general;
    await ada.goto("/new");
    await ada.getByRole("textbox", { name: "Room name" }).fill("Nest");
    await ada.getByRole("radio", { name: /^Private/ }).check();
    await ada.getByRole("button", { name: "Create room" }).click();
    await ada.waitForURL("/rooms/*");
    await ada.getByRole("navigation", { name: "Rooms" })
      .getByRole("link", { name: /^Nest\s*, private$/ }).waitFor();
    await ada.getByRole("main").getByText("Private", { exact: true }).waitFor();
    await ada.getByRole("link", { name: "Invite someone" }).click();
    await ada.getByRole("button", { name: "Make an invitation" }).click();
    await ada.getByText("shown only this once").waitFor();
  },
);
