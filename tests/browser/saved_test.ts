// What was saved for later: taken out, saved again, one too many, and left with its room.
import { assert, assertEquals } from "@std/assert";
import type { Locator, Page } from "playwright-core";
import { MAX_SAVED } from "../../lib/chat/inbox.ts";
import { browserTest } from "../support/browser.ts";
import { messages } from "../support/room_page.ts";
import { onePerson } from "../support/two_people.ts";
import { Writer } from "../support/writer.ts";

/** What is shown of what was saved. */
const rows = (page: Page): Locator =>
  page.getByRole("main").getByRole("listitem").filter({ visible: true });

const button = (row: Locator, name: string): Locator =>
  row.getByRole("button", { name });

const openSaved = async (page: Page) => {
  await page.goto("/inbox");
  await page.getByRole("radio", { name: "Saved" }).check();
};

/** Saves messages "mn" of Bob's in General that are there, as another device of the page's person would, the first of them last. */
async function save(page: Page, from: number, to: number): Promise<void> {
  const writer = await Writer.of(page);
  const calls: Parameters<Writer["push"]>[0] = [];
  for (let n = from; n <= to; n++) {
    const where = { roomID: "general", id: `m${n}` };
    const message = {
      ...where,
      seq: n,
      authorID: "bob",
      from: "Bob",
      content: `This is number ${n}.`,
      createdAt: n,
      savedAt: to - n,
    };
    calls.push(["setSaved", { ...where, message }]);
  }
  await writer.push(calls, `user:${writer.person.userID}`);
}

/** Waits until all of an element is on the screen. */
async function inWindow(element: Locator): Promise<void> {
  const node = await element.elementHandle();
  await element.page().waitForFunction((node) => {
    const { top, bottom } = node!.getBoundingClientRect();
    return top >= 0 && bottom <= innerHeight;
  }, node);
}

browserTest(
  "What is taken out of what is saved keeps its row, so that a double click takes out no other, until one leaves the list (A38)",
  async (device) => {
    await using general = await onePerson(device);
    const { ada, server } = general;
    const bob = await Writer.signIn(server.url, "Bob");
    await bob.writeNumbered(1, 3);
    await save(ada, 1, 3);
    await openSaved(ada);
    await button(rows(ada).first(), "Remove from saved").dblclick();
    const shown = () => rows(ada).locator(".text").allTextContents();
    const all = [1, 2, 3].map((n) => `This is number ${n}.`);
    assertEquals(await shown(), all);
    for (const row of [rows(ada).nth(1), rows(ada).nth(2)]) {
      await button(row, "Remove from saved").waitFor();
    }
    await button(rows(ada).nth(1), "Remove from saved").click();
    await button(rows(ada).nth(1), "Save for later").waitFor();
    assertEquals(await shown(), all);

    await ada.getByRole("radio", { name: "For you" }).check();
    await ada.getByRole("radio", { name: "Saved" }).check();
    await rows(ada).last().getByText(all[2]).waitFor();
    assertEquals((await shown()).includes(all[1]), false);
  },
);

browserTest(
  "By the keyboard one takes a message out of what is saved, and saves it again in its place, with the focus on its button (A38)",
  async (device) => {
    await using general = await onePerson(device);
    const { ada, server } = general;
    const bob = await Writer.signIn(server.url, "Bob");
    await bob.writeNumbered(1, 3);
    await save(ada, 1, 3);
    await openSaved(ada);
    const row = rows(ada).nth(1);
    await button(row, "Remove from saved").focus();
    const focused = ada.locator(":focus");
    for (const name of ["Save for later", "Remove from saved"]) {
      await ada.keyboard.press("Enter");
      await button(row, name).and(focused).waitFor();
    }
    await row.getByText("This is number 2.").waitFor();
    await ada.reload();
    await ada.getByRole("radio", { name: "Saved" }).check();
    await rows(ada).nth(2).waitFor();
    await rows(ada).nth(1).getByText("This is number 2.").waitFor();
  },
);

browserTest(
  "One message too many to save is told of beside it, and in a room above the box (A38, A39, M24)",
  async (device) => {
    await using general = await onePerson(device);
    const { ada, server } = general;
    const bob = await Writer.signIn(server.url, "Bob");
    await bob.writeNumbered(1, MAX_SAVED);
    await save(ada, 1, MAX_SAVED);
    const { userID } = (await Writer.of(ada)).person;
    const direct = await bob.person.post("/api/messages", {
      people: [{ id: userID }],
    });
    const { space } = direct.body;
    for (let n = 1; n <= 20; n++) await bob.write(`For you, ${n}`, space);
    const full = `You have saved ${MAX_SAVED} messages.`;

    await ada.goto("/inbox");
    const last = rows(ada).filter({
      has: ada.getByText("For you, 1", { exact: true }),
    });
    await last.evaluate((row) => row.scrollIntoView({ block: "end" }));
    await button(last, "Save for later").click();
    const alert = ada.getByRole("alert").filter({ hasText: full });
    await inWindow(alert);
    assert(await last.getByRole("alert").isVisible());
    await ada.getByRole("radio", { name: "Saved" }).check();
    await alert.waitFor({ state: "detached" });

    await bob.write("One more");
    await ada.goto("/rooms/general");
    const kept = messages(ada, `number ${MAX_SAVED}.`);
    await kept.hover();
    await button(kept, "Remove from saved").waitFor();
    await messages(ada, "One more").hover();
    await button(messages(ada, "One more"), "Save for later").click();
    await inWindow(ada.getByRole("status").filter({ hasText: full }));
  },
);

browserTest(
  "Who is about to leave a room is told that what they have saved of it goes, where they have saved something (A38)",
  async (device) => {
    await using general = await onePerson(device);
    const { ada, server } = general;
    const bob = await Writer.signIn(server.url, "Bob");
    await bob.writeNumbered(1, 1);
    const ask = async () => {
      const message = messages(ada, "number 1.");
      await message.hover();
      await button(message, "Save for later").or(
        button(message, "Remove from saved"),
      ).waitFor();
      await ada.getByRole("button", { name: "Leave room" }).click();
      const dialog = ada.getByRole("dialog", { name: "Leave General?" });
      await dialog.getByText("What you wrote stays.").waitFor();
      return dialog.getByText("What you have saved of it goes");
    };
    assertEquals(await (await ask()).count(), 0);
    await ada.keyboard.press("Escape");
    await messages(ada, "number 1.").hover();
    await button(messages(ada, "number 1."), "Save for later").click();
    await button(messages(ada, "number 1."), "Remove from saved").waitFor();
    await (await ask()).waitFor();
  },
);
