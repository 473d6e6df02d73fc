// Edits of messages that are not on the page, and edits in several tabs.
import { assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { browserTest } from "../support/browser.ts";
import { copyIsStored } from "../support/device_storage.ts";
import { box, inView, mayWrite, messages } from "../support/room_page.ts";
import { onePerson } from "../support/two_people.ts";
import { Writer } from "../support/writer.ts";

browserTest(
  "An edit that was begun far back is gone to, after a reload, by Edit and by the arrow up; nobody calls its message deleted",
  async (device) => {
    await using general = await onePerson(device);
    const { ada } = general;
    const adaElsewhere = await Writer.of(ada);
    await adaElsewhere.writeNumbered(1, 1);
    const bob = await Writer.signIn(general.server.url, "Bob");
    await bob.writeNumbered(2, 250);
    await adaElsewhere.writeNumbered(251, 251);
    await messages(ada, "number 251.").waitFor();
    await ada.goto(`${ada.url()}#message-m1`);
    const first = messages(ada).and(ada.locator("[data-message-id=m1]"));
    await edit(first).click();
    const edited = ada.getByRole("textbox", { name: "New text" });
    await edited.fill("Far back");

    await ada.goto("/rooms/general");
    await mayWrite(ada);
    await edit(messages(ada, "number 251.")).click();
    await inView(first);
    assertEquals(await edited.inputValue(), "Far back");
    assertEquals(await ada.getByText("was deleted").count(), 0);
    await edited.press("Escape");

    // Now the copy holds more than the page shows at first, on the disk as well.
    const last = messages(ada, "number 251.");
    await last.getByRole("button", { name: "Delete" }).click();
    const deleted = ada.waitForResponse(/push\?space=room/);
    await ada.getByRole("dialog").getByRole("button", { name: "Delete" })
      .click();
    await deleted;
    await bob.writeNumbered(252, 252); // the disk has what came before it as well
    await copyIsStored(ada, "room:general", "number 252.");
    await ada.route("**/api/replicache/pull?*", (route) => route.abort());
    await ada.reload();
    await mayWrite(ada);
    await messages(ada, "number 52.").waitFor();
    await box(ada).press("ArrowUp");
    await inView(first);
    assertEquals(await edited.inputValue(), "This is number 1.");
  },
);

browserTest(
  "Two tabs edit two messages of one room, and end one without the other",
  async (device) => {
    await using general = await onePerson(device);
    const { ada } = general;
    await (await Writer.of(ada)).writeNumbered(1, 2);
    const tab = await ada.context().newPage();
    await tab.goto(ada.url());
    const edited = (page: Page) =>
      page.getByRole("textbox", { name: "New text" });
    for (const [page, n] of [[ada, 2], [tab, 1]] as const) {
      await edit(messages(page, `number ${n}.`)).click();
      await edited(page).fill(`Text ${n}`);
    }
    // What another tab is at is no business of this one.
    await tab.reload();
    await edited(tab).waitFor();
    assertEquals(await edited(tab).inputValue(), "Text 1");
    const third = await ada.context().newPage();
    await third.goto(ada.url());
    await edit(messages(third, "number 2.")).click();
    assertEquals(await edited(third).inputValue(), "Text 2");
    await third.close();

    await edited(ada).press("Escape");
    await tab.reload();
    await edited(tab).waitFor();
    assertEquals(await edited(tab).inputValue(), "Text 1");
  },
);

browserTest(
  "What a message offers stays in its place as what is loaded on use comes (A4)",
  async (device) => {
    await using general = await onePerson(device, { serviceWorkers: "block" });
    const { ada } = general;
    await (await Writer.of(ada)).writeNumbered(1, 1);
    const { promise, resolve } = Promise.withResolvers<void>();
    await ada.route(/lazy_parts-/, async (route) => {
      await promise;
      await route.continue();
    });
    const asked = ada.waitForRequest(/lazy_parts-/);
    await ada.reload();
    const button = edit(messages(ada, "number 1."));
    await button.hover();
    await asked;
    const before = await button.boundingBox();
    const offered = messages(ada, "number 1.").getByRole("group")
      .getByRole("button");
    const nodes = await Promise.all(
      (await offered.all()).map(async (each) =>
        [await each.innerText(), await each.elementHandle()] as const
      ),
    );
    resolve();
    await messages(ada, "number 1.").getByRole("button", { name: "for later" })
      .waitFor();
    assertEquals(await button.boundingBox(), before);
    // Nor is one put in the place of another, from under a finger that is down.
    for (const [text, node] of nodes) {
      assertEquals(await node?.evaluate((it) => it.isConnected), true);
      assertEquals(await node?.innerText(), text);
    }
  },
);

const edit = (message: ReturnType<typeof messages>) =>
  message.getByRole("button", { name: "Edit" });
