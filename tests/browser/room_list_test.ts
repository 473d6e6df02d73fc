// The list of rooms: its order, and what one sets for a room.
import { assert, assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { browserTest } from "../support/browser.ts";
import {
  copyIsStored,
  pageIsCached,
  ROOMS,
} from "../support/device_storage.ts";
import { failRequests, goOnline } from "../support/failing_requests.ts";
import {
  box,
  connection,
  enter,
  mayWrite,
  messages,
} from "../support/room_page.ts";
import { onePerson, twoDevices } from "../support/two_people.ts";
import { Writer } from "../support/writer.ts";

const PHONE = {
  viewport: { width: 390, height: 844 },
  hasTouch: true,
  isMobile: true,
};

const navigation = (page: Page) =>
  page.getByRole("navigation", { name: "Rooms" });

const row = (page: Page, name: string | RegExp) =>
  navigation(page).getByRole("link", { name });

/** Public rooms of Bob's, in which the page's person is as well: their spaces by name. */
async function roomsOf(bob: Writer, page: Page, ...names: string[]) {
  const spaces: Record<string, string> = {};
  for (const name of names) {
    const { body } = await bob.person.post("/api/rooms", { name });
    const members = `/api/rooms/${body.roomID}/members`;
    await page.request.post(members, { data: {} });
    spaces[name] = body.space;
  }
  return spaces;
}

/** The names of the rooms that are listed now. */
const listed = (page: Page) =>
  page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>("#rooms li > a")]
      .filter((link) => link.checkVisibility())
      .map((link) => link.querySelector(".name")!.textContent!)
  );

/** Waits until these rooms are listed, in this order. */
const areListed = (page: Page, ...names: string[]) =>
  page.waitForFunction(
    (names) =>
      [...document.querySelectorAll<HTMLElement>("#rooms li > a")]
        .filter((link) => link.checkVisibility())
        .map((link) => link.querySelector(".name")!.textContent!)
        .join() === names,
    names.join(),
  );

/** Opens what one can set for a room, from its row. */
async function openOptions(page: Page, name: string) {
  const dialog = await showOptions(page, name);
  await dialog.locator("input:enabled").first().waitFor();
  return dialog;
}

/** Opens them, whether or not anything can be set yet. */
async function showOptions(page: Page, name: string) {
  await row(page, name).hover();
  await page.getByRole("button", {
    name: `Favourite and notifications of ${name}`,
  }).click();
  return page.getByRole("dialog", { name });
}

browserTest(
  "Rooms are listed by mentions, then what is unread, then what was written in last, without a script too; those one is not in by a choice (A1, A20)",
  async (device) => {
    await using general = await onePerson(device);
    const { ada, server } = general;
    const bob = await Writer.signIn(server.url, "Bob");
    const spaces = await roomsOf(bob, ada, "Attic", "Boats", "Cars");
    await bob.person.post("/api/rooms", { name: "Elsewhere" });
    await bob.write("Hello", spaces.Boats);
    await bob.write("Hello, @Ada", spaces.Cars);
    await bob.write("Hello", spaces.Attic);
    await areListed(ada, "Cars", "Attic", "Boats", "General");

    const plain = await device(server.url, { javaScriptEnabled: false });
    await plain.context().addCookies(await ada.context().cookies());
    for (const path of ["/", "/rooms/general"]) {
      await plain.goto(path);
      await row(plain, /^Cars/).waitFor();
      for (const name of ["Cars", "Attic", "Boats"]) {
        assertEquals(await row(plain, name).count(), 1, path);
      }
      assertEquals(await row(plain, "Elsewhere").count(), 0, path);
      await plain.getByRole("radio", { name: "Others" }).check();
      await row(plain, "Elsewhere").waitFor();
      assertEquals(await row(plain, "Cars").count(), 0, path);
    }
    await row(plain, "Elsewhere").click();
    // Where one is stands in the list, whether one is in it or not.
    await plain.getByRole("button", { name: "Join" }).waitFor();
    assertEquals(
      await row(plain, "Elsewhere").getAttribute("aria-current"),
      "page",
    );
    await row(plain, /^Cars/).waitFor();
  },
);

