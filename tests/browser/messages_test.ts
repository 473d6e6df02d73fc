// What one does with messages: edit, delete, react, answer, point at, mention.
import { assertEquals } from "@std/assert";
import type { Locator, Page } from "playwright-core";
import { browserTest } from "../support/browser.ts";
import { box, enter, inView, messages, send } from "../support/room_page.ts";
import { roomIsStored } from "../support/device_storage.ts";
import { startServer } from "../support/server.ts";
import { onePerson, twoPeople } from "../support/two_people.ts";

browserTest(
  "Editing changes one's own message for everyone (A4)",
  async (device) => {
    await using general = await twoPeople(device);
    const { ada, bob } = general;
    await send(ada, "Helo **all**");
    await messages(bob, "Helo all").waitFor();
    assertEquals(await button(messages(bob), "Reply").isEnabled(), true);
    assertEquals(await button(messages(bob), "Edit").count(), 0);

    await button(messages(ada), "Edit").click();
    const edited = messages(ada).getByRole("textbox");
    assertEquals(await edited.inputValue(), "Helo **all**");
    await edited.fill("Hello **all**");
    await ada.keyboard.press("Enter");
    for (const page of [ada, bob]) {
      await messages(page, "Hello all", "sent").getByText("(edited)").waitFor();
      assertEquals(await messages(page).locator("strong").innerText(), "all");
      assertEquals(await messages(page).count(), 1);
    }
  },
);

browserTest(
  "Escape ends an edit and changes nothing; a reload does not end it",
  async (device) => {
    await using general = await onePerson(device);
    const { ada } = general;
    await send(ada, "As it was");
    await messages(ada, "As it was", "sent").waitFor();
    // From the empty box, the arrow up leads to one's last message.
    await box(ada).press("ArrowUp");
    const edited = messages(ada).getByRole("textbox");
    await edited.and(ada.locator(":focus")).waitFor();
    await edited.fill("Half-writ");
    await ada.reload();
    await edited.waitFor();
    assertEquals(await edited.inputValue(), "Half-writ");
    await edited.press("Escape");
    await messages(ada, "As it was").waitFor();
    assertEquals(await edited.count(), 0);
    await ada.reload();
    await button(messages(ada), "Edit").waitFor();
    assertEquals(await edited.count(), 0);
  },
);

browserTest(
  "What one was changing a message to is not lost when the message is deleted meanwhile",
  async (device) => {
    await using general = await onePerson(device);
    const { ada } = general;
    await send(ada, "Doomed");
    await messages(ada, "Doomed", "sent").waitFor();
    await button(messages(ada), "Edit").click();
    await messages(ada).getByRole("textbox").fill("Much better words");
    const tab = await ada.context().newPage();
    await tab.goto(ada.url());
    await button(messages(tab), "Delete").click();
    await tab.getByRole("dialog").getByRole("button", { name: "Delete" })
      .click();
    await ada.getByText("was deleted. Your text is in the box").waitFor();
    assertEquals(await box(ada).inputValue(), "Much better words");
    assertEquals(await messages(ada).count(), 0);
  },
);

browserTest(
  "Deleting asks first, and then takes the message from everyone (A4, A8)",
  async (device) => {
    await using general = await twoPeople(device);
    const { ada, bob } = general;
    await send(ada, "To go");
    await messages(ada, "To go", "sent").waitFor();
    await send(ada, "To stay");
    await messages(bob, "To stay").waitFor();
    assertEquals(await button(messages(bob), "Delete").count(), 0);

    await button(messages(ada, "To go"), "Delete").click();
    const dialog = ada.getByRole("dialog");
    await dialog.getByText("To go").waitFor();
    const cancel = dialog.getByRole("button", { name: "Cancel" });
    await cancel.and(ada.locator(":focus")).click();
    await dialog.waitFor({ state: "detached" });
    assertEquals(await messages(ada).count(), 2);

    await button(messages(ada, "To go"), "Delete").click();
    await dialog.getByRole("button", { name: "Delete" }).click();
    for (const page of [ada, bob]) {
      await messages(page, "To go").waitFor({ state: "detached" });
      assertEquals(await messages(page).count(), 1);
    }
  },
);

browserTest(
  "A reaction is counted for everyone, and taken back by a second press (A4)",
  async (device) => {
    await using general = await twoPeople(device);
    const { ada, bob } = general;
    await send(ada, "Cake?");
    await button(messages(bob, "Cake?"), "React").click();
    await bob.getByRole("button", { name: "🎉" }).click();
    await button(messages(ada), "🎉 1").click();
    const shown = button(messages(bob), "🎉 2");
    await shown.waitFor();
    assertEquals(await shown.getAttribute("aria-pressed"), "true");
    await button(messages(bob), "🎉 2 By you, Ada").waitFor();
    // Its name is told from that of the button that makes one.
    assertEquals(await button(messages(bob), "React").count(), 1);
    await shown.hover();
    await bob.getByText("By you, Ada").waitFor();
    await shown.click();
    await button(messages(ada), "🎉 1").waitFor();
    await button(messages(ada), "🎉 1").click();
    await button(messages(bob), "🎉").waitFor({ state: "detached" });
  },
);

