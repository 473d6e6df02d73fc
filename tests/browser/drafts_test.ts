// Drafts: stored on the device with every key, shared with one's other devices a moment later, and never lost.
import { assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { browserTest } from "../support/browser.ts";
import {
  box,
  boxReads,
  connection,
  makeRoom,
  mayWrite,
  messages,
  send,
  sendButton,
} from "../support/room_page.ts";
import { blockOutbox, pageIsCached, ROOMS } from "../support/device_storage.ts";
import {
  blockPushes,
  failRequests,
  PULLS,
} from "../support/failing_requests.ts";
import { neverForgetSent } from "../support/device_storage.ts";
import { onePerson, twoDevices } from "../support/two_people.ts";
import { Writer } from "../support/writer.ts";
import type { RoomSummary } from "../../lib/chat/views.ts";

browserTest(
  "A draft survives a reload, and follows its writer to another device",
  async (device) => {
    await using general = await twoDevices(device);
    const { ada, phone } = general;
    await box(ada).fill("Half a thou");
    await ada.reload();
    await box(ada).and(ada.locator(":enabled")).waitFor();
    await boxReads(ada, "Half a thou");

    await box(ada).fill("Half a thought");
    await phone.goto(ada.url());
    await boxReads(phone, "Half a thought");
    await box(phone).press("End");
    await box(phone).pressSequentially(", made whole");
    await boxReads(ada, "Half a thought, made whole");
    await phone.getByRole("button", { name: "Send" }).click();
    await messages(ada, "made whole", "sent").waitFor();
    await boxReads(ada, "");
  },
);

browserTest(
  "A message whose tab died before it was in the outbox is back in the box, with what was typed since",
  async (device) => {
    await using general = await twoDevices(device);
    const { ada, phone } = general;
    await box(ada).fill("Nearly lost");
    await phone.goto(ada.url());
    await boxReads(phone, "Nearly lost");
    await blockOutbox(ada);
    await box(ada).press("Enter");
    await boxReads(ada, "");
    await box(ada).fill("And this");
    await ada.reload();
    await ada.mouse.move(100, 100);
    await boxReads(ada, "Nearly lost\nAnd this");
    // It is what the other device is told; nobody is told that it was sent.
    await boxReads(phone, "Nearly lost\nAnd this");
    await sendButton(ada).click();
    await messages(phone, "Nearly lost", "sent").waitFor();
    await boxReads(phone, "");
    await ada.reload();
    await mayWrite(ada);
    await boxReads(ada, "");
    assertEquals(await messages(ada).count(), 1);
  },
);

browserTest(
  "A draft is not taken for another device's where the copy on this one is older than what is stored beside it",
  async (device) => {
    await using general = await twoDevices(device);
    const { ada, phone } = general;
    await box(ada).fill("Half a thought");
    await isTold(ada, "Half a thought");
    const [[key, stored]] = await ada.evaluate(() =>
      Object.entries(localStorage).filter(([key]) =>
        key.startsWith("kvetch/draft/")
      )
    );
    // As after a death: of the copy nothing has come to the disk.
    const draft = { ...JSON.parse(stored), content: "All of it" };
    await phone.addInitScript(([key, draft]) => {
      localStorage[key] ??= draft;
    }, [key, JSON.stringify(draft)]);
    const mend = await failRequests(phone, /\/pull\?space=user/);
    await phone.goto(ada.url());
    for (let i = 0; i < 5; i++) await phone.waitForEvent("requestfailed");
    await boxReads(phone, "All of it");
    mend();
    await box(phone).press("End");
    await box(phone).pressSequentially("!");
    await boxReads(ada, "All of it!");
    await boxReads(phone, "All of it!");
  },
);

browserTest(
  "A message whose tab died once it was in the outbox is not in the box again",
  async (device) => {
    await using general = await onePerson(device);
    const { ada } = general;
    await neverForgetSent(ada);
    const mend = await blockPushes(ada);
    await send(ada, "On its way");
    await messages(ada, "On its way", "pending").waitFor();
    await isLeaving(ada, true);
    await ada.reload();
    await ada.mouse.move(100, 100);
    await isLeaving(ada, false);
    await boxReads(ada, "");
    await mend();
    await messages(ada, "On its way", "sent").waitFor();
    assertEquals(await messages(ada).count(), 1);
    await boxReads(ada, "");
  },
);

browserTest(
  "Enter that is pressed before the page is alive sends what is there, and never half of what is typed on",
  async (device) => {
    await using general = await onePerson(device, { serviceWorkers: "block" });
    const { ada } = general;
    for (const [before, after] of [["", "Half"], ["Half", " a thought"]]) {
      const goOn = await reloadSlowly(ada);
      await box(ada).pressSequentially(before);
      await box(ada).press("Enter");
      await box(ada).pressSequentially(after);
      goOn();
      await sendButton(ada).and(ada.locator(":enabled")).waitFor();
      await boxReads(ada, before + after);
      assertEquals(await messages(ada).count(), 0);
      await box(ada).fill("");
    }
    const goOn = await reloadSlowly(ada);
    await box(ada).pressSequentially("Whole");
    await box(ada).press("Enter");
    goOn();
    await messages(ada, "Whole", "sent").waitFor();
    await boxReads(ada, "");
  },
);

browserTest(
  "What two devices write while one of them is offline comes together on both",
  async (device) => {
    await using general = await twoDevices(device);
    const { ada, phone } = general;
    await openAndGoOffline(phone, ada.url());
    await box(phone).fill("On the phone");
    await isTold(phone, "On the phone");
    await box(ada).fill("On the laptop");
    await isTold(ada, "On the laptop");
    await phone.context().setOffline(false);
    // Whichever comes first.
    for (const page of [ada, phone]) {
      await page.waitForFunction(() =>
        /^On the (laptop\nOn the phone|phone\nOn the laptop)$/.test(
          document.querySelector<HTMLTextAreaElement>(".composer textarea")!
            .value,
        )
      );
    }
    await boxReads(phone, await box(ada).inputValue());
  },
);

browserTest(
  "A message that was sent from an offline device takes nothing out of another's box",
  async (device) => {
    await using general = await twoDevices(device);
    const { ada, phone } = general;
    await openAndGoOffline(phone, ada.url());
    await box(phone).fill("From the phone");
    await isTold(phone, "From the phone");
    await box(phone).press("Enter");
    await messages(phone, "From the phone", "pending").waitFor();
    await box(ada).fill("Half written");
    await isTold(ada, "Half written");
    await phone.context().setOffline(false);
    await messages(ada, "From the phone", "sent").waitFor();
    for (const page of [ada, phone]) await boxReads(page, "Half written");
  },
);

browserTest(
  "A draft too long to be shared outlives what another tab of its room writes and sends",
  async (device) => {
    await using general = await onePerson(device);
    const { ada } = general;
    const tab = await ada.context().newPage();
    await tab.goto(ada.url());
    // Not by typing, which the other tab could be told of.
    await tab.mouse.move(100, 100);
    await tab.getByRole("button", { name: "Leave room" }).waitFor();
    const long = "A long story. ".repeat(400);
    await box(ada).fill(long);
    await box(tab).pressSequentially("Short");
    await isTold(tab, "Short");
    await box(ada).press("End");
    await box(ada).press("!");
    await box(tab).press("Enter");
    await messages(ada, "Short", "sent").waitFor();
    await ada.reload();
    await boxReads(ada, `${long}!`);
    // Nor does it stay when its writer takes it back: then others are heard again.
    await box(tab).pressSequentially("Later");
    await isTold(tab, "Later");
    assertEquals(await box(ada).inputValue(), `${long}!`);
    await box(ada).fill("");
    await boxReads(ada, "Later");
    await box(ada).fill("");
    await boxReads(tab, "");
    await ada.reload();
    await connection(ada, "Online").waitFor(); // what is kept is back by then
    assertEquals(await box(ada).inputValue(), "");
  },
);

browserTest(
  "A draft that is one too many stays on its device (M9)",
  async (device) => {
    await using general = await onePerson(device);
    const { ada } = general;
    const other = await Writer.of(ada);
    const own = `user:${other.person.userID}`;
    const drafts = (content: string, from: number, to: number) =>
      other.push(
        Array.from({ length: to - from }, (_, i) => [
          "setDraft",
          { roomID: `r${from + i}`, content },
        ]),
        own,
      );
    for (let n = 0; n < 1_000; n += 250) await drafts("Begun", n, n + 250);
    await ada.reload();
    await box(ada).fill("One more");
    await ada.getByRole("button", { name: "Favourite and notifications" })
      .first().click();
    const favourite = ada.getByRole("checkbox", { name: "Favourite" });
    await favourite.and(ada.locator(":enabled")).waitFor();
    // Now it would be told; what comes behind it is stored.
    await ada.evaluate(() => {
      Object.defineProperty(document, "hidden", { value: true });
      document.dispatchEvent(new Event("visibilitychange"));
    });
    await favourite.check();
    let isStored = false;
    while (!isStored) {
      const { body } = await other.person.get("/api/rooms");
      isStored = body.rooms.some((room: RoomSummary) => room.favourite);
    }
    await ada.reload();
    await boxReads(ada, "One more");
    // Once there is room for it others are told.
    await drafts("", 0, 1);
    await box(ada).press("End");
    await box(ada).press("!");
    await isTold(ada, "One more!");
    await boxReads(ada, "One more!");
  },
);

/** Opens a room, with all that shares a draft, and cuts the network off. */
async function openAndGoOffline(page: Page, room: string): Promise<void> {
  await page.goto(room);
  await mayWrite(page);
  await pageIsCached(page, ROOMS);
  await page.context().setOffline(true);
  await connection(page, "Offline").waitFor();
}

/** Waits until the page has told its own copy what is in its box. */
const isTold = (page: Page, text: string) =>
  page.waitForFunction((text) => {
    const key = Object.keys(localStorage).find((key) =>
      key.startsWith("kvetch/draft/")
    );
    return key && JSON.parse(localStorage[key]).shared === text;
  }, text);

browserTest(
  "What is sent before its room has opened goes to that room, though another is shown by then (A15)",
  async (device) => {
    await using general = await onePerson(device);
    const { ada } = general;
    await makeRoom(ada, "Boats");
    await mayWrite(ada);
    await ada.goto("/rooms/general");
    await mayWrite(ada);
    const goOn = await reloadSlowly(ada);
    await box(ada).fill("To all");
    await box(ada).press("Enter");
    const link = (name: RegExp) =>
      ada.getByRole("navigation", { name: "Rooms" }).getByRole("link", {
        name,
      });
    await link(/^Boats/).click();
    await ada.getByRole("heading", { name: "Boats", exact: true }).waitFor();
    goOn();
    await box(ada).and(ada.getByPlaceholder(/Boats/)).fill("Afloat");
    await link(/^General/).click();
    await messages(ada, "To all", "sent").waitFor();
    assertEquals(await messages(ada, "To all").count(), 1);
    await boxReads(ada, "");
    await link(/^Boats/).click();
    await boxReads(ada, "Afloat");
    assertEquals(await messages(ada, "To all").count(), 0);
  },
);

/** Reloads a page whose copy does not open before it is told to go on. */
async function reloadSlowly(page: Page): Promise<() => void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const copies = /\/live_replica-\w+\.js/;
  await page.route(copies, async (route) => {
    await promise;
    await route.continue();
  });
  const asked = page.waitForRequest(copies);
  await page.reload();
  await asked; // it hears keys by now
  return resolve;
}

