// The search over what is on the device.
import { assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { browserTest } from "../support/browser.ts";
import { copyIsStored, roomIsStored } from "../support/device_storage.ts";
import {
  enter,
  makeRoom,
  mayWrite,
  messages,
  send,
} from "../support/room_page.ts";
import { onePerson } from "../support/two_people.ts";
import { Writer } from "../support/writer.ts";

browserTest(
  "A message of another room is found without a network, by keyboard, and gone to (A9)",
  async (device) => {
    await using general = await onePerson(device);
    const { ada } = general;
    for (const text of ["The café opens at nine", "Bring the blue umbrella"]) {
      await send(ada, text);
      await messages(ada, text, "sent").waitFor();
    }
    await roomIsStored(ada, "/rooms/general", "umbrella");
    await makeRoom(ada, "Elsewhere");
    await mayWrite(ada);
    await ada.context().setOffline(true);

    await searchFor(ada, "cafe", "The café opens at nine");
    assertEquals(await found(ada).count(), 1);
    await ada.getByRole("dialog").getByRole("status")
      .filter({ hasText: "1 message" }).waitFor();
    await ada.keyboard.press("ArrowDown");
    await ada.keyboard.press("Enter");
    await ada.waitForURL("/rooms/general#message-*");
    const target = messages(ada, "The café opens at nine");
    await target.and(ada.locator(":focus")).waitFor();
  },
);

browserTest(
  "Words are found however they are written, signs and emoji too, and marked as they were typed (A9)",
  async (device) => {
    await using general = await onePerson(device);
    const { ada } = general;
    for (const text of ["In der **Straße** 7 🎉", "I like C++.", "パパ"]) {
      await send(ada, text);
    }
    await messages(ada, "パパ", "sent").waitFor();
    await searchFor(ada, "パパ", "パパ");
    for (
      const [query, mark] of [
        ["strasse", "Straße"],
        ["c++", "C++"],
        ["🎉", "🎉"],
        ["umbrela", undefined],
        ["ババ", undefined],
        ["ada lik", "Ada"],
      ]
    ) {
      await searchBox(ada).fill(query!);
      await ada.getByRole("dialog").getByRole("status")
        .filter({ hasText: mark ? /^1 message$/ : "No message" }).waitFor();
      if (!mark) continue;
      assertEquals(await found(ada).locator("mark").first().innerText(), mark);
    }
  },
);

browserTest(
  "Where more rooms or people are found than are shown, it says so (A9)",
  async (device) => {
    await using general = await onePerson(device);
    const { ada, server } = general;
    const eves = Array.from({ length: 7 }, (_, i) => `Eve ${i}`);
    for (const name of eves) await Writer.signIn(server.url, name);
    const { person } = await Writer.of(ada);
    for (let n = 0; n < 9; n++) {
      await person.post("/api/rooms", {
        name: `Evening ${n}`,
        visibility: "public",
      });
    }
    await copyIsStored(ada, "room:general", "Eve 6");
    await ada.getByRole("link", { name: "Evening 8" }).waitFor();
    await ada.keyboard.press("Control+k");
    await searchBox(ada).fill("eve");
    await ada.getByRole("dialog").getByRole("status").filter({
      hasText: "9 rooms, of which 7 are shown, 7 people, of which 5 are shown",
    }).waitFor();
  },
);

browserTest(
  "Nothing found is said, Escape closes the search, and a slash in a text is a slash",
  async (device) => {
    await using general = await onePerson(device);
    const { ada } = general;
    await send(ada, "Hello");
    await messages(ada, "Hello", "sent").waitFor();
    await ada.keyboard.type("/");
    assertEquals(await ada.getByRole("dialog").count(), 0);
    await ada.getByRole("button", { name: "Search" }).click();
    await searchBox(ada).fill("zebra");
    await ada.getByRole("dialog").getByRole("status")
      .filter({ hasText: "No message" }).waitFor();
    await ada.keyboard.press("Escape");
    await ada.getByRole("dialog").waitFor({ state: "detached" });
  },
);

browserTest(
  "Messages of another account on the same device are not found",
  async (device) => {
    await using general = await onePerson(device);
    const { ada } = general;
    await makeRoom(ada, "Diary");
    await mayWrite(ada);
    await send(ada, "A secret wish");
    await messages(ada, "A secret wish", "sent").waitFor();
    await ada.context().clearCookies({ name: "kvetch_session" });
    await enter(ada, "Bob");
    await send(ada, "A public wish");
    await messages(ada, "A public wish", "sent").waitFor();
    await ada.reload();
    await mayWrite(ada);
    await searchFor(ada, "wish", "A public wish");
    assertEquals(await found(ada).count(), 1);
  },
);

/** Searches until a text is found: what came just now is not on the disk yet. */
async function searchFor(page: Page, words: string, text: string) {
  const dialog = page.getByRole("dialog");
  const nothing = dialog.getByRole("status").filter({ hasText: "No message" });
  const isFound = found(page).filter({ hasText: text });
  const end = Date.now() + TIMEOUT;
  while (true) {
    await page.keyboard.press("Control+k");
    await searchBox(page).fill(words);
    await nothing.or(found(page)).first().waitFor();
    if (await isFound.count() > 0) return;
    if (Date.now() > end) throw new Error(`${text} is not found`);
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
  }
}

const TIMEOUT = 60_000; // ms

const searchBox = (page: Page) =>
  page.getByRole("dialog", { name: "Search messages" })
    .getByRole("searchbox", { name: "Search messages" });

const found = (page: Page) =>
  page.getByRole("dialog", { name: "Search messages" })
    .getByRole("list", { name: "Messages" }).getByRole("link");
