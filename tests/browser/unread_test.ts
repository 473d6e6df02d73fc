// Unread messages: counted in the other rooms, marked in this one, and read on every device at once.
import { assertEquals } from "@std/assert";
import type { Locator, Page } from "playwright-core";
import { browserTest, signIn } from "../support/browser.ts";
import {
  enter,
  hasRead,
  inView,
  makeRoom,
  mayWrite,
  messages,
  send,
} from "../support/room_page.ts";
import { startServer } from "../support/server.ts";
import { onePerson, twoPeople } from "../support/two_people.ts";
import { Writer } from "../support/writer.ts";

browserTest(
  "What others write in another room is counted in the navigation and the title, without opening it (A1)",
  async (device) => {
    await using general = await twoPeople(device);
    const { ada, bob } = general;
    await makeRoom(ada, "Ada's own");
    await mayWrite(ada);
    await send(bob, "one");
    await messages(bob, "one", "sent").waitFor();
    await roomLink(ada, /General\s*1 unread/).waitFor();
    await send(bob, "two");
    await roomLink(ada, /General\s*2 unread/).waitFor();
    await title(ada, "(2) Ada's own · Kvetch");

    // Read on another device, it is read here.
    const other = await device(general.server.url);
    await other.context().addCookies(await ada.context().cookies());
    await other.goto(bob.url());
    await messages(other, "two").waitFor();
    await roomLink(ada, /^General$/).waitFor();
    await title(ada, "Ada's own · Kvetch");
    await other.goto(ada.url());
    await mayWrite(other);
    await roomLink(other, /^General$/).waitFor();
  },
);

browserTest(
  "What one has written without looking at the room is not unread (E4)",
  async (device) => {
    await using general = await onePerson(device);
    const { ada } = general;
    await ada.goto("/?q=general");
    const elsewhere = await Writer.of(ada);
    const card = ada.getByRole("main").getByRole("link", { name: "General" });
    await elsewhere.writeNumbered(1, 2);
    await card.filter({ hasText: "Ada: This is number 2." }).waitFor();
    const bob = await Writer.signIn(general.server.url, "Bob");
    await bob.writeNumbered(3, 3);
    await card.filter({ hasText: "1 unread" }).waitFor();
  },
);

browserTest(
  "What comes while the window is visible behind another is new until its reader is back",
  async (device) => {
    await using general = await onePerson(device);
    const { ada, server } = general;
    const bob = await Writer.signIn(server.url, "Bob");
    await bob.write("Seen");
    await messages(ada, "Seen").waitFor();
    await hasRead(ada, 1);
    const back = await lookAway(ada);
    assertEquals(await ada.evaluate(() => document.hidden), false);
    await bob.write("Not seen");
    await messages(ada, "Not seen").waitFor();
    await newLine(ada).waitFor();
    const { body } = await (await Writer.of(ada)).person.get("/api/rooms");
    assertEquals(body.rooms[0].readSeq, 1);
    await back();
    await hasRead(ada, 2);
  },
);

browserTest(
  "A room opens at the first unread message, below a line that says so",
  async (device) => {
    await using general = await onePerson(device);
    const { ada } = general;
    const bob = await Writer.signIn(general.server.url, "Bob");
    await bob.writeNumbered(1, 40);
    await messages(ada, "number 40.").waitFor();
    assertEquals(await newLine(ada).count(), 0);
    await hasRead(ada, 40);
    const room = ada.url();
    await ada.goto("/");
    await bob.writeNumbered(41, 140);
    await ada.goto(room);
    await mayWrite(ada);
    await newLine(ada).waitFor();
    // The line is at the top of the view, the first new one under it.
    const [frame, line, first] = await Promise.all([
      ada.getByRole("log").boundingBox(),
      newLine(ada).boundingBox(),
      messages(ada, "number 41.").boundingBox(),
    ]);
    const near = line!.y - frame!.y;
    assertEquals([near >= 0, near < 60], [true, true], `${near} px`);
    assertEquals(first!.y >= line!.y + line!.height - 1, true);
    // Not read by having been loaded; read by having been looked at.
    await ada.getByRole("button", { name: "Jump to newest" }).click();
    await hasRead(ada, 140);
  },
);

