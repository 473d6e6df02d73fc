// Messages whose IDs, authors and rooms have names that every plain object answers to: the page does with them what it does with any.
import { assertEquals } from "@std/assert";
import { browserTest } from "../support/browser.ts";
import { OBJECT_NAMES } from "../support/object_names.ts";
import { Person } from "../support/person.ts";
import { log, mayWrite } from "../support/room_page.ts";
import { startServer } from "../support/server.ts";

browserTest(
  "A room whose messages are called constructor or __proto__ opens, shows, edits, deletes and reacts to them",
  async (device) => {
    await using server = await startServer();
    const ada = await Person.signIn(server.url, "constructor");
    const { body } = await ada.post("/api/rooms", { name: "toString" });
    const { roomID, space } = body;
    let id = 0;
    const mutation = (name: string, args: unknown) => ({
      ...{ id: ++id, clientID: "__proto__", timestamp: 1 },
      ...{ name, args },
    });
    const write = (...calls: [name: string, args: unknown][]) =>
      ada.push(space, "constructor", calls.map((call) => mutation(...call)));
    await write(
      ...OBJECT_NAMES.map((id): [string, unknown] => [
        "createMessage",
        { id, content: `**Bold** of ${id}` },
      ]),
      // Refused, and so told of in the page.
      ...OBJECT_NAMES.map((name): [string, unknown] => [
        name,
        { content: `Refused ${name}` },
      ]),
    );

    const page = await device(server.url);
    const errors: string[] = [];
    page.on("pageerror", ({ message }) => errors.push(message));
    const [key, value] = ada.cookie.split("=");
    await page.context().addCookies([{ name: key, value, url: server.url }]);
    await page.goto(`/rooms/${roomID}`);
    await mayWrite(page);
    const message = (id: string) =>
      log(page).locator(`article[data-message-id=${id}]`);
    for (const id of OBJECT_NAMES) {
      const article = message(id);
      await article.locator("strong").getByText("Bold").waitFor();
      const click = (name: string) =>
        article.getByRole("button", { name }).click();

      await click("React");
      await page.getByRole("group", { name: "Emoji" })
        .getByRole("button").first().click();
      await article.locator(".reactions button[aria-pressed=true]").waitFor();

      await click("Edit");
      const text = page.getByRole("textbox", { name: "New text" });
      await text.fill(`*Edited* ${id}`);
      await text.press("Enter");
      await article.locator("em").getByText("Edited").waitFor();
    }
    // Of a mutator that no server knows nothing but its text is left.
    for (const name of OBJECT_NAMES) {
      const failed = log(page).locator("article[data-state=failed]")
        .filter({ hasText: `Refused ${name}` });
      await failed.getByRole("button", { name: "Discard" }).click();
      await failed.waitFor({ state: "detached" });
    }
    // They are there for who comes later, and in a page without its memory.
    await page.reload();
    await mayWrite(page);
    for (const id of OBJECT_NAMES) {
      const article = message(id);
      await article.locator("em").getByText("Edited").waitFor();
      await article.getByRole("button", { name: "Delete" }).click();
      await page.getByRole("dialog").getByRole("button", { name: "Delete" })
        .click();
      await article.waitFor({ state: "detached" });
    }
    assertEquals(errors, []);
  },
);
