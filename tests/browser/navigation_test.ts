// From room to room: without loading a page, from this device's copy, with everything as it was left.
import { assert, assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { browserTest } from "../support/browser.ts";
import { blockOutbox, roomIsStored } from "../support/device_storage.ts";
import { failRequests } from "../support/failing_requests.ts";
import {
  box,
  boxReads,
  follow,
  inView,
  linkTo,
  log,
  makeRoom,
  mayWrite,
  messages,
  send,
} from "../support/room_page.ts";
import { onePerson, twoPeople } from "../support/two_people.ts";
import { Writer } from "../support/writer.ts";

browserTest(
  "Another room is shown without loading a page: its messages, name and address, and one can type at once (A15)",
  async (device) => {
    await using general = await onePerson(device);
    const { ada } = general;
    await inBoats(ada);
    await follow(ada, "General");
    await messages(ada, "To all").waitFor();
    assertEquals(await messages(ada, "Afloat").count(), 0);
    assertEquals(new URL(ada.url()).pathname, "/rooms/general");
    await isTitled(ada, "General");
    await boxIsFocused(ada);
    await ada.keyboard.type("Typed at once");
    await ada.keyboard.press("Enter");
    await messages(ada, "Typed at once", "sent").waitFor();

    await follow(ada, "Boats");
    await messages(ada, "Afloat").waitFor();
    assertEquals(await messages(ada, "Typed at once").count(), 0);
    await isTitled(ada, "Boats");
    await isSameDocument(ada);
  },
);

browserTest(
  "Back and Forward lead through the rooms; a reload, and a new tab, show the room of the address (A15)",
  async (device) => {
    await using general = await onePerson(device);
    const { ada } = general;
    await inBoats(ada);
    await follow(ada, "General");
    await messages(ada, "To all").waitFor();
    await ada.goBack();
    await messages(ada, "Afloat").waitFor();
    await isTitled(ada, "Boats");
    await ada.goForward();
    await messages(ada, "To all").waitFor();
    await isTitled(ada, "General");
    await isSameDocument(ada);
    await ada.reload();
    await messages(ada, "To all").waitFor();
    await isTitled(ada, "General");

    const tab = await ada.context().newPage();
    await tab.goto((await linkTo(ada, "Boats").getAttribute("href"))!);
    await messages(tab, "Afloat").waitFor();
    await isTitled(tab, "Boats");
  },
);

browserTest(
  "A room is as its reader left it: the draft, the edit, the answer, and the place in the log (A15)",
  async (device) => {
    await using general = await onePerson(device);
    const { ada, server } = general;
    const bob = await Writer.signIn(server.url, "Bob");
    for (let i = 0; i < 60; i++) await bob.write(`Line ${i}.`);
    await inBoats(ada);
    await follow(ada, "General");
    const newest = ada.getByRole("button", { name: "Jump to newest" });
    await messages(ada, "Line 59.").waitFor();
    if (await newest.isVisible()) await newest.click();
    await inView(messages(ada, "Line 59."));
    await messages(ada, "Line 20.").evaluate((it) => it.scrollIntoView());
    await box(ada).fill("Half a thought");
    const before = await topOf(ada, "Line 20.");
    await follow(ada, "Boats");
    await messages(ada, "Afloat").waitFor();
    await boxReads(ada, "");
    await box(ada).fill("Another one");

    await follow(ada, "General");
    await boxReads(ada, "Half a thought");
    await inView(messages(ada, "Line 20."));
    await isAt(ada, "Line 20.", before);
    await bob.write("While you read");
    await messages(ada, "While you read").waitFor();
    await isAt(ada, "Line 20.", before);
    await ada.goBack();
    await boxReads(ada, "Another one");
    await isSameDocument(ada);
  },
);

browserTest(
  "A draft that was left is with one's other devices, too, once and whole (A15)",
  async (device) => {
    await using general = await onePerson(device);
    const { ada, server } = general;
    await inBoats(ada);
    await box(ada).fill("Ropes");
    await follow(ada, "General");
    await boxReads(ada, "");
    await follow(ada, "Boats");
    await boxReads(ada, "Ropes");
    await box(ada).fill("Ropes and sails");
    await follow(ada, "General");
    const phone = await device(server.url);
    await phone.context().addCookies(await ada.context().cookies());
    const boats = await linkTo(ada, "Boats").getAttribute("href");
    await phone.goto(boats!);
    await boxReads(phone, "Ropes and sails");
  },
);

browserTest(
  "Without a network one goes from room to room, loads them anew and writes in them (A15)",
  async (device) => {
    await using general = await onePerson(device);
    const { ada } = general;
    await inBoats(ada);
    const boats = new URL(ada.url()).pathname;
    await roomIsStored(ada, boats, "Afloat");
    await roomIsStored(ada, "/rooms/general", "To all");
    await ada.context().setOffline(true);
    await follow(ada, "General");
    await send(ada, "From below");
    await messages(ada, "From below", "pending").waitFor();
    await follow(ada, "Boats");
    await messages(ada, "Afloat").waitFor();
    await isSameDocument(ada);
    await ada.reload();
    await messages(ada, "Afloat").waitFor();
    await isTitled(ada, "Boats");
    await ada.goto("/rooms/general");
    await messages(ada, "From below", "pending").waitFor();
    await ada.context().setOffline(false);
    await messages(ada, "From below", "sent").waitFor();
  },
);

browserTest(
  "No key that is pressed after a room was chosen goes to the room before (A15)",
  async (device) => {
    await using general = await onePerson(device);
    const { ada } = general;
    await inBoats(ada);
    await box(ada).focus();
    const left = await linkTo(ada, "General").evaluate(async (link) => {
      const before = document.activeElement!;
      (link as HTMLElement).click();
      await new Promise((resolve) => setTimeout(resolve));
      return {
        wasBox: before.matches("textarea"),
        isThere: before.isConnected,
      };
    });
    assertEquals(left, { wasBox: true, isThere: false });
  },
);

browserTest(
  "What was written in a room that is not shown any more is sent all the same (A15)",
  async (device) => {
    await using general = await twoPeople(device);
    const { ada, bob } = general;
    const ends: string[] = [];
    for (let i = 0; i < 7; i++) {
      await makeRoom(ada, `Room ${i}`);
      ends.push(`Room ${i}`);
    }
    await mayWrite(ada);
    await marked(ada);
    await follow(ada, "General");
    await mayWrite(ada);
    await ada.context().setOffline(true);
    await send(ada, "Before I left");
    await messages(ada, "Before I left", "pending").waitFor();
    // More rooms than stay open.
    for (const name of ends) {
      await follow(ada, name);
      await isTitled(ada, name);
    }
    await ada.context().setOffline(false);
    await messages(bob, "Before I left", "sent").waitFor();
    await isSameDocument(ada);
  },
);

browserTest(
  "An edit that is stored once another room is shown leaves the focus where it is by then (A15)",
  async (device) => {
    await using general = await onePerson(device);
    const { ada } = general;
    await inBoats(ada);
    // Both are open: while the outbox is busy no room opens.
    await follow(ada, "General");
    await mayWrite(ada);
    await follow(ada, "Boats");
    await messages(ada, "Afloat").waitFor();
    const unblock = await blockOutbox(ada);
    await messages(ada, "Afloat").getByRole("button", { name: "Edit" }).click();
    const edited = ada.getByRole("textbox", { name: "New text" });
    await edited.fill("Ashore");
    await edited.press("Enter");
    await follow(ada, "General");
    await messages(ada, "To all").waitFor();
    await boxIsFocused(ada);
    const place = ada.getByRole("link", { name: "Settings" });
    await place.focus();
    const isStored = ada.waitForFunction(() =>
      !Object.keys(localStorage).some((key) => key.includes("/edit/"))
    );
    await unblock();
    await isStored;
    assertEquals(await place.evaluate((it) => it.matches(":focus")), true);
    await follow(ada, "Boats");
    await messages(ada, "Ashore", "sent").waitFor();
  },
);

browserTest(
  "A room opens at what is unread, also where the copy on the device lacks it, and only what was seen is read (A15)",
  async (device) => {
    await using general = await onePerson(device);
    const { ada, server } = general;
    await inBoats(ada);
    const bob = await Writer.signIn(server.url, "Bob");
    for (let i = 0; i < 80; i++) await bob.write(`Line ${i}.`);
    const unread = (n: RegExp) => linkTo(ada, "General").filter({ hasText: n });
    await unread(/80/).waitFor();
    // Of the page that this loads General is not open, and its copy is old.
    await follow(ada, "General");
    await inView(messages(ada, "Line 0."));
    await log(ada).getByText("New messages").waitFor();
    await ada.getByRole("button", { name: "Jump to newest" }).waitFor();
    await follow(ada, "Boats");
    await messages(ada, "Afloat").waitFor();
    await unread(/[4-7]\d/).waitFor();
    // And from where its reader was: what is below is still unread.
    await follow(ada, "General");
    await ada.getByRole("button", { name: "Jump to newest" }).waitFor();
    await follow(ada, "Boats");
    await unread(/[2-7]\d/).waitFor();
  },
);

browserTest(
  "What was written without a network in another room is sent after a reload, whichever room is shown (A15)",
  async (device) => {
    await using general = await twoPeople(device);
    const { ada, bob } = general;
    await inBoats(ada);
    const boats = new URL(ada.url()).pathname;
    await roomIsStored(ada, boats, "Afloat");
    await follow(ada, "General");
    await mayWrite(ada);
    await ada.context().setOffline(true);
    await send(ada, "In the tunnel");
    await messages(ada, "In the tunnel", "pending").waitFor();
    await follow(ada, "Boats");
    await messages(ada, "Afloat").waitFor();
    await ada.reload();
    await messages(ada, "Afloat").waitFor();
    await ada.context().setOffline(false);
    await messages(bob, "In the tunnel", "sent").waitFor();
    assertEquals(await messages(bob, "In the tunnel").count(), 1);
    assertEquals(new URL(ada.url()).pathname, boats);
  },
);

browserTest(
  "However many rooms have something unsent, the one that is shown stays open (A15)",
  async (device) => {
    await using general = await twoPeople(device);
    const { ada, bob } = general;
    const names = Array.from({ length: 6 }, (_, i) => `Room ${i}`);
    for (const name of names) {
      await makeRoom(ada, name);
      await mayWrite(ada);
      await roomIsStored(ada, new URL(ada.url()).pathname);
    }
    await follow(ada, "General");
    await mayWrite(ada);
    await roomIsStored(ada, "/rooms/general");
    await ada.context().setOffline(true);
    for (const name of names) {
      await follow(ada, name);
      await isTitled(ada, name);
      await mayWrite(ada);
      await send(ada, "In the tunnel");
      await messages(ada, "In the tunnel", "pending").waitFor();
    }
    await ada.goto("/rooms/general");
    await mayWrite(ada);
    await ada.context().setOffline(false);
    await send(ada, "Out of it");
    await messages(bob, "Out of it", "sent").waitFor();
    const elsewhere = await Writer.of(ada);
    const isSent = async () => {
      const { body } = await elsewhere.person.get("/api/rooms");
      const rooms: { last: { content: string } | null }[] = body.rooms;
      return rooms.filter(({ last }) => last?.content === "In the tunnel")
        .length === names.length;
    };
    while (!await isSent()) await ada.waitForTimeout(100);
    await send(bob, "Still there?");
    await messages(ada, "Still there?", "sent").waitFor();
  },
);

browserTest(
  "A room that is not on the device shows its name, comes when the server answers, and says what it waits for (A15)",
  async (device) => {
    await using general = await onePerson(device);
    const { ada, server } = general;
    const letGo = Promise.withResolvers<void>();
    // From the start, as it would be brought to the device by itself.
    await ada.route(/\/pull\?space=room%3A(?!general)/, async (route) => {
      await letGo.promise;
      await route.continue();
    });
    const other = await Writer.of(ada);
    await other.person.post("/api/rooms", { name: "Attic" });
    const bob = await Writer.signIn(server.url, "Bob");
    await bob.write("To all");
    await linkTo(ada, "Attic").waitFor();
    await marked(ada);
    await follow(ada, "Attic");
    await isTitled(ada, "Attic");
    await ada.getByText("Loading the messages…").waitFor();
    assertEquals(await log(ada).count(), 0);
    await follow(ada, "General");
    await messages(ada, "To all").waitFor();
    await follow(ada, "Attic");
    letGo.resolve();
    await ada.getByText("This is the start of Attic.").waitFor();
    await boxIsFocused(ada);
    await isSameDocument(ada);
  },
);

browserTest(
  "A room that one may not see any more is the server's to answer for (A15)",
  async (device) => {
    await using general = await onePerson(device);
    const { ada } = general;
    const other = await Writer.of(ada);
    // Else its copy may be here already, and is shown.
    const pulls = /pull\?space=room%3A(?!general)/;
    const mend = await failRequests(ada, pulls);
    const { body: { roomID } } = await other.person.post("/api/rooms", {
      name: "Attic",
      visibility: "private",
    });
    await linkTo(ada, "Attic").waitFor();
    await ada.route("**/api/rooms*", (route) => route.abort());
    await other.person.fetch(`/api/rooms/${roomID}/members/me`, {
      method: "DELETE",
    });
    mend();
    // The list that comes with the answer does not hold the room any more.
    await linkTo(ada, "Attic").click();
    await ada.getByRole("heading", { name: "Nothing here" }).waitFor();
  },
);

browserTest(
  "Keys lead to the room above and below, to the next unread one, and back to the box (A16)",
  async (device) => {
    await using general = await onePerson(device);
    const { ada, server } = general;
    for (const name of ["Boats", "Cars"]) {
      await makeRoom(ada, name);
      await mayWrite(ada);
    }
    await marked(ada);
    await ada.keyboard.press("Alt+ArrowUp");
    await isTitled(ada, "Boats");
    await boxIsFocused(ada);
    await ada.keyboard.press("Alt+ArrowDown");
    await isTitled(ada, "Cars");
    await ada.keyboard.press("Alt+ArrowDown");
    await isTitled(ada, "General");
    await ada.keyboard.press("Alt+ArrowUp");
    await isTitled(ada, "Cars");
    const bob = await Writer.signIn(server.url, "Bob");
    await bob.write("Read me");
    await linkTo(ada, "General").filter({ hasText: "1" }).waitFor();
    await boxIsFocused(ada);
    await ada.keyboard.press("Alt+Shift+ArrowUp");
    await isTitled(ada, "General");
    await messages(ada, "Read me").focus();
    await ada.keyboard.press("Escape");
    await boxIsFocused(ada);
    await isSameDocument(ada);
  },
);

browserTest(
  "A room that one looks at stands below one's own and above direct messages, in the list and for keys (A1, A16)",
  async (device) => {
    await using general = await onePerson(device);
    const { ada, server } = general;
    const bob = await Writer.signIn(server.url, "Bob");
    const { person } = await Writer.of(ada);
    const begun = await bob.person.post("/api/messages", {
      people: [{ id: person.userID }],
    });
    await bob.write("Hello, Ada", begun.body.space);
    const made = await bob.person.post("/api/rooms", { name: "Docks" });
    await ada.goto(`/rooms/${made.body.roomID}`);
    const links = ada.locator("#rooms li a:visible .name");
    await links.getByText("Bob").waitFor();
    assertEquals(await links.allTextContents(), ["General", "Docks", "Bob"]);
    await ada.keyboard.press("Alt+ArrowDown");
    await isTitled(ada, "Bob");
    await ada.goBack();
    await isTitled(ada, "Docks");
    await ada.keyboard.press("Alt+ArrowUp");
    await isTitled(ada, "General");
  },
);

browserTest(
  "The search goes to rooms and people as well, and a question mark lists the keys (A9, A16)",
  async (device) => {
    await using general = await twoPeople(device);
    const { ada, bob } = general;
    await send(bob, "I am Bob");
    await messages(ada, "I am Bob").waitFor();
    await inBoats(ada);
    const search = ada.getByRole("dialog", { name: "Search messages" });
    const list = (name: string) => search.getByRole("list", { name });
    await ada.keyboard.press("Control+k");
    // Without a word, the other rooms.
    await list("Rooms").getByRole("link", { name: "General" }).waitFor();
    assertEquals(await list("Rooms").getByRole("link").count(), 1);
    await search.getByRole("searchbox").and(ada.locator(":focus")).waitFor();
    await ada.keyboard.type("gen");
    await ada.keyboard.press("Enter");
    await isTitled(ada, "General");
    await boxIsFocused(ada);
    await roomIsStored(ada, "/rooms/general", "I am Bob");
    await follow(ada, "Boats");
    await boxIsFocused(ada);
    await ada.keyboard.press("Control+k");
    await search.getByRole("searchbox").and(ada.locator(":focus")).waitFor();
    await ada.keyboard.type("bob");
    await list("People").getByRole("link", { name: "Bob" }).click();
    await isTitled(ada, "General");
    await boxReads(ada, "@Bob ");
    await isSameDocument(ada);

    await messages(ada, "I am Bob").focus();
    await ada.keyboard.press("?");
    const keys = ada.getByRole("dialog", { name: "Keyboard shortcuts" });
    await keys.getByText("The room above or below").waitFor();
    await ada.keyboard.press("Escape");
    await keys.waitFor({ state: "detached" });
    await boxIsFocused(ada);
    await ada.keyboard.type("?");
    await boxReads(ada, "@Bob ?");
  },
);

browserTest(
  "What the keys do is reached by touch: the search, and in the settings the list of keys (A9, A16)",
  async (device) => {
    await using general = await onePerson(device, {
      viewport: { width: 390, height: 844 },
      hasTouch: true,
      isMobile: true,
    });
    const { ada } = general;
    await ada.getByRole("button", { name: "Search" }).tap();
    const search = ada.getByRole("dialog", { name: "Search messages" });
    await search.getByRole("searchbox").waitFor();
    await search.getByRole("button", { name: "Close" }).tap();
    await search.waitFor({ state: "detached" });
    await box(ada).tap();
    await boxIsFocused(ada);
    await ada.getByRole("link", { name: "Settings" }).tap();
    await ada.waitForURL("/settings");
    const keys = ada.getByRole("dialog", { name: "Keyboard shortcuts" });
    const button = ada.getByRole("button", { name: "Keyboard shortcuts" });
    await button.tap();
    await keys.getByText("The room above or below").waitFor();
    await keys.getByRole("button", { name: "Close" }).tap();
    await keys.waitFor({ state: "detached" });
  },
);

/** Ada in a room of her own, which has a message, as has General; both are open on her page. */
async function inBoats(ada: Page): Promise<void> {
  await send(ada, "To all");
  await messages(ada, "To all", "sent").waitFor();
  await roomIsStored(ada, "/rooms/general", "To all");
  await makeRoom(ada, "Boats");
  await mayWrite(ada);
  await send(ada, "Afloat");
  await messages(ada, "Afloat", "sent").waitFor();
  await marked(ada);
}

/** Marks the document, for `isSameDocument`. */
const marked = (page: Page) =>
  page.evaluate(() => void Object.assign(globalThis, { marked: true }));

const isSameDocument = async (page: Page) =>
  assertEquals(await page.evaluate(() => "marked" in globalThis), true);

/** Waits until heading, title and list say that this room is open. */
async function isTitled(page: Page, room: string): Promise<void> {
  await page.getByRole("heading", { name: room, exact: true }).waitFor();
  await page.waitForFunction(
    (room) => document.title.endsWith(`${room} · Kvetch`),
    room,
  );
  await linkTo(page, room).and(page.locator("[aria-current=page]")).waitFor();
  assertEquals(await page.locator("nav [aria-current]").count(), 1);
}

const boxIsFocused = (page: Page) =>
  page.waitForFunction(() =>
    document.activeElement?.matches(".composer textarea")
  );

/** A scroller stands at whole pixels of the screen, and a message between them. */
async function isAt(page: Page, text: string, top: number): Promise<void> {
  const now = await topOf(page, text);
  assert(Math.abs(now - top) <= 2, `${text} is at ${now}, and was at ${top}`);
}

/** How far a message is below the top of the log, in pixels. */
const topOf = async (page: Page, text: string): Promise<number> => {
  const message = await messages(page, text).boundingBox();
  return Math.round(message!.y - (await log(page).boundingBox())!.y);
};
