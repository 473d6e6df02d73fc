// The link to an old message: the room opens around it, and goes on from there in both directions.
import { assert, assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { roomOnUseStrings } from "../../lib/chat/strings/room_on_use.ts";
import { browserTest } from "../support/browser.ts";
import { failRequests, PULLS } from "../support/failing_requests.ts";
import {
  box,
  enter,
  inView,
  log,
  messages,
  send,
} from "../support/room_page.ts";
import { startServer } from "../support/server.ts";
import { Writer } from "../support/writer.ts";

const { missing } = roomOnUseStrings.history;

/** The numbers of the messages on a page, in their order. */
const numbers = (page: Page): Promise<number[]> =>
  messages(page).evaluateAll((all) =>
    all.map((each) => Number(each.dataset.messageId!.slice(1)))
      .filter((n) => !Number.isNaN(n))
  );

const gap = (page: Page) => page.getByRole("button", { name: missing });

/** Waits until the numbers on a page are these, from the first to the last. */
async function shows(page: Page, from: number, to: number): Promise<void> {
  await page.waitForFunction(([from, to]) => {
    const all = [...document.querySelectorAll("article")]
      .map((each) => Number(each.dataset.messageId!.slice(1)));
    return all[0] === from && all.at(-1) === to &&
      all.length === to - from + 1;
  }, [from, to]);
}

/** Where a message is on the screen. */
const topOf = (page: Page, n: number): Promise<number> =>
  messages(page, `number ${n}.`).evaluate((it) =>
    it.getBoundingClientRect().top
  );

const range = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i);

browserTest(
  "The link to an old message opens the room around it, without all that came since (A7, W5)",
  async (device) => {
    await using server = await startServer();
    const bob = await Writer.signIn(server.url, "Bob");
    await bob.writeNumbered(1, 499);
    const writer = await Writer.signIn(server.url, "Ada");
    const own = { id: "m500", content: "This is number 500." };
    await writer.push([["createMessage", own]]);
    await bob.writeNumbered(501, 1_000);
    await bob.writeNumbered(1_001, 1_500);
    const ada = await device(server.url);
    const [name, value] = writer.person.cookie.split("=");
    await ada.context().addCookies([{ name, value, url: server.url }]);
    await ada.goto("/rooms/general#message-m500");
    await inView(messages(ada, "number 500."));
    const shown = await numbers(ada);
    assertEquals(shown.slice(0, 200), range(400, 599));
    assert(shown[200] > 1_200, `${shown[200]}`);
    await gap(ada).waitFor({ state: "attached" });

    // What one does there comes to the others, and what they do comes here.
    const old = log(ada).locator('[data-message-id="m500"]');
    await old.getByRole("button", { name: "React" }).click();
    await ada.getByRole("button", { name: "👍" }).first().click();
    await old.getByRole("button", { name: "👍" }).waitFor();
    await old.getByRole("button", { name: "Reply" }).click();
    await send(ada, "To an old one.");
    const reply = messages(ada, "To an old one.", "sent");
    await inView(reply);
    await ada.evaluate(() => void (location.hash = "#message-m499"));
    await inView(old);
    await old.getByRole("button", { name: "Edit" }).click();
    await ada.getByRole("textbox", { name: "New text" }).fill("Mine, edited.");
    await ada.keyboard.press("Enter");
    // The answer to it quotes it.
    await old.and(ada.locator("[data-state=sent]"))
      .filter({ hasText: "Mine, edited." }).waitFor();
    await bob.push([
      ["editMessage", { id: "m501", content: "Edited meanwhile." }],
      ["editMessage", { id: "m900", content: "Edited in the gap." }],
      ["deleteMessage", { id: "m502" }],
    ]);
    await messages(ada, "Edited meanwhile.").waitFor({ state: "attached" });
    await messages(ada, "number 502.").waitFor({ state: "detached" });
    assertEquals(await messages(ada, "Edited in the gap.").count(), 0);

    await ada.getByRole("button", { name: "Jump to newest" }).click();
    await inView(reply);
    // What is around it is on the device now.
    await ada.context().setOffline(true);
    await ada.evaluate(() => void (location.hash = "#message-m510"));
    await inView(messages(ada, "number 510."));
  },
);

