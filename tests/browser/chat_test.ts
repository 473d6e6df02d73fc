// Two people in a room, each with a browser of their own.
import { assertEquals } from "@std/assert";
import { browserTest } from "../support/browser.ts";
import {
  box,
  enter,
  makeRoom,
  mayWrite,
  messages,
  send,
} from "../support/room_page.ts";
import { startServer } from "../support/server.ts";
import { onePerson, twoPeople } from "../support/two_people.ts";

browserTest(
  "A message is in another's log without a reload",
  async (device) => {
    await using general = await twoPeople(device);
    const { ada, bob } = general;
    await send(ada, "Hello Bob");
    await messages(bob, "Hello Bob", "sent").waitFor();
    await send(bob, "Hello Ada");
    await messages(ada, "Hello Ada", "sent").waitFor();
    for (const page of [ada, bob]) {
      const all = await messages(page).allInnerTexts();
      assertEquals(all.map((text) => text.match(/Hello \w+/)?.[0]), [
        "Hello Bob",
        "Hello Ada",
      ]);
    }
  },
);

browserTest(
  "A message is pending at once, and sent when the server has it (A2)",
  async (device) => {
    await using general = await twoPeople(device);
    const { ada, bob } = general;
    const letGo = Promise.withResolvers<void>();
    await ada.route("**/api/replicache/push?*", async (route) => {
      await letGo.promise;
      await route.continue();
    });
    await send(ada, "Hold the line");
    await messages(ada, "Hold the line", "pending").waitFor();
    await messages(ada, "Sending…").waitFor();
    assertEquals(await messages(bob).count(), 0);
    letGo.resolve();
    await messages(ada, "Hold the line", "sent").waitFor();
    await messages(bob, "Hold the line", "sent").waitFor();
    assertEquals(await messages(ada).count(), 1);
  },
);

browserTest("A reload keeps what both have written", async (device) => {
  await using general = await twoPeople(device);
  const { ada, bob } = general;
  await send(ada, "One");
  await messages(bob, "One").waitFor();
  await send(bob, "Two");
  await messages(ada, "Two", "sent").waitFor();
  for (const page of [ada, bob]) {
    await page.reload();
    await messages(page, "One", "sent").waitFor();
    await messages(page, "Two", "sent").waitFor();
    await mayWrite(page);
    assertEquals(await messages(page).count(), 2);
  }
});

browserTest("Enter sends, Shift+Enter breaks the line (A3)", async (device) => {
  await using general = await onePerson(device);
  const { ada } = general;
  await box(ada).focus();
  await ada.keyboard.type("first line");
  await ada.keyboard.press("Shift+Enter");
  await ada.keyboard.type("second line");
  assertEquals(await box(ada).inputValue(), "first line\nsecond line");
  assertEquals(await messages(ada).count(), 0);
  await ada.keyboard.press("Enter");
  await messages(ada, "second line", "sent").waitFor();
  assertEquals(await box(ada).inputValue(), "");
  const shown = await messages(ada).innerText();
  assertEquals(shown.includes("first line\nsecond line"), true, shown);
  // Nothing but space is nothing to send.
  await ada.keyboard.type("  ");
  await ada.keyboard.press("Enter");
  await send(ada, "last");
  await messages(ada, "last", "sent").waitFor();
  assertEquals(await messages(ada).count(), 2);
});

browserTest(
  "A message that is too long is refused, and its text kept (M5)",
  async (device) => {
    await using general = await onePerson(device);
    const { ada } = general;
    const text = "x".repeat(4_001);
    await send(ada, text);
    await ada.getByRole("alert").filter({ hasText: "4" }).waitFor();
    assertEquals(await box(ada).inputValue(), text);
    await send(ada, text.slice(1));
    await messages(ada, text.slice(1), "sent").waitFor();
    assertEquals(await messages(ada).count(), 1);
  },
);

browserTest(
  "Markup in a name, a room or a message is shown as text",
  async (device) => {
    await using server = await startServer();
    const eve = await device(server.url);
    await eve.addInitScript("globalThis.alert = () => document.hacked = true");
    const name = `<b>Eve</b>`;
    const room = `</script><script>alert(1)</script>`;
    const text = `<img src=x onerror="alert(1)"><a href="javascript:alert(1)">`;
    await enter(eve, name);
    await makeRoom(eve, room);
    await mayWrite(eve);
    await send(eve, text);
    await messages(eve, text, "sent").waitFor();
    await eve.reload(); // now it comes in the HTML
    await messages(eve, text, "sent").waitFor();
    await mayWrite(eve);
    const shown = await messages(eve).innerText();
    assertEquals([shown.includes(name), shown.includes(text)], [true, true]);
    await eve.getByRole("heading", { name: room }).waitFor();
    assertEquals(await messages(eve).locator("img, a, b").count(), 0);
    assertEquals(await eve.evaluate("document.hacked"), undefined);
  },
);