/** Waits until the page keeps what has been taken from its box, or nothing of it any more. */
const isLeaving = (page: Page, is: boolean) =>
  page.waitForFunction(
    (is) =>
      Object.keys(localStorage).some((key) => key.includes("leaving/")) === is,
    is,
  );

browserTest(
  "A text that the browser puts back into the box, and that is gone on with before the script runs, is there once",
  async (device) => {
    await using general = await onePerson(device, { serviceWorkers: "block" });
    const { ada } = general;
    await box(ada).fill("Half a thou");
    const { promise, resolve } = Promise.withResolvers<void>();
    await ada.route(/_fresh\/js\//, async (route) => {
      await promise;
      await route.continue();
    });
    await ada.reload({ waitUntil: "commit" });
    // By hand: Chromium does not put it back into a page that it may not keep.
    await box(ada).fill("Half a thou");
    await box(ada).press("End");
    await box(ada).pressSequentially("ght, and more");
    resolve();
    await sendButton(ada).and(ada.locator(":enabled")).click();
    await messages(ada, "Half a thought, and more", "sent").waitFor();
    const whole = ada.getByText("Half a thought, and more", { exact: true });
    assertEquals(await whole.count(), 1);
    await boxReads(ada, "");
  },
);

browserTest(
  "A draft that was told as its page ended is its writer's own: what is typed next goes on from it",
  async (device) => {
    await using general = await twoDevices(device);
    const { ada, phone } = general;
    await phone.goto(ada.url());
    await mayWrite(phone);
    await mayWrite(ada);
    await endBeforeToldIsKnown(ada);
    await box(ada).fill("Half a thou");
    await boxReads(phone, "Half a thou");
    await box(phone).press("End");
    await box(phone).press("Shift+Enter");
    await box(phone).pressSequentially("From the phone");
    await isTold(phone, "Half a thou\nFrom the phone");
    const { promise, resolve } = Promise.withResolvers<void>();
    await ada.context().route(PULLS, async (route) => {
      await promise;
      await route.continue();
    });
    await ada.reload();
    await boxReads(ada, "Half a thou");
    await box(ada).fill("Half a thought");
    resolve();
    for (const page of [phone, ada]) {
      await boxReads(page, "Half a thought\nFrom the phone");
    }
  },
);

/** Has nothing of this page keep, from now on, that others know what they were told. */
const endBeforeToldIsKnown = (page: Page) =>
  page.evaluate(() => {
    const { setItem } = Storage.prototype;
    Storage.prototype.setItem = function (key, text) {
      const { content, shared } = JSON.parse(text);
      if (!content || content !== shared) setItem.call(this, key, text);
    };
  });
