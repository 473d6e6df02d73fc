// Edits of messages that are not on the page, and edits in several tabs.
import { assertEquals } from "@std/assert";
import type { Locator, Page } from "playwright-core";
import { browserTest } from "../support/browser.ts";
import { blockOutbox, copyIsStored } from "../support/device_storage.ts";
import {
  box,
  boxReads,
  connection,
  inView,
  mayWrite,
  messages,
  send,
} from "../support/room_page.ts";
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

browserTest(
  "What is typed while an edit is being saved is for the box, and the new text shows from then on; a page that is left meanwhile has the edit again (A4)",
  async (device) => {
    await using general = await onePerson(device);
    const { ada } = general;
    await (await Writer.of(ada)).writeNumbered(1, 1);
    await edit(messages(ada, "number 1.")).click();
    await newText(ada).fill("A new text");
    await blockOutbox(ada);
    await newText(ada).press("Enter");
    await ada.keyboard.type("Left");
    await ada.reload();
    await newText(ada).waitFor();
    assertEquals(await newText(ada).inputValue(), "A new text");
    assertEquals(await box(ada).inputValue(), "Left");

    await box(ada).fill("");
    await newText(ada).focus();
    const unblock = await blockOutbox(ada);
    await ada.keyboard.press("Enter");
    await ada.keyboard.type("The next one");
    const seen = await textsSeen(messages(ada));
    assertEquals(await box(ada).inputValue(), "The next one");
    await unblock();
    await messages(ada, "A new text", "sent").waitFor();
    assertEquals(await seen(), ["A new text"]);
    assertEquals(await box(ada).inputValue(), "The next one");
    await ada.reload();
    await mayWrite(ada);
    assertEquals(await newText(ada).count(), 0);
  },
);

browserTest(
  "An edit that is saved ends no other one that has begun meanwhile, and takes none of its text (A4)",
  async (device) => {
    await using general = await onePerson(device);
    const { ada } = general;
    await (await Writer.of(ada)).writeNumbered(1, 2);
    await edit(messages(ada, "number 1.")).click();
    await newText(ada).fill("The first");
    const unblock = await blockOutbox(ada);
    await ada.keyboard.press("Enter");
    await ada.keyboard.press("Escape");
    await edit(messages(ada, "number 2.")).click();
    await newText(ada).fill("Half of the sec");
    await unblock();
    await messages(ada, "The first", "sent").waitFor();
    assertEquals(await newText(ada).inputValue(), "Half of the sec");
    await ada.reload();
    await newText(ada).waitFor();
    assertEquals(await newText(ada).inputValue(), "Half of the sec");
  },
);

browserTest(
  "An edit that cannot be saved is back with the reason, and after one that has begun meanwhile (A4)",
  async (device) => {
    await using general = await onePerson(device);
    const { ada } = general;
    await (await Writer.of(ada)).writeNumbered(1, 2);
    const [first, second] = ["m1", "m2"].map((id) =>
      messages(ada).and(ada.locator(`[data-message-id=${id}]`))
    );
    const tooLong = "long ".repeat(1_000) + "!";
    await edit(first).click();
    await newText(ada).fill(tooLong);
    await newText(ada).press("Enter");
    await first.getByRole("alert").waitFor();
    assertEquals(await newText(ada).inputValue(), tooLong);
    await ada.locator(".edit-box textarea:focus").waitFor();

    // What is before it on the way to the disk keeps it waiting.
    const unblock = await blockOutbox(ada);
    await send(ada, "Before it");
    await newText(ada).press("Enter");
    await edit(second).click();
    await newText(ada).fill("The second");
    await unblock();
    await ada.getByRole("status")
      .filter({ hasText: "This change was not saved." }).waitFor();
    assertEquals(await second.getByRole("textbox").inputValue(), "The second");
    await newText(ada).press("Enter");
    await messages(ada, "The second", "sent").waitFor();
    await first.getByRole("alert").waitFor();
    assertEquals(await first.getByRole("textbox").inputValue(), tooLong);
    await newText(ada).fill("Short");
    await newText(ada).press("Enter");
    await messages(ada, "Short", "sent").waitFor();
  },
);

browserTest(
  "An edit whose message is gone, and was not on the device, goes on in the box, and the next Edit edits (A4)",
  async (device) => {
    await using general = await onePerson(device);
    const { ada, adaElsewhere } = await withEditFarBack(general);
    await adaElsewhere.push([["deleteMessage", { id: "m1" }]]);
    await ada.goto("/rooms/general");
    await mayWrite(ada);
    const last = messages(ada, "number 701.");
    await edit(last).click();
    await ada.getByText("was deleted. Your text is in the box").waitFor();
    await boxReads(ada, "Far back");
    await edit(last).click();
    await newText(ada).waitFor();
    assertEquals(await newText(ada).inputValue(), "This is number 701.");
  },
);

browserTest(
  "An edit whose message is not on the device lets another one begin without a network, and waits for it (A4)",
  async (device) => {
    await using general = await onePerson(device);
    const { ada } = await withEditFarBack(general);
    await ada.goto("/rooms/general");
    await mayWrite(ada);
    await ada.context().setOffline(true);
    await connection(ada, "Offline").waitFor();
    await edit(messages(ada, "number 701.")).click();
    await newText(ada).fill("In the tunnel");
    await newText(ada).press("Enter");
    await messages(ada, "In the tunnel", "pending").waitFor();
    await edit(messages(ada, "In the tunnel")).click();
    await newText(ada).press("Escape");

    await ada.context().setOffline(false);
    await messages(ada, "In the tunnel", "sent").waitFor();
    await edit(messages(ada, "In the tunnel")).click();
    await inView(messages(ada).and(ada.locator("[data-message-id=m1]")));
    assertEquals(await newText(ada).inputValue(), "Far back");
  },
);

const edit = (message: ReturnType<typeof messages>) =>
  message.getByRole("button", { name: "Edit" });

const newText = (page: Page) => page.getByRole("textbox", { name: "New text" });

/** Watches what stands in a message, frame by frame, until the function is called that it gives back. */
async function textsSeen(message: Locator): Promise<() => Promise<string[]>> {
  const watched = await message.locator(".said").evaluateHandle((node) => {
    const texts = new Set<string>();
    const look = () => {
      texts.add(node.querySelector(".content")!.textContent!);
      requestAnimationFrame(look);
    };
    look();
    return texts;
  });
  return () => watched.evaluate((texts) => [...texts]);
}

/** Ada has begun to edit her first message, which 700 newer ones follow, and has left; her device has forgotten what it had of it. */
async function withEditFarBack(
  { ada, server }: Awaited<ReturnType<typeof onePerson>>,
) {
  const adaElsewhere = await Writer.of(ada);
  await adaElsewhere.writeNumbered(1, 1);
  const bob = await Writer.signIn(server.url, "Bob");
  await bob.writeNumbered(2, 700);
  await adaElsewhere.writeNumbered(701, 701);
  await messages(ada, "number 701.").waitFor();
  await ada.goto(`${ada.url()}#message-m1`);
  const first = messages(ada).and(ada.locator("[data-message-id=m1]"));
  await edit(first).click();
  await newText(ada).fill("Far back");
  // A page of this origin that has no copy open.
  await ada.goto("/icon.svg");
  await ada.evaluate(async () => {
    for (const { name } of await indexedDB.databases()) {
      const deletion = indexedDB.deleteDatabase(name!);
      await new Promise((resolve) => deletion.onsuccess = resolve);
    }
  });
  return { ada, adaElsewhere };
}
