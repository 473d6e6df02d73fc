// Links that lead somewhere: copied with one press, and followed through sign-in.
import { assertEquals, assertMatch } from "@std/assert";
import type { Page } from "playwright-core";
import { browserTest, signIn } from "../support/browser.ts";
import { pageIsCached, ROOMS } from "../support/device_storage.ts";
import { enter, inView, makeRoom, messages } from "../support/room_page.ts";
import { startServer } from "../support/server.ts";
import { Writer } from "../support/writer.ts";

browserTest(
  "A new sign-in link and a new invitation are copied by a button",
  async (device) => {
    await using server = await startServer();
    const ada = await device(server.url, {
      permissions: ["clipboard-read", "clipboard-write"],
    });
    await signIn(ada, "Ada");
    await ada.goto("/settings");
    await ada.getByRole("button", { name: "Make a link" }).click();
    assertMatch(await copied(ada), /^http\S+\/link\/[\w-]{43}$/);
    await makeRoom(ada, "Nest");
    await ada.goto(`${new URL(ada.url()).pathname}/people`);
    await ada.getByRole("button", { name: "Make an invitation" }).click();
    assertMatch(await copied(ada), /^http\S+\/invite\/\w+\/[\w-]{43}$/);
  },
);

browserTest(
  "Where copying is not allowed the button says so",
  async (device) => {
    await using server = await startServer();
    const ada = await device(server.url);
    await ada.addInitScript(() =>
      // As on plain http.
      Object.defineProperty(navigator, "clipboard", { value: undefined })
    );
    await signIn(ada, "Ada");
    await ada.goto("/settings");
    await ada.getByRole("button", { name: "Make a link" }).click();
    await ada.getByRole("button", { name: "Copy" }).click();
    await ada.getByRole("status").filter({ hasText: "copy it yourself" })
      .waitFor();
  },
);

browserTest(
  "The link to a message leads to it, also when one has to sign in first",
  async (device) => {
    await using server = await startServer();
    const bob = await Writer.signIn(server.url, "Bob");
    await bob.writeNumbered(1, 60);
    const link = "/rooms/general#message-m30";

    const stranger = await device(server.url);
    await stranger.goto(link);
    await stranger.waitForURL("/signin?next=*");
    // A name that is refused does not lose the way either.
    const name = stranger.getByRole("textbox", { name: "Your name" });
    for (const typed of ["\u2800", "Ada"]) {
      await name.fill(typed);
      await stranger.getByRole("button", { name: "Sign in" }).click();
    }
    await stranger.waitForURL(link);
    await inView(messages(stranger, "number 30."));

    // On a device that the service worker keeps the room on, the same.
    const ada = await device(server.url);
    await enter(ada, "Ada");
    await pageIsCached(ada, ROOMS);
    await ada.context().clearCookies({ name: "kvetch_session" });
    await ada.goto("/");
    await ada.goto(link);
    await ada.waitForURL("/signin?next=*");
    await ada.getByRole("textbox", { name: "Your name" }).fill("Ada Again");
    await ada.getByRole("button", { name: "Sign in" }).click();
    await ada.waitForURL(link);
    await inView(messages(ada, "number 30."));
  },
);

/** Presses the button, and looks what it has brought. */
async function copied(page: Page): Promise<string> {
  await page.getByRole("button", { name: "Copy" }).click();
  await page.getByRole("status").filter({ hasText: "Copied." }).waitFor();
  const text = await page.evaluate(() => navigator.clipboard.readText());
  assertEquals(await page.locator("code.secret").textContent(), text);
  return text;
}
