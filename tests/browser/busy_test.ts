// Buttons while what they ask for is under way.
import { assertEquals } from "@std/assert";
import type { Locator } from "playwright-core";
import { browserTest } from "../support/browser.ts";
import { failRequests } from "../support/failing_requests.ts";
import { makeRoom, mayWrite } from "../support/room_page.ts";
import { onePerson } from "../support/two_people.ts";

browserTest(
  "A button keeps the focus while what it asks for is under way, and when that fails, so that keys go on there (A39)",
  async (device) => {
    await using general = await onePerson(device);
    const { ada } = general;
    await makeRoom(ada, "Shed");
    await mayWrite(ada);
    const main = ada.getByRole("main");
    const dialog = ada.getByRole("dialog");
    const press = async (where: Locator, name: string, path: RegExp) => {
      let n = 0;
      const held = Promise.withResolvers<void>();
      const asked = Promise.withResolvers<void>();
      const mend = await failRequests(ada, path, async (route) => {
        if (route.request().method() === "GET") return await route.continue();
        n++;
        asked.resolve();
        await held.promise;
        await route.abort();
      });
      const button = where.getByRole("button", { name, exact: true });
      await button.and(ada.locator(":enabled")).press("Enter");
      await asked.promise;
      const focused = button.and(ada.locator(":focus"));
      await focused.and(ada.locator("[aria-disabled=true]")).waitFor();
      await ada.keyboard.press("Enter"); // which asks for nothing more
      held.resolve();
      await ada.getByRole("alert").waitFor();
      await focused.and(ada.locator("[aria-disabled=false]")).waitFor();
      mend();
      assertEquals(n, 1);
    };

    await main.getByRole("button", { name: "Room settings" }).click();
    await ada.getByRole("radio", { name: "Private" }).check();
    await press(dialog, "Save", /\/api\/rooms\/[^/]+$/);
    await ada.keyboard.press("Escape");
    await main.getByRole("button", { name: "Leave room" }).click();
    await press(dialog, "Leave room", /\/members\/me$/);
    await ada.goto("/settings/delete");
    await ada.getByRole("textbox").fill("Ada");
    await press(main, "Delete account", /\/api\/account$/);
    await ada.goto("/signout");
    await press(main, "Sign out", /\/api\/session/);
  },
);