browserTest(
  "Older messages come on scrolling up and keep the reader's place, and the newest are one press away (A7)",
  async (device) => {
    await using server = await startServer();
    const bob = await Writer.signIn(server.url, "Bob");
    await bob.writeNumbered(1, 700);
    const ada = await device(server.url);
    await enter(ada, "Ada");
    await messages(ada, "number 700.").waitFor();
    const older = ada.getByRole("button", { name: "Load older messages" });
    await older.waitFor();
    // The oldest that is there is not in sight yet when older ones come.
    const top = messages(ada, "number 520.");
    await messages(ada, "number 501.").waitFor();
    assertEquals(await messages(ada, "number 500.").count(), 0);

    await ada.locator("[role=log][aria-live=polite]").waitFor();
    const readAloud = await announced(ada);
    await top.evaluate((node) => node.scrollIntoView({ behavior: "instant" }));
    const before = await top.boundingBox();
    await messages(ada, "number 301.").waitFor();
    assertEquals(await readAloud(), []);
    const after = await top.boundingBox();
    assertEquals(Math.abs(after!.y - before!.y) < 3, true, "It has moved");

    for (;;) {
      if (await messages(ada, "number 1.").count() > 0) break;
      await ada.getByRole("log").evaluate((log) =>
        log.scrollTo({ top: -log.scrollHeight, behavior: "instant" })
      );
      await ada.waitForFunction(() =>
        document.querySelector(
          ".older button:enabled, .messages > .block:first-child",
        )
      );
    }
    await older.waitFor({ state: "detached" });
    assertEquals(await messages(ada).count(), 700);
    await ada.getByRole("button", { name: "Jump to newest" }).click();
    await inView(messages(ada, "number 700."));
  },
);

browserTest(
  "A link to a message that is far back fetches the way to it",
  async (device) => {
    await using server = await startServer();
    const bob = await Writer.signIn(server.url, "Bob");
    await bob.writeNumbered(1, 900);
    const ada = await device(server.url);
    await signIn(ada, "Ada");
    await ada.goto("/rooms/general#message-m3");
    await inView(messages(ada, "number 3."));
  },
);

/** From now on, the messages that come into the log while it is read aloud. */
async function announced(page: Page): Promise<() => Promise<string[]>> {
  const found = await page.getByRole("log").evaluateHandle((log) => {
    const found: string[] = [];
    new MutationObserver((records) => {
      if (log.getAttribute("aria-live") === "off") return;
      for (const { addedNodes } of records) {
        for (const node of addedNodes) {
          if (!(node instanceof Element)) continue;
          const articles = [node, ...node.querySelectorAll("article")];
          found.push(
            ...articles.filter((each) => each.matches("article"))
              .map((each) => each.id),
          );
        }
      }
    }).observe(log, { childList: true, subtree: true });
    return found;
  });
  return () => found.jsonValue();
}

/** The line above what is new. */
const newLine = (page: Page): Locator => page.getByText("New messages");

const roomLink = (page: Page, name: RegExp): Locator =>
  page.getByRole("navigation", { name: "Rooms" }).getByRole("link", { name });

/** Waits until the page has this title. */
const title = (page: Page, words: string) =>
  page.waitForFunction((words) => document.title === words, words);

/** Turns to another window, with this one in sight; the answer comes back. (In Chromium without a screen each window believes to be the one that has the keys.) */
async function lookAway(page: Page): Promise<() => Promise<void>> {
  const setFocused = (focused: boolean) =>
    page.evaluate((focused) => {
      document.hasFocus = () => focused;
      dispatchEvent(new Event(focused ? "focus" : "blur"));
    }, focused);
  await setFocused(false);
  return () => setFocused(true);
}
