// Loading older messages while the server does not answer.
import { assertEquals } from "@std/assert";
import type { Route } from "playwright-core";
import { roomOnUseStrings } from "../../lib/chat/strings/room_on_use.ts";
import { browserTest } from "../support/browser.ts";
import { failRequests, PULLS } from "../support/failing_requests.ts";
import { enter, inView, log, messages } from "../support/room_page.ts";
import { startServer } from "../support/server.ts";
import { Writer } from "../support/writer.ts";

browserTest(
  "Older messages that cannot be fetched now are not called gone, and can be asked for again (R18)",
  async (device) => {
    await using server = await startServer();
    const bob = await Writer.signIn(server.url, "Bob");
    await bob.writeNumbered(1, 450);
    const ada = await device(server.url);
    await enter(ada, "Ada");
    await messages(ada, "number 251.").waitFor();
    const older = ada.getByRole("button", { name: "Load older messages" });
    await older.waitFor();

    let mend = () => {};
    for (const fail of [() => ada.context().setOffline(true), broken]) {
      await fail();
      await older.click();
      await ada.getByText(roomOnUseStrings.history.failed).first()
        .waitFor();
      await ada.evaluate(() => void (location.hash = "message-m3"));
      await ada.getByRole("alert").or(ada.getByRole("status"))
        .filter({ hasText: roomOnUseStrings.history.failed }).waitFor();
      assertEquals(await ada.getByText(roomOnUseStrings.links.gone).count(), 0);
      await older.and(ada.locator(":enabled")).waitFor();
      await ada.evaluate(() => void (location.hash = ""));
      await ada.context().setOffline(false);
      mend();
    }
    await ada.evaluate(() => void (location.hash = "message-m3"));
    await inView(messages(ada, "number 3."));

    async function broken() {
      const answer = (route: Route) => route.fulfill({ status: 500 });
      mend = await failRequests(ada.context(), PULLS, answer);
    }
  },
);

browserTest(
  "Who loads older messages by keys keeps the focus, and has it in the log once there are no more (A7)",
  async (device) => {
    await using server = await startServer();
    const bob = await Writer.signIn(server.url, "Bob");
    await bob.writeNumbered(1, 350);
    const ada = await device(server.url);
    await enter(ada, "Ada");
    const focused = ada.locator(":focus");
    const button = (name: string) => ada.getByRole("button", { name });
    const { older, loading } = roomOnUseStrings.history;
    await button(older).waitFor();
    const { promise, resolve } = Promise.withResolvers<void>();
    await failRequests(ada, PULLS, async (route) => {
      await promise;
      await route.continue();
    });
    // At the top they come by themselves as well.
    await button(older).press("Enter");
    await button(loading).and(focused).waitFor();
    resolve();
    await messages(ada, "number 1.").waitFor();
    await button(older).or(button(loading)).waitFor({ state: "detached" });
    await log(ada).and(focused).waitFor();
  },
);
