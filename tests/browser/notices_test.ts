// Notifications: asked for by a button only, shown when nobody is looking.
import { assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { browserTest, type Device } from "../support/browser.ts";
import { isKept } from "../support/kept.ts";
import { enter, mayWrite, messages, send } from "../support/room_page.ts";
import { startServer } from "../support/server.ts";

browserTest(
  "A mention notifies while the tab is hidden; other messages only if that was chosen",
  async (device) => {
    await using server = await startServer();
    const ada = await permitted(device, server.url);
    const bob = await device(server.url);
    await enter(ada, "Ada");
    await isKept(ada, "/rooms/general");
    await enter(bob, "Bob");
    await say(bob, "@Ada while you look", ada);
    await setHidden(ada, true);
    await say(bob, "Nothing for anyone", ada);
    await say(bob, "Are you there, @Ada?", ada);
    await notified(ada, ["Bob · General: Are you there, @Ada?"]);

    await setHidden(ada, false);
    await ada.goto("/settings");
    await ada.getByRole("radio", { name: "Every message" }).check();
    await ada.goto("/rooms/general");
    await mayWrite(ada);
    await setHidden(ada, true);
    await say(bob, "For everyone", ada);
    await notified(ada, [
      "Bob · General: Are you there, @Ada?",
      "Bob · General: For everyone",
    ]);
  },
);

browserTest(
  "Nothing asks for permission before the button in the settings does",
  async (device) => {
    await using server = await startServer();
    const ada = await device(server.url);
    await ada.addInitScript(() => {
      // What a headless browser would not ask.
      Object.assign(Notification, {
        requestPermission: () => {
          document.documentElement.dataset.asked = "";
          return Promise.resolve("denied");
        },
      });
      Object.defineProperty(Notification, "permission", {
        get: () => "default",
      });
    });
    const asked = () => ada.locator("html[data-asked]").count();
    await enter(ada, "Ada");
    await send(ada, "Hello");
    await messages(ada, "Hello", "sent").waitFor();
    assertEquals(await asked(), 0);
    await ada.goto("/settings");
    const allow = ada.getByRole("button", { name: "Allow notifications" });
    await allow.waitFor();
    assertEquals(await asked(), 0);
    await allow.click();
    await ada.getByText("Your browser blocks them").waitFor();
    assertEquals(await asked(), 1);
  },
);

/** A device whose owner has allowed notifications, and whose pages can be hidden. */
async function permitted(device: Device, url: string): Promise<Page> {
  const page = await device(url, { permissions: ["notifications"] });
  await page.addInitScript(() => {
    // Pages of a headless browser are always visible, and permit nothing.
    Object.defineProperty(document, "hidden", {
      get: () => document.documentElement.dataset.isHidden !== undefined,
    });
    Object.defineProperty(Notification, "permission", { get: () => "granted" });
    ServiceWorkerRegistration.prototype.showNotification = (title, options) => {
      const shown = JSON.parse(sessionStorage.getItem("shown") ?? "[]");
      shown.push(`${title}: ${options?.body}`);
      sessionStorage.setItem("shown", JSON.stringify(shown));
      return Promise.resolve();
    };
  });
  return page;
}

const setHidden = (page: Page, hidden: boolean) =>
  page.evaluate((hidden) => {
    document.documentElement.toggleAttribute("data-is-hidden", hidden);
    document.dispatchEvent(new Event("visibilitychange"));
  }, hidden);

async function say(from: Page, text: string, to: Page) {
  await send(from, text);
  await messages(to, text, "sent").waitFor();
}

/** Waits for what has been shown by now, and nothing else. */
async function notified(page: Page, expected: string[]) {
  await page.waitForFunction(
    (n) => JSON.parse(sessionStorage.getItem("shown") ?? "[]").length >= n,
    expected.length,
  );
  const shown = await page.evaluate(() => sessionStorage.getItem("shown"));
  assertEquals(JSON.parse(shown!), expected);
}