browserTest(
  "The order stands while the pointer or the focus is in the list, and the open room keeps its place until it is left (A20)",
  async (device) => {
    await using general = await onePerson(device);
    const { ada, server } = general;
    const bob = await Writer.signIn(server.url, "Bob");
    const spaces = await roomsOf(bob, ada, "Attic", "Boats", "Cars");
    await bob.write("First", spaces.Boats);
    await areListed(ada, "Boats", "General", "Attic", "Cars");

    await row(ada, "General").hover();
    await bob.write("Second", spaces.Cars);
    await row(ada, /^Cars\s*1 unread/).waitFor();
    assertEquals(await listed(ada), ["Boats", "General", "Attic", "Cars"]);
    await ada.mouse.move(700, 300);
    await areListed(ada, "Cars", "Boats", "General", "Attic");

    // Read, it stays: as long as it is open.
    await row(ada, "Boats").click();
    await messages(ada, "First").waitFor();
    await row(ada, /^Boats$/).waitFor();
    await ada.mouse.move(700, 300);
    await bob.write("Third", spaces.Cars);
    await row(ada, /^Cars\s*2 unread/).waitFor();
    assertEquals(await listed(ada), ["Cars", "Boats", "General", "Attic"]);
    await bob.write("Fourth", spaces.Attic);
    await areListed(ada, "Attic", "Cars", "Boats", "General");

    await row(ada, "General").focus();
    await bob.write("Fifth", spaces.Cars);
    await row(ada, /^Cars\s*3 unread/).waitFor();
    assertEquals(await listed(ada), ["Attic", "Cars", "Boats", "General"]);
    await box(ada).focus();
    await areListed(ada, "Cars", "Attic", "Boats", "General");
    await ada.keyboard.press("Alt+Shift+ArrowUp");
    await messages(ada, "Fourth").waitFor();
    await row(ada, /^Attic$/).waitFor();
    await areListed(ada, "Cars", "Attic", "Boats", "General");
    await ada.keyboard.press("Alt+ArrowUp");
    await messages(ada, "Fifth").waitFor();
    await areListed(ada, "Cars", "Attic", "Boats", "General");
  },
);

browserTest(
  "On a phone the order stands while the list is open; the next unread room is a tap away, in the lobby too (A16, A20)",
  async (device) => {
    await using general = await onePerson(device, PHONE);
    const { ada, server } = general;
    const bob = await Writer.signIn(server.url, "Bob");
    const spaces = await roomsOf(bob, ada, "Attic", "Boats");
    await bob.write("First", spaces.Attic);
    const open = () => ada.getByRole("button", { name: "Rooms" }).tap();
    const next = navigation(ada).getByRole("link", { name: "Next unread" });
    await ada.getByRole("button", { name: "Rooms , 1 unread" }).waitFor();
    await open();
    await areListed(ada, "Attic", "General", "Boats");
    await row(ada, "Attic").waitFor();
    await bob.write("Second", spaces.Boats);
    await row(ada, /^Boats\s*1 unread/).waitFor();
    await next.waitFor();
    assertEquals(await listed(ada), ["Attic", "General", "Boats"]);
    await ada.touchscreen.tap(380, 400);
    await row(ada, "Attic").waitFor({ state: "hidden" });
    await open();
    await areListed(ada, "Boats", "Attic", "General");

    await next.tap();
    await messages(ada, "Second").waitFor();
    await row(ada, "Attic").waitFor({ state: "hidden" });
    await open();
    await next.tap();
    await messages(ada, "First").waitFor();
    await open();
    await row(ada, "Attic").waitFor();
    await next.waitFor({ state: "detached" });
    await bob.write("Third", spaces.Boats);
    await ada.goto("/");
    await next.tap();
    await messages(ada, "Third").waitFor();
  },
);

browserTest(
  "The link to the room that is open loads no page, and closes the list on a phone (A15)",
  async (device) => {
    await using general = await onePerson(device, PHONE);
    const { ada } = general;
    await ada.evaluate("globalThis.never = 'loaded'");
    for (const hash of ["", "#older"]) {
      await ada.evaluate((hash) => location.hash = hash, hash);
      await ada.getByRole("button", { name: "Rooms" }).tap();
      await navigation(ada).getByRole("button").first().waitFor();
      await row(ada, "General").tap();
      await row(ada, "General").waitFor({ state: "hidden" });
    }
    await mayWrite(ada);
    assertEquals(await ada.evaluate("globalThis.never"), "loaded");
  },
);