browserTest(
  "From an old message one scrolls on in both directions, without a jump, until the parts meet (A7, W5)",
  async (device) => {
    await using server = await startServer();
    const bob = await Writer.signIn(server.url, "Bob");
    await bob.writeNumbered(1, 500);
    await bob.writeNumbered(501, 800);
    const ada = await device(server.url);
    await enter(ada, "Ada");
    await ada.evaluate(() => void (location.hash = "#message-m300"));
    await inView(messages(ada, "number 300."));
    await gap(ada).waitFor({ state: "attached" });
    assertEquals((await numbers(ada))[0], 200);

    // Down: what comes in below moves nothing.
    await messages(ada, "number 399.").scrollIntoViewIfNeeded();
    const before = await topOf(ada, 399);
    await messages(ada, "number 450.").waitFor({ state: "attached" });
    assert(Math.abs(await topOf(ada, 399) - before) < 2);
    assertEquals(await numbers(ada), [...range(200, 498), ...range(601, 800)]);
    // Up from the newest, to where the parts meet.
    await ada.getByRole("button", { name: "Jump to newest" }).click();
    await inView(messages(ada, "number 800."));
    await messages(ada, "number 601.").scrollIntoViewIfNeeded();
    await shows(ada, 200, 800);
    assertEquals(await gap(ada).count(), 0);
    // And to the beginning.
    for (const n of [200, 100]) {
      await messages(ada, `number ${n}.`).first().scrollIntoViewIfNeeded();
      await messages(ada, `number ${n - 99}.`).first()
        .waitFor({ state: "attached" });
    }
    await shows(ada, 1, 800);
  },
);

browserTest(
  "The messages in between come by a button, too, and a link to one that is gone says so (A7, R18)",
  async (device) => {
    await using server = await startServer();
    const bob = await Writer.signIn(server.url, "Bob");
    await bob.writeNumbered(1, 500);
    await bob.writeNumbered(501, 900);
    await bob.push([["deleteMessage", { id: "m250" }]]);
    const ada = await device(server.url);
    await enter(ada, "Ada");
    await ada.evaluate(() => void (location.hash = "#message-m250"));
    await ada.getByText(roomOnUseStrings.links.gone).waitFor();
    await ada.evaluate(() => void (location.hash = "#message-m300"));
    await inView(messages(ada, "number 300."));

    const mend = await failRequests(
      ada.context(),
      PULLS,
      (route) => route.fulfill({ status: 500 }),
    );
    await gap(ada).evaluate((button) => (button as HTMLElement).click());
    await log(ada).getByText(roomOnUseStrings.history.failed)
      .waitFor({ state: "attached" });
    await mend();
    await gap(ada).evaluate((button) => (button as HTMLElement).click());
    await messages(ada, "number 450.").waitFor({ state: "attached" });
    await messages(ada, "number 650.").waitFor({ state: "attached" });
    await box(ada).waitFor();
  },
);

browserTest(
  "Two tabs are at two old messages of one room, and both stay where they are (A7, W5)",
  async (device) => {
    await using server = await startServer();
    const bob = await Writer.signIn(server.url, "Bob");
    for (let n = 1; n <= 1_500; n += 500) await bob.writeNumbered(n, n + 499);
    const ada = await device(server.url);
    await enter(ada, "Ada");
    const other = await ada.context().newPage();
    await other.goto(`${server.url}/rooms/general#message-m300`);
    await inView(messages(other, "number 300."));
    await ada.evaluate(() => void (location.hash = "#message-m900"));
    await inView(messages(ada, "number 900."));
    for (let i = 1; i <= 3; i++) {
      await bob.write(`News ${i}.`);
      for (const [tab, n] of [[ada, 900], [other, 300]] as const) {
        await messages(tab, `News ${i}.`).waitFor({ state: "attached" });
        await inView(messages(tab, `number ${n}.`));
      }
    }
    await bob.push([["editMessage", { id: "m300", content: "Edited 300." }]]);
    await inView(messages(other, "Edited 300."));
    await inView(messages(ada, "number 900."));
  },
);
