// Every page: loads cleanly, fits a phone, and is used by keyboard alone.
import { assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { roomStrings } from "../../lib/chat/strings/room.ts";
import { browserTest, isFault, signIn } from "../support/browser.ts";
import { failRequests } from "../support/failing_requests.ts";
import {
  enter,
  makeRoom,
  mayWrite,
  messages,
  send,
  sendButton,
} from "../support/room_page.ts";
import { startServer } from "../support/server.ts";
import { onePerson } from "../support/two_people.ts";

browserTest(
  "Pages load without an error in the console and without a failed request",
  async (device) => {
    await using server = await startServer();
    const ada = await device(server.url);
    const faults: string[] = [];
    ada.on("console", (line) => {
      if (isFault(line)) faults.push(line.text());
    });
    ada.on("response", (answer) => {
      if (answer.status() >= 400) {
        faults.push(`${answer.status()} ${answer.url()}`);
      }
    });
    ada.on("requestfailed", (request) => {
      // Leaving a page ends its stream and whatever was under way.
      const reason = request.failure()?.errorText;
      if (reason !== "net::ERR_ABORTED") {
        faults.push(`${reason} ${request.url()}`);
      }
    });
    await enter(ada, "Ada");
    await send(ada, "Hello");
    await messages(ada, "Hello", "sent").waitFor();
    await ada.reload();
    await mayWrite(ada);
    await ada.goto("/");
    await ada.getByRole("button", { name: "Sign out" }).click();
    await ada.waitForURL("/signout*");
    assertEquals(faults, []);
  },
);

browserTest("No page scrolls sideways on a phone", async (device) => {
  await using server = await startServer();
  const long = "W".repeat(40);
  const ada = await device(server.url, {
    viewport: { width: 360, height: 740 },
    hasTouch: true,
    isMobile: true,
  });
  await ada.goto("/signin");
  await assertFits(ada);
  await enter(ada, long);
  await assertFits(ada);
  await makeRoom(ada, long);
  await mayWrite(ada);
  await assertFits(ada);
  await send(ada, `https://example.org/${long}${long}`);
  await messages(ada, long, "sent").waitFor();
  await assertFits(ada);
  await ada.goto("/");
  await ada.getByRole("link", { name: long }).waitFor();
  await assertFits(ada);
  await ada.goto("/signout");
  await assertFits(ada);
  await ada.goto("/nowhere");
  await assertFits(ada);
});

browserTest(
  "A message is written and sent by keyboard alone",
  async (device) => {
    await using server = await startServer();
    const ada = await device(server.url);
    await ada.goto("/signin");
    await tabTo(ada, "Your name");
    await ada.keyboard.type("Ada");
    await ada.keyboard.press("Enter");
    await ada.waitForURL("/rooms/general");
    await ada.goto("/");
    await tabTo(ada, "General");
    await ada.keyboard.press("Enter");
    await ada.waitForURL("/rooms/*");
    await mayWrite(ada);

    await ada.reload();
    await mayWrite(ada);
    assertEquals(await focused(ada), "Message");
    await ada.keyboard.type("No mouse needed");
    await sendButton(ada).and(ada.locator(":enabled")).waitFor();
    await tabTo(ada, "Send");
    await ada.keyboard.press("Enter");
    await messages(ada, "No mouse needed", "sent").waitFor();
    // And back in the box, for the next one.
    assertEquals(await focused(ada), "Message");
  },
);

browserTest(
  "After the skip link the next stop is in the main part (A1)",
  async (device) => {
    await using server = await startServer();
    const ada = await device(server.url);
    await signIn(ada, "Ada");
    await ada.goto("/");
    await ada.keyboard.press("Tab");
    await ada.keyboard.press("Enter");
    await ada.keyboard.press("Tab");
    const inside = ada.getByRole("main").locator(":focus");
    await inside.waitFor();
  },
);

/** Nothing is wider than the screen, nor than the log that holds it. */
async function assertFits(page: Page): Promise<void> {
  const wide = await page.evaluate(() =>
    [document.documentElement, ...document.querySelectorAll("[role=log]")]
      .filter((element) => element.scrollWidth > element.clientWidth)
      .map(({ tagName, scrollWidth, clientWidth }) =>
        `${tagName}: ${scrollWidth} in ${clientWidth}`
      )
  );
  assertEquals(wide, [], page.url());
}

/** Presses Tab until what has this name is focused. */
async function tabTo(page: Page, name: string): Promise<void> {
  const seen: string[] = [];
  while (seen.length < 30) {
    const now = await focused(page);
    if (now.split("\n")[0] === name) return;
    seen.push(now);
    await page.keyboard.press("Tab");
  }
  throw new Error(`Tab never came to ${name}, only to ${seen.join(", ")}`);
}

/** The name of what is focused. */
const focused = (page: Page) =>
  page.evaluate(() => {
    const element = document.activeElement;
    const label = (element as HTMLInputElement).labels?.[0];
    return element?.getAttribute("aria-label") ?? label?.innerText ??
      (element as HTMLElement).innerText;
  });

browserTest(
  "What says that a room did not load completely goes as soon as it has, by itself",
  async (device) => {
    await using general = await onePerson(device, { serviceWorkers: "block" });
    const { ada } = general;
    const parts = /\/lazy_parts-\w+\.js/;
    const mend = await failRequests(ada, parts);
    // A link to a message needs them.
    await ada.goto("/rooms/general#message-m1");
    await ada.reload();
    const alert = ada.getByRole("alert")
      .filter({ hasText: roomStrings.room.notAlive });
    await alert.waitFor();
    mend();
    const loaded = ada.waitForResponse(parts);
    await ada.mouse.move(200, 200);
    await loaded;
    await alert.waitFor({ state: "detached" });
  },
);
