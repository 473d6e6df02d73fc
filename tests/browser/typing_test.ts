// Who is typing, and who is online: seen by the others, and gone when they stop.
import { assert, assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { browserTest } from "../support/browser.ts";
import {
  box,
  connection,
  enter,
  mayWrite,
  messages,
  send,
} from "../support/room_page.ts";
import { startServer } from "../support/server.ts";
import { twoPeople } from "../support/two_people.ts";

browserTest(
  "That somebody is typing is shown to the others until they send or fall silent",
  async (device) => {
    await using general = await twoPeople(device);
    const { ada, bob } = general;
    await bob.reload(); // and from then on only looks on
    await connection(bob, "Online").waitFor();
    await box(ada).pressSequentially("Hello");
    const typing = bob.getByText("Ada is typing…");
    await typing.waitFor();
    assertEquals(await ada.getByText("is typing").count(), 0);
    await ada.keyboard.press("Enter");
    await messages(bob, "Hello", "sent").waitFor();
    await typing.waitFor({ state: "detached" });

    // Gone by itself, too, and nothing of it is in the log.
    await box(ada).pressSequentially("Never sent");
    await typing.waitFor();
    await ada.close();
    await typing.waitFor({ state: "detached" });
    await send(bob, "Ada?");
    await messages(bob, "Ada?", "sent").waitFor();
    assertEquals(await messages(bob).count(), 2);
  },
);

browserTest(
  "Fifteen messages in quick succession are on the screen at once, in order, and telling that one types stays within the limit",
  async (device) => {
    await using server = await startServer({ RATE_LIMITS: "on" });
    const ada = await device(server.url);
    await enter(ada, "Ada");
    const complaints: string[] = [];
    ada.on("console", (message) => {
      if (message.type() === "error") complaints.push(message.text());
    });
    let told: boolean[] = [];
    ada.on("request", (request) => {
      if (!request.url().includes("/api/typing")) return;
      told.push(request.postDataJSON().typing);
    });
    const gate = Promise.withResolvers<void>();
    await ada.route("**/api/replicache/push*", async (route) => {
      await gate.promise;
      await route.continue();
    });
    const texts = Array.from({ length: 15 }, (_, i) => `message ${i + 1}.`);
    for (const text of texts) {
      await ada.keyboard.insertText(text);
      await ada.keyboard.press("Enter");
    }
    await messages(ada, texts[14], "pending").waitFor();
    assertEquals(
      await messages(ada).locator(".content").allInnerTexts(),
      texts,
    );

    gate.resolve();
    await messages(ada, texts[14], "sent").waitFor();
    assertEquals(
      await messages(ada).locator(".content").allInnerTexts(),
      texts,
    );
    // However often one begins and stops, they hear of it four times, and then once a second.
    told = [];
    await ada.evaluate(() => {
      const box = document.querySelector<HTMLTextAreaElement>(
        ".composer textarea",
      )!;
      for (let i = 0; i < 40; i++) {
        box.value = i % 2 === 0 ? "x" : "";
        box.dispatchEvent(new InputEvent("input", { bubbles: true }));
      }
    });
    assert(told.length <= 4, `${told}`);
    assertEquals(complaints, []);
  },
);

browserTest(
  "Who is online in the room is shown to the others, in a tab that comes later, too, and gone when they leave",
  async (device) => {
    await using server = await startServer();
    const [ada, bob] = [await device(server.url), await device(server.url)];
    await enter(ada, "Ada");
    const there = (page: Page, n: number) =>
      page.getByRole("main").getByText(`${n} online`);
    await there(ada, 1).waitFor();
    await enter(bob, "Bob");
    await there(ada, 2).waitFor();

    // Another tab of hers shares the stream that told it.
    const tab = await ada.context().newPage();
    await tab.goto(ada.url());
    await mayWrite(tab);
    await there(tab, 2).waitFor();
    await bob.context().close();
    await there(ada, 1).waitFor();
    await there(tab, 1).waitFor();
    await ada.context().setOffline(true);
    await there(ada, 1).waitFor({ state: "detached" });
  },
);
