// The lines between days follow the reader's clock, past midnight and after sleep.
import { assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { browserTest } from "../support/browser.ts";
import { connection, messages, send } from "../support/room_page.ts";
import { onePerson } from "../support/two_people.ts";
import { Writer } from "../support/writer.ts";

/** Waits until the lines between days say this, from top to bottom. */
const days = (page: Page, ...wanted: string[]) =>
  page.waitForFunction(
    (wanted) =>
      [...document.querySelectorAll(".day:not(.new)")].map((line) =>
        line.textContent
      ).join() === wanted,
    wanted.join(),
  );

const tomorrow = () => new Date().setHours(24, 0, 30, 0);

browserTest(
  "At midnight 'Today' becomes 'Yesterday', and there is one 'Today' at a time",
  async (device) => {
    await using general = await onePerson(device, {}, async (ada) => {
      await ada.clock.install();
    });
    const { ada, server } = general;
    const bob = await Writer.signIn(server.url, "Bob");
    await bob.write("Good night");
    await messages(ada, "Good night").waitFor();
    await days(ada, "Today");

    await ada.clock.setSystemTime(tomorrow());
    await ada.clock.runFor(60_000);
    await days(ada, "Yesterday");
    await ada.context().setOffline(true);
    await connection(ada, "Offline").waitFor();
    await send(ada, "Good morning");
    await messages(ada, "Good morning", "pending").waitFor();
    await days(ada, "Yesterday", "Today");
  },
);

browserTest(
  "A page that is looked at again after its machine has slept says 'Yesterday' at once",
  async (device) => {
    await using general = await onePerson(device);
    const { ada } = general;
    await send(ada, "Good night");
    await messages(ada, "Good night", "sent").waitFor();
    await days(ada, "Today");
    // No timer of the page has run: only the clock has gone on.
    await ada.evaluate((now) => {
      Date.now = () => now;
      document.dispatchEvent(new Event("visibilitychange"));
    }, tomorrow());
    await days(ada, "Yesterday");
    assertEquals(await messages(ada).count(), 1);
  },
);
