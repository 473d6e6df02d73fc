// The theme: the system's, or the one that was chosen on this device.
import { goOnline } from "../support/failing_requests.ts";
import { assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { browserTest, signIn } from "../support/browser.ts";
import { pageIsCached } from "../support/device_storage.ts";
import { startServer } from "../support/server.ts";

const LIGHT = "rgb(252, 252, 250)";
const DARK = "rgb(22, 26, 23)";

browserTest(
  "The theme is the system's until another is chosen, which holds on every page, offline and after signing out",
  async (device) => {
    await using server = await startServer();
    const ada = await device(server.url, { colorScheme: "light" });
    await signIn(ada, "Ada");
    await pageIsCached(ada, "/");
    assertEquals(await paper(ada), LIGHT);
    await ada.goto("/settings");
    await ada.getByRole("radio", { name: "Dark" }).check();
    assertEquals(await paper(ada), DARK);
    await ada.reload();
    await ada.getByRole("radio", { name: "Dark", checked: true }).waitFor();

    // Also a page that was kept while it was light.
    await ada.context().setOffline(true);
    await ada.goto("/");
    assertEquals(await paper(ada), DARK);
    await goOnline(ada);

    await ada.goto("/signout");
    await ada.getByRole("main").getByRole("button", { name: "Sign out" })
      .click();
    await ada.waitForURL("/signin");
    assertEquals(await paper(ada), DARK);

    await signIn(ada, "Ada");
    await ada.goto("/settings");
    await ada.getByRole("radio", { name: "Same as the system" }).check();
    assertEquals(await paper(ada), LIGHT);
    await ada.emulateMedia({ colorScheme: "dark" });
    assertEquals(await paper(ada), DARK);
  },
);

browserTest(
  "The chosen theme is on before the body is there",
  async (device) => {
    await using server = await startServer();
    const ada = await device(server.url, { colorScheme: "light" });
    await ada.context().addCookies([
      { name: "theme", value: "dark", url: server.url },
    ]);
    await ada.addInitScript(() => {
      new MutationObserver((_, observer) => {
        if (!document.body) return;
        observer.disconnect();
        const { theme } = document.documentElement.dataset;
        document.documentElement.dataset.atBody = theme;
      }).observe(document, { childList: true, subtree: true });
    });
    await ada.goto("/signin");
    await ada.locator("html[data-at-body=dark]").waitFor({ state: "attached" });
  },
);

/** The colour that the page is painted on. */
const paper = (page: Page): Promise<string> =>
  page.evaluate(() =>
    getComputedStyle(document.documentElement).backgroundColor
  );
