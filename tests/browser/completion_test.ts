// Completing names and emoji while one writes, and choosing emoji from the picker.
import { assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { browserTest } from "../support/browser.ts";
import { box, boxReads, enter, messages, send } from "../support/room_page.ts";
import { startServer } from "../support/server.ts";
import { onePerson } from "../support/two_people.ts";

browserTest(
  "Who has written lately is offered first, and the browser's undo gives back what was typed (A3)",
  async (device) => {
    await using server = await startServer();
    const [ada, bob, boyd] = await Promise.all(
      ["Ada", "Bob", "Boyd"].map(async (name) => {
        const page = await device(server.url);
        await enter(page, name);
        return page;
      }),
    );
    await boyd.close();
    await send(bob, "Good morning");
    await messages(ada, "Good morning").waitFor();
    await ada.getByText("3 members").waitFor();

    await box(ada).pressSequentially("Hi @BÓ");
    await ada.getByRole("option", { name: "Boyd" }).waitFor();
    assertEquals(await options(ada), ["Bob", "Boyd"]);
    await ada.keyboard.press("Tab");
    await boxReads(ada, "Hi @Bob ");
    await ada.keyboard.press("Control+z");
    await boxReads(ada, "Hi @BÓ");
    await ada.keyboard.press("Control+Shift+z");
    await boxReads(ada, "Hi @Bob ");

    // In the middle of a text, and by a click.
    await box(ada).fill("Hello there");
    for (let i = 0; i < 6; i++) await ada.keyboard.press("ArrowLeft");
    await ada.keyboard.type(" @boy");
    await ada.getByRole("option", { name: "Boyd" }).click();
    await boxReads(ada, "Hello @Boyd there");
    await ada.keyboard.type("and ");
    await boxReads(ada, "Hello @Boyd and there");
    await ada.keyboard.press("Control+z");
    await ada.keyboard.press("Control+z");
    await boxReads(ada, "Hello @boy there");
    await ada.keyboard.press("Escape");
    await ada.keyboard.press("Enter");
    await messages(bob, "Hello @boy there").waitFor();
  },
);

browserTest(
  "Emoji are completed after a colon, and Escape leaves what was typed (A3)",
  async (device) => {
    await using general = await onePerson(device);
    const { ada } = general;
    await box(ada).pressSequentially("Off :rocke");
    await ada.getByRole("option", { name: "rocket" }).waitFor();
    await ada.keyboard.press("Enter");
    await boxReads(ada, "Off 🚀 ");
    await ada.keyboard.press("Control+z");
    await boxReads(ada, "Off :rocke");
    await ada.getByRole("option", { name: "rocket" }).waitFor();
    await ada.keyboard.press("Escape");
    assertEquals(await options(ada), []);
    await ada.keyboard.press("Enter");
    await messages(ada, "Off :rocke", "sent").waitFor();

    // What is no name of an emoji is sent by the first Enter.
    for (const text of ["at 10:30", "std::rocket", "http://rocket", "hm :D"]) {
      await box(ada).pressSequentially(text);
      await ada.keyboard.press("Enter");
      await messages(ada, text, "sent").waitFor();
    }
  },
);

browserTest(
  "An emoji is put in where one writes by the picker, as often as one likes, and can be undone (A3)",
  async (device) => {
    await using general = await onePerson(device);
    const { ada } = general;
    const picker = ada.getByRole("form", { name: "Send message" })
      .getByRole("button", { name: "Emoji" }).first();
    await box(ada).pressSequentially("ab");
    await ada.keyboard.press("ArrowLeft");
    await picker.click();
    await ada.getByRole("button", { name: "🎉" }).click();
    await boxReads(ada, "a🎉b");
    await box(ada).and(ada.locator(":focus")).waitFor();
    await picker.click();
    await ada.getByRole("button", { name: "All emoji" }).click();
    const search = ada.getByRole("searchbox", { name: "Search emoji" });
    await search.fill("rocket");
    await search.press("Enter"); // takes the first, and sends nothing
    await boxReads(ada, "a🎉🚀b");
    await ada.keyboard.press("Control+z");
    await boxReads(ada, "a🎉b");
    assertEquals(await messages(ada).count(), 0);
    await ada.keyboard.press("Enter");
    await messages(ada, "a🎉b", "sent").waitFor();
  },
);

/** Without the initials of the faces before them. */
const options = (page: Page) =>
  page.getByRole("option").locator("[dir=auto]").allInnerTexts();