browserTest(
  "The list stays where one has scrolled it, and shows the room that keys have led to (A16, A20)",
  async (device) => {
    await using general = await onePerson(device, {
      viewport: { width: 1000, height: 400 },
    });
    const { ada, server } = general;
    const bob = await Writer.signIn(server.url, "Bob");
    const names = Array.from({ length: 18 }, (_, i) => `Room ${i + 10}`);
    const spaces = await roomsOf(bob, ada, ...names);
    await bob.write("Newest", spaces["Room 10"]);
    await ada.reload();
    await row(ada, "Room 27").waitFor();
    await navigation(ada).hover();
    await ada.mouse.wheel(0, 5_000);
    const isSeen = (name: string) =>
      row(ada, name).evaluate(async (link) => {
        const isInView = () => link.getBoundingClientRect().bottom <= 401;
        while (!isInView()) await new Promise(requestAnimationFrame);
      });
    await isSeen("Room 27");
    await ada.locator("#rooms .dots").first().waitFor({ state: "attached" });
    await bob.write("Newer", spaces["Room 11"]);
    await row(ada, /^Room 11\s*1 unread$/).waitFor();
    await isSeen("Room 27");

    await ada.mouse.move(700, 200);
    await ada.keyboard.press("Alt+ArrowUp");
    await messages(ada, "Newest").waitFor();
    await ada.keyboard.press("Alt+ArrowUp");
    await messages(ada, "Newer").waitFor();
    await ada.keyboard.press("Alt+ArrowUp");
    await ada.waitForFunction(() =>
      document.querySelector("h1")!.textContent === "Room 27"
    );
    await isSeen("Room 27");
  },
);

browserTest(
  "A favourite and what one is told of are set in a row of the list, at once and without a network, and hold on all devices (A21, M12)",
  async (device) => {
    await using general = await twoDevices(device);
    const { ada, phone, server } = general;
    const bob = await Writer.signIn(server.url, "Bob");
    const spaces = await roomsOf(bob, ada, "Attic", "Boats");
    await bob.write("Hello", spaces.Attic);
    await bob.write("Hello, @Ada", spaces.Attic);
    await bob.write("Hello", spaces.Boats);
    await areListed(ada, "Attic", "Boats", "General");
    await phone.goto("/");
    await phone.waitForFunction(() => document.title.startsWith("(3) "));

    await pageIsCached(ada, ROOMS);
    await ada.context().setOffline(true);
    await connection(ada, "Offline").waitFor();
    const options = await openOptions(ada, "Attic");
    await options.getByRole("radio", { name: "Mentions of me" }).check();
    await row(ada, /^Attic.* 1 unread, mentions you$/).waitFor();
    await options.getByRole("radio", { name: "Nothing: muted" }).check();
    await row(ada, /^Attic\s*, muted/).waitFor();
    await ada.keyboard.press("Escape");
    await options.waitFor({ state: "detached" });
    await (await openOptions(ada, "General"))
      .getByRole("checkbox", { name: "Favourite" }).check();
    await row(ada, /^General\s*, favourite$/).waitFor();
    // Not under the pointer.
    assertEquals(await listed(ada), ["Attic", "Boats", "General"]);
    await ada.keyboard.press("Escape");
    await ada.mouse.move(700, 300);
    await box(ada).focus();
    await areListed(ada, "General", "Boats", "Attic");
    await ada.waitForFunction(() => document.title.startsWith("(1) "));

    const { person } = await Writer.of(ada);
    await copyIsStored(ada, `user:${person.userID}`, '"favourite":true');
    await ada.reload();
    await mayWrite(ada);
    await row(ada, /^General\s*, favourite/).waitFor();
    await row(ada, /^Attic\s*, muted/).waitFor();
    await goOnline(ada);
    await areListed(phone, "General", "Boats", "Attic");
    await row(phone, /^Attic\s*, muted$/).waitFor();
    await phone.waitForFunction(() => document.title.startsWith("(1) "));

    const there = await openOptions(phone, "Attic");
    const all = there.getByRole("radio", { name: "Every message" });
    assertEquals(
      await there.getByRole("radio", { name: "Nothing" }).isChecked(),
      true,
    );
    await all.check();
    await row(ada, /^Attic\s*2 unread, mentions you$/).waitFor();
  },
);

