// The search over what is on the device and what the server knows.
import { assert, assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { browserTest } from "../support/browser.ts";
import { copyIsStored, roomIsStored } from "../support/device_storage.ts";
import { failRequests, goOnline } from "../support/failing_requests.ts";
import { png } from "../support/pictures.ts";
import {
  connection,
  enter,
  inView,
  makeRoom,
  mayWrite,
  messages,
  send,
} from "../support/room_page.ts";
import { scriptsOf } from "../support/scripts.ts";
import { startServer } from "../support/server.ts";
import { onePerson } from "../support/two_people.ts";
import { upload } from "../support/upload.ts";
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

browserTest(
  "An old message that is not on the device is found on the server, and opened at its place (A9, T90)",
  async (device) => {
    await using server = await startServer();
    const bob = await Writer.signIn(server.url, "Bob");
    await bob.writeNumbered(1, 500);
    await isIndexed(bob, "500.");
    const ada = await device(server.url);
    await enter(ada, "Ada"); // whose device has the newest of them
    await ada.keyboard.press("Control+k");
    await searchBox(ada).fill("Number 7.");
    const first = found(ada).first().filter({ hasText: "This is number 7." });
    await first.waitFor();
    const marks = await first.locator(".text mark").allInnerTexts();
    assertEquals(marks, ["number", "7."]);
    await first.click();
    await ada.waitForURL("/rooms/general#message-m7");
    await inView(messages(ada, "This is number 7."));
  },
);

browserTest(
  "Filters narrow down what is found on the server and, without a network, on the device alone, which is said (A9, T90)",
  async (device) => {
    await using general = await onePerson(device);
    const { ada, server } = general;
    const bob = await Writer.signIn(server.url, "Bob Bean");
    const { id } = await upload(bob.person, png(8, 8));
    await bob.write("tea for two");
    const files = [{ id, name: "plan.png" }];
    const withFile = { id: "f", content: "tea plan", files };
    await bob.push([["createMessage", withFile]]);
    await send(ada, "tea for one");
    await messages(ada, "for one", "sent").waitFor();
    await roomIsStored(ada, "/rooms/general", "for one");
    await isIndexed(bob, "one");
    const counts = [
      ["tea", 3],
      ["from:bob tea", 2],
      ['from:"bean bob"', 2],
      ["FROM:ada tea", 1],
      ["in:gen from:ada", 1],
      ["in:elsewhere tea", 0],
      ["has:file", 1],
      ["before:2020-01-31 tea", 0],
      ["after:2020-01-31 two", 1],
      ["has:tea", 0],
    ] as const;
    const about = ada.getByRole("dialog").getByText("Only this device");
    const assertCounts = async (isOffline: boolean) => {
      await ada.keyboard.press("Control+k");
      for (const [query, count] of counts) {
        await searchBox(ada).fill(query);
        const text = count === 0
          ? "No message"
          : `${count} message${count === 1 ? "" : "s"}`;
        await ada.getByRole("dialog").getByRole("status")
          .filter({ hasText: new RegExp(`^${text}\\b`) }).waitFor();
        await ada.getByRole("dialog").getByText("Still searching")
          .waitFor({ state: "detached" });
        assertEquals(await found(ada).count(), count, query);
        assertEquals(await about.count(), isOffline ? 1 : 0, query);
      }
      await ada.keyboard.press("Escape");
    };
    await assertCounts(false);
    await ada.context().setOffline(true);
    await assertCounts(true);

    // It is asked again by itself once the network is back, and by a button.
    await ada.keyboard.press("Control+k");
    await searchBox(ada).fill("tea");
    await about.waitFor();
    const mend = await failRequests(ada.context(), /\/api\/search\?/);
    await goOnline(ada);
    const again = ada.getByRole("dialog")
      .getByRole("button", { name: "Try again" });
    await again.waitFor();
    await about.waitFor();
    mend();
    await again.click();
    await about.waitFor({ state: "detached" });
    assertEquals(await found(ada).count(), 3);
    await again.waitFor({ state: "detached" });
    await ada.context().setOffline(true);
    await searchBox(ada).fill("two");
    await about.waitFor();
    await goOnline(ada);
    await about.waitFor({ state: "detached" });
  },
);

browserTest(
  "What the server has found comes page by page, each message once, until there is no more (A9, T90)",
  async (device) => {
    await using server = await startServer();
    const bob = await Writer.signIn(server.url, "Bob");
    const calls = Array.from({ length: 330 }, (_, n) => ({
      id: `m${n}`,
      content: n < 45 ? `needle ${n}` : `hay ${n}`,
    }));
    await bob.push(calls.map((args) => ["createMessage", args]));
    await isIndexed(bob, "329");
    const ada = await device(server.url);
    await enter(ada, "Ada"); // whose device has the newest of them
    await ada.keyboard.press("Control+k");
    await searchBox(ada).fill("needle");
    const more = ada.getByRole("dialog")
      .getByRole("button", { name: "Look for older messages" });
    const status = ada.getByRole("dialog").getByRole("status");
    await status.getByText("The newest 20 messages", { exact: true }).waitFor();
    await found(ada).last().focus();
    await ada.keyboard.press("ArrowDown");
    await ada.keyboard.press("Enter");
    await status.getByText("The newest 40 messages", { exact: true }).waitFor();
    await more.click();
    await status.getByText("45 messages", { exact: true }).waitFor();
    await more.waitFor({ state: "detached" });
    assertEquals(await found(ada).count(), 45);
    assertEquals(new Set(await found(ada).allInnerTexts()).size, 45);
  },
);

/** Waits until the server finds a word. */
async function isIndexed({ person }: Writer, word: string): Promise<void> {
  const end = Date.now() + TIMEOUT;
  while (
    (await person.get(`/api/search?q=${word}`)).body.messages.length === 0
  ) {
    if (Date.now() > end) throw new Error(`${word} is not indexed`);
  }
}

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

browserTest(
  "Where the search is not on the device, it says what it takes, and opens with the network",
  async (device) => {
    await using general = await onePerson(device, { serviceWorkers: "block" });
    const { ada } = general;
    await ada.context().setOffline(true);
    await connection(ada, "Offline").waitFor();
    await ada.keyboard.press("Control+k");
    await ada.getByRole("alert").filter({ hasText: "when you are online" })
      .waitFor();
    await ada.context().setOffline(false);
    await connection(ada, "Online").waitFor();
    await ada.keyboard.press("Control+k");
    await ada.getByRole("searchbox", { name: "Search messages" }).waitFor();
    assertEquals(await ada.getByRole("alert").count(), 0);
  },
);

browserTest(
  "Whichever of its scripts does not come once, the search opens when it is asked for again",
  async (device) => {
    // A service worker would have them.
    await using general = await onePerson(device, { serviceWorkers: "block" });
    const { ada } = general;
    const openSettings = async () => {
      await ada.goto("/settings");
      await ada.locator("[name=theme]:checked").waitFor(); // it is alive
    };
    await openSettings();
    const own = await scriptsOf(await ada.content(), ada.url());
    const coming = ada.waitForResponse(/\/SearchDialog-\w+\.js$/);
    await ada.keyboard.press("Control+k");
    const dialog = await coming;
    const scripts = new Set([
      dialog.url(),
      ...await scriptsOf(await dialog.text(), dialog.url()),
    ]).difference(own);
    await searchBox(ada).waitFor();
    assert(scripts.size > 1, [...scripts].join());
    const alert = ada.getByRole("alert")
      .filter({ hasText: "Search could not be loaded" });
    for (const script of scripts) {
      const [name] = script.match(/[^/]+$/)!;
      // Parts of the page that come later may share it.
      const mend = await failRequests(ada, new RegExp(`/${name}$`));
      await openSettings();
      await ada.keyboard.press("Control+k");
      await alert.waitFor();
      mend();
      await ada.keyboard.press("Control+k");
      await searchBox(ada).waitFor();
      assertEquals(await alert.count(), 0, script);
    }
  },
);