browserTest(
  "A reply quotes what it answers, and leads there",
  async (device) => {
    await using general = await twoPeople(device);
    const { ada, bob } = general;
    await send(ada, "What is *the* question?");
    await messages(bob, "What is").waitFor();
    await send(
      ada,
      Array.from({ length: 60 }, (_, i) => `line ${i}`).join("\n"),
    );
    await button(messages(bob, "What is"), "Reply").click();
    await bob.getByText("Replying to Ada").waitFor();
    await bob.keyboard.type("42");
    await bob.keyboard.press("Enter");
    const reply = messages(ada, "42");
    const quote = reply.getByRole("link", {
      name: "In reply to Ada: What is the question?",
    });
    await quote.waitFor();
    assertEquals(await bob.getByText("Replying to Ada").count(), 0);
    await quote.click();
    await inView(messages(ada, "What is").first());
    const question = await messages(ada).first().getAttribute(
      "data-message-id",
    );
    assertEquals(await focusedMessage(ada), question);

    // What it answered is gone: it says so, and nothing breaks.
    await button(messages(ada).first(), "Delete").click();
    await ada.getByRole("dialog").getByRole("button", { name: "Delete" })
      .click();
    await reply.getByRole("link", {
      name: "In reply to an earlier message",
    })
      .click();
    await ada.getByText("no longer there").waitFor();
  },
);

browserTest(
  "A long quote, and what is about to be deleted, end with a whole character",
  async (device) => {
    await using general = await onePerson(device);
    const { ada } = general;
    const family = "👨‍👩‍👧‍👦";
    await send(ada, `x${family.repeat(300)}`);
    await messages(ada, "x", "sent").waitFor();
    await button(messages(ada), "Reply").click();
    await ada.keyboard.type("Why?");
    await ada.keyboard.press("Enter");
    await messages(ada, "Why?", "sent").waitFor();
    assertEquals(
      await messages(ada, "Why?").locator(".quote [dir=auto]").last()
        .textContent(),
      `x${family.repeat(139)}…`,
    );
    await button(messages(ada).first(), "Delete").click();
    assertEquals(
      await ada.getByRole("dialog").locator("blockquote").textContent(),
      `x${family.repeat(199)}…`,
    );
  },
);

browserTest("The link to a message leads to it", async (device) => {
  await using server = await startServer();
  const ada = await device(server.url);
  await ada.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await enter(ada, "Ada");
  await send(ada, "The first word");
  await messages(ada, "The first word", "sent").waitFor();
  await send(ada, "x\n".repeat(100));
  await button(messages(ada, "The first word"), "Copy link").click();
  await ada.getByText("Link copied").waitFor();
  const link = await ada.evaluate(() => navigator.clipboard.readText());
  const tab = await ada.context().newPage();
  await tab.goto(link);
  await inView(messages(tab, "The first word"));
});

browserTest(
  "A mention is completed by name and stands out for whom it means",
  async (device) => {
    await using server = await startServer();
    const [ada, bob] = [await device(server.url), await device(server.url)];
    await enter(ada, "Ada Lovelace");
    await enter(bob, "Bob");
    await ada.getByText("2 members").waitFor();
    await bob.getByText("2 members").waitFor();
    await box(bob).pressSequentially("Good morning, @love");
    const option = bob.getByRole("option", { name: "Ada Lovelace" });
    await option.waitFor();
    await bob.getByRole("status").filter({ hasText: "1 person to mention" })
      .waitFor();
    assertEquals(
      await box(bob).getAttribute("aria-activedescendant"),
      await option.getAttribute("id"),
    );
    await bob.keyboard.press("Enter");
    assertEquals(await box(bob).inputValue(), "Good morning, @Ada Lovelace ");
    await bob.keyboard.press("Enter");
    await messages(ada, "Good morning").locator(".mention.mine").waitFor();
    await messages(bob, "Good morning").locator(".mention:not(.mine)")
      .waitFor();
  },
);

browserTest(
  "Markdown and addresses are shown alike before and after the page is alive",
  async (device) => {
    await using server = await startServer();
    const ada = await device(server.url);
    const plain = await device(server.url, { javaScriptEnabled: false });
    await enter(ada, "Ada");
    const text =
      "Look: **bold** `code` https://example.org/a_b_c\nand\n\n- one\n- two\n\n3. <b>x</b>\n5. y\n\n> said";
    await send(ada, text);
    await messages(ada, "Look", "sent").locator("strong").waitFor();
    const content = (page: Page) =>
      messages(page).locator(".content").innerHTML();
    const alive = await content(ada);
    const link = messages(ada).getByRole("link");
    assertEquals(await link.getAttribute("href"), "https://example.org/a_b_c");
    assertEquals(
      await link.getAttribute("rel"),
      "noopener noreferrer nofollow",
    );

    await plain.context().addCookies(await ada.context().cookies());
    await plain.goto(ada.url());
    assertEquals(await content(plain), alive);
    await ada.reload();
    await button(messages(ada), "Reply").waitFor();
    assertEquals(await content(ada), alive);
  },
);