browserTest(
  "The lobby opens the person's own copy, one for all rows, and asks again by itself for a script that did not come (A21)",
  async (device) => {
    // A service worker would have the script.
    await using general = await onePerson(device, { serviceWorkers: "block" });
    const { ada, server } = general;
    await roomsOf(await Writer.signIn(server.url, "Bob"), ada, "Attic");
    const copies = /\/live_replica-\w+\.js/;
    const mend = await failRequests(ada, copies);
    const failed = ada.waitForEvent("requestfailed");
    await ada.goto("/");
    await failed;
    const options = await showOptions(ada, "General");
    const favourite = options.getByRole("checkbox", { name: "Favourite" });
    assert(await favourite.isDisabled());
    mend();
    await favourite.and(ada.locator(":enabled")).waitFor();
    await ada.keyboard.press("Escape");
    await (await openOptions(ada, "Attic"))
      .getByRole("checkbox", { name: "Favourite" }).check();
    await row(ada, /^Attic\s*, favourite$/).waitFor();
    const { userID } = (await Writer.of(ada)).person;
    const clients = await ada.evaluate(async (own) => {
      const { held = [] } = await navigator.locks.query();
      return held.filter(({ name }) => name!.startsWith(own)).length;
    }, `replica/client/${userID}/user:${userID}/`);
    assertEquals(clients, 1);
  },
);

browserTest(
  "A script that a room's page names, and that does not come, is asked for again (T45)",
  async (device) => {
    await using general = await onePerson(device, { serviceWorkers: "block" });
    const { ada } = general;
    const copies = /\/live_replica-\w+\.js/;
    const mend = await failRequests(ada, copies);
    await ada.goto("/rooms/general");
    await ada.getByRole("alert").getByRole("button", { name: "Reload" })
      .waitFor();
    const pulled = ada.waitForResponse("**/pull?space=user*");
    mend();
    await pulled;
  },
);

browserTest(
  "The same is set above the room, by keys alone (A21)",
  async (device) => {
    await using general = await onePerson(device);
    const { ada } = general;
    const button = ada.getByRole("main")
      .getByRole("button", { name: "Favourite and notifications" });
    await button.press("Enter");
    const dialog = ada.getByRole("dialog", {
      name: "Favourite and notifications",
    });
    const checkbox = dialog.getByRole("checkbox", { name: "Favourite" });
    await checkbox.and(ada.locator(":enabled")).press("Space");
    await dialog.getByRole("radio", { name: "Every message" })
      .press("ArrowDown");
    await dialog.getByRole("button", { name: "Close" }).press("Enter");
    await dialog.waitFor({ state: "detached" });
    await row(ada, /^General\s*, favourite$/).waitFor();
    await ada.reload();
    await mayWrite(ada);
    await row(ada, /^General\s*, favourite$/).waitFor();
    await button.press("Enter");
    // What the list of the page's HTML says is a moment older.
    const isChecked = ada.locator(":checked");
    await dialog.getByRole("radio", { name: "Mentions" }).and(isChecked)
      .waitFor();
    await checkbox.and(isChecked).waitFor();
  },
);

browserTest(
  "What was set goes when one leaves the room (M12)",
  async (device) => {
    await using general = await onePerson(device);
    const { ada, server } = general;
    const bob = await Writer.signIn(server.url, "Bob");
    const { Attic } = await roomsOf(bob, ada, "Attic");
    await row(ada, "Attic").click();
    await mayWrite(ada);
    const options = await openOptions(ada, "Attic");
    await options.getByRole("radio", { name: "Nothing: muted" }).check();
    await row(ada, /^Attic\s*, muted$/).waitFor();
    await ada.keyboard.press("Escape");
    const path = `/api/rooms/${Attic.split(":")[1]}/members`;
    const { person } = await Writer.of(ada);
    const isMuted = async () => {
      const { rooms } = (await person.get("/api/rooms")).body;
      return rooms.find(({ space }: { space: string }) => space === Attic)
        .notify;
    };
    while (await isMuted() !== "muted");
    await ada.request.delete(`${path}/me`);
    await ada.request.post(path, { data: {} });
    await enter(await device(server.url), "Carol", "Attic");
    await row(ada, /^Attic$/).waitFor();
    assertEquals(await isMuted(), undefined);
  },
);
