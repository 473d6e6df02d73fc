// Loading older messages while the server does not answer.
import { assertEquals } from "@std/assert";
import type { Route } from "playwright-core";
import { roomOnUseStrings } from "../../lib/chat/strings/room_on_use.ts";
import { browserTest } from "../support/browser.ts";
import { failRequests, PULLS } from "../support/failing_requests.ts";
import { enter, inView, messages } from "../support/room_page.ts";
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