browserTest(
  "A block of code is coloured by its language, and copied by a button (A12)",
  async (device) => {
    await using server = await startServer();
    const ada = await device(server.url);
    await ada.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await enter(ada, "Ada");
    await send(ada, "```js\nconst a = 1;\n  if (a < 2) b();\n```");
    await messages(ada).locator(".hljs-keyword").first().waitFor();
    assertEquals(
      await messages(ada).locator("pre").textContent(),
      "const a = 1;\n  if (a < 2) b();",
    );
    await button(messages(ada), "Copy code").click();
    await ada.getByText("Copied.").waitFor();
    assertEquals(
      await ada.evaluate(() => navigator.clipboard.readText()),
      "const a = 1;\n  if (a < 2) b();",
    );
  },
);

browserTest(
  "Tables, tasks, strikethrough and a few emoji are shown as such, before and after a reload (A12)",
  async (device) => {
    await using server = await startServer();
    const ada = await device(server.url);
    await enter(ada, "Ada");
    await send(
      ada,
      "| a | b |\n|---|---|\n| 1 | ~~2~~ |\n\n- [ ] do\n- [x] done",
    );
    await send(ada, "👍🎉");
    const shown = async () => {
      await messages(ada).locator("table del").waitFor();
      await messages(ada).locator("li", { hasText: "☑ done" }).waitFor();
      await messages(ada).locator("p.large").waitFor();
    };
    await shown();
    await messages(ada, "🎉", "sent").waitFor();
    await ada.reload();
    await shown();
  },
);

browserTest(
  "Messages are reached and used by keyboard alone (A11)",
  async (device) => {
    await using general = await onePerson(device);
    const { ada } = general;
    for (const text of ["one", "two", "three"]) {
      await send(ada, text);
      await messages(ada, text, "sent").waitFor();
    }
    await button(messages(ada, "three"), "Delete").waitFor();
    await box(ada).focus();
    // The log is one stop, the last message's; its buttons follow.
    await ada.keyboard.press("Shift+Tab");
    assertEquals(await focusedName(ada), "Delete");
    await messages(ada, "three").focus();
    await ada.keyboard.press("ArrowUp");
    await ada.keyboard.press("ArrowUp");
    await messages(ada, "one").and(ada.locator(":focus")).waitFor();
    await ada.keyboard.press("Tab");
    assertEquals(await focusedName(ada), "React");
    await ada.keyboard.press("Enter");
    await ada.keyboard.press("ArrowRight");
    await ada.keyboard.press("Enter");
    await button(messages(ada, "one"), "❤️ 1").waitFor();
    assertEquals(await focusedName(ada), "React");
  },
);

const button = (message: Locator, name: string) =>
  message.getByRole("button", { name });

const focusedMessage = (page: Page) =>
  page.evaluate(() => document.activeElement?.getAttribute("data-message-id"));

const focusedName = (page: Page) =>
  page.evaluate(() => (document.activeElement as HTMLElement).innerText);

const colorOf = (there: Locator) =>
  there.evaluate((element) => getComputedStyle(element).color);

browserTest(
  "Any emoji can be searched for by keyboard, without a network once they are loaded",
  async (device) => {
    await using general = await onePerson(device);
    const { ada } = general;
    await send(ada, "Steam");
    const message = messages(ada, "Steam", "sent");
    await message.waitFor();
    await roomIsStored(ada, new URL(ada.url()).pathname, "Steam");
    await ada.reload();
    const search = ada.getByRole("searchbox", { name: "Search emoji" });
    const find = async (words: string) => {
      await button(message, "React").press("Enter");
      await ada.getByRole("button", { name: "All emoji" }).press("Enter");
      await search.fill(words);
    };
    await find("steam loco");
    // A font without colours draws it in the text's, not in a button's.
    assertEquals(
      await colorOf(ada.getByRole("button", { name: "locomotive" })),
      await colorOf(ada.locator("body")),
    );
    await search.press("Enter");
    await button(message, "🚂").waitFor();

    await ada.context().setOffline(true);
    await ada.reload();
    await find("hot");
    await search.press("ArrowDown");
    await ada.keyboard.press("ArrowRight");
    await ada.keyboard.press("ArrowUp");
    await search.and(ada.locator(":focus")).fill("hot beverage");
    await search.press("Enter");
    await button(message, "☕").waitFor();
  },
);
