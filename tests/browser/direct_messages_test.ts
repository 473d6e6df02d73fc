// Direct messages in the page: begun from a name, the search and the list, also without a network.
import { assertEquals, assertMatch } from "@std/assert";
import type { Page } from "playwright-core";
import { browserTest } from "../support/browser.ts";
import { roomIsStored } from "../support/device_storage.ts";
import { failRequests, goOnline } from "../support/failing_requests.ts";
import {
  box,
  connection,
  enter,
  mayWrite,
  messages,
  send,
} from "../support/room_page.ts";
import { inTheme } from "../support/scenes.ts";
import { startServer } from "../support/server.ts";
import { twoPeople } from "../support/two_people.ts";
import { Writer } from "../support/writer.ts";

const rooms = (page: Page) => page.getByRole("navigation", { name: "Rooms" });
const direct = (page: Page) =>
  rooms(page).getByRole("region", { name: "Direct messages" });
const row = (page: Page, name: string | RegExp) =>
  direct(page).getByRole("link", { name });
const place = (page: Page) => page.locator("h1.place");

/** Waits until the page is that of messages with these people, as it is called. */
async function isWith(page: Page, name: string): Promise<void> {
  await page.waitForURL("/rooms/direct-*");
  await place(page).getByText(name, { exact: true }).waitFor();
}

/** Opens the dialog for a new message, from the list. */
async function openNewMessage(page: Page) {
  const link = rooms(page).getByRole("link", { name: "New message" });
  await link.hover(); // what the list needs on use is loaded with it
  await page.locator("#rooms .dots").first().waitFor({ state: "attached" });
  await link.click();
  const dialog = page.getByRole("dialog", { name: "New message" });
  await dialog.getByRole("checkbox").first().waitFor();
  return dialog;
}

browserTest(
  "By a name one writes to a person alone, who has it in their list at once, counted as a mention, with who is online (A27, A28, A31)",
  async (device) => {
    await using general = await twoPeople(device);
    const { ada, bob } = general;
    await send(bob, "Hello, all");
    const hello = messages(ada, "Hello, all");
    await hello.getByRole("link", { name: "Bob", exact: true }).click();
    await ada.getByRole("dialog", { name: "Bob" })
      .getByRole("button", { name: "Message", exact: true }).click();
    await isWith(ada, "Bob");
    await mayWrite(ada);
    await ada.getByText("This is the start of your messages with Bob.")
      .waitFor();
    // Begun and not written in yet, it is in the list of who has begun it alone.
    await row(ada, "Bob").waitFor();
    await connection(ada, "Online").waitFor();
    await bob.reload();
    await mayWrite(bob);
    assertEquals(await direct(bob).locator("li").count(), 0);
    await send(ada, "For you alone");
    await messages(ada, "For you alone", "sent").waitFor();

    await row(bob, /^Ada.*1 unread$/).waitFor();
    await bob.waitForFunction(() => document.title.startsWith("(1) "));
    await row(bob, /^Ada\s*, online/).waitFor();
    await row(ada, /^Bob\s*, online/).waitFor();
    assertEquals(await row(ada, /Bob/).getAttribute("aria-current"), "page");
    await row(bob, /^Ada/).click();
    await isWith(bob, "Ada");
    await messages(bob, "For you alone")
      .getByRole("link", { name: "Ada", exact: true }).click();
    const about = bob.getByRole("dialog", { name: "Ada" });
    await about.getByText("go from your list").waitFor();
    await about.getByRole("button", { name: "Close" }).click();
    await send(bob, "And for you");
    await messages(ada, "And for you").waitFor();
    // Nobody is invited, and one of two does not leave.
    for (const name of ["Invite", "Leave room", "Room settings"]) {
      assertEquals(
        await ada.getByRole("main").getByRole("button", { name }).count(),
        0,
      );
    }

    // Each message is as good as a mention: there is nothing to choose between.
    await ada.getByRole("main")
      .getByRole("button", { name: "Favourite and notifications" }).click();
    const choices = ada.getByRole("dialog").getByRole("radio");
    await choices.first().waitFor();
    assertEquals(await choices.count(), 2);
    await ada.getByRole("dialog").getByRole("button", { name: "Close" })
      .click();

    // With nobody else there any more one does not write, and may leave.
    const { person } = await Writer.of(bob);
    await bob.close();
    await person.ask("/api/account", {
      method: "DELETE",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ name: "Bob" }),
    });
    await ada.getByText("Nobody else is here any more.").waitFor();
    await place(ada).getByText("Deleted user", { exact: true }).waitFor();
    await row(ada, "Deleted user").waitFor();
    assertEquals(await box(ada).count(), 0);
    await ada.getByRole("main").getByRole("button", { name: "Leave room" })
      .click();
    await ada.getByRole("dialog").getByRole("button", { name: "Leave room" })
      .click();
    await ada.waitForURL("/");
    assertEquals(await direct(ada).locator("li").count(), 0);
  },
);

browserTest(
  "From New message one writes to several at once; the same people are in the same room (A27)",
  async (device) => {
    await using general = await twoPeople(device);
    const { ada, bob, server } = general;
    await Writer.signIn(server.url, "Cy");
    await send(bob, "So that Ada's copy is in step");
    await messages(ada, "in step").waitFor();
    const dialog = await openNewMessage(ada);
    const find = dialog.getByRole("searchbox", { name: "Find people" });
    const status = dialog.getByRole("status");
    const write = dialog.getByRole("button", { name: "Write" });
    assertEquals(await write.isDisabled(), true);
    // Nobody is found, and nobody is taken.
    await find.fill("zzz");
    await find.press("Enter");
    await status.getByText("Nobody in your rooms has this name.").waitFor();
    assertEquals(await find.inputValue(), "zzz");
    await find.fill("cy");
    await find.press("Enter");
    await status.getByText("To Cy", { exact: true }).waitFor();
    assertEquals(await find.inputValue(), "");
    await find.fill("bob");
    await find.press("Enter");
    await status.getByText("To Cy and Bob").waitFor();
    await find.press("Enter");
    await isWith(ada, "Bob, Cy");
    await mayWrite(ada);
    await send(ada, "You two");
    await messages(ada, "You two", "sent").waitFor();
    const { pathname } = new URL(ada.url());

    await row(bob, /^Ada, Cy.*1 unread$/).waitFor();
    const again = await openNewMessage(bob);
    for (const name of ["Cy", "Ada"]) {
      await again.getByRole("checkbox", { name }).check();
    }
    await again.getByRole("button", { name: "Write" }).click();
    await isWith(bob, "Ada, Cy");
    assertEquals(new URL(bob.url()).pathname, pathname);
    await messages(bob, "You two").waitFor();

    // A group is left.
    await bob.getByRole("main").getByRole("button", { name: "Leave room" })
      .click();
    await bob.getByRole("dialog").getByRole("button", { name: "Leave room" })
      .click();
    await bob.waitForURL("/");
    await row(bob, /Ada/).waitFor({ state: "detached" });
    await place(ada).getByText("Cy", { exact: true }).waitFor();
  },
);

browserTest(
  "A list of the server's from before they were made takes direct messages out of no list (A28)",
  async (device) => {
    await using general = await twoPeople(device);
    const { ada, server } = general;
    const cy = await Writer.signIn(server.url, "Cy");
    const before = await (await ada.request.get("/api/rooms")).json();
    let isLate = true;
    // With a room of which the page shows that this list has come.
    const [listed] = before.rooms;
    const marker = { ...listed, roomID: "marker", space: "room:marker" };
    const late = {
      ...before,
      rooms: [...before.rooms, { ...marker, name: "Marker", member: false }],
    };
    await ada.route(
      /\/api\/rooms(\?|$)/,
      (route) =>
        isLate && route.request().method() === "GET"
          ? route.fulfill({ json: late })
          : route.continue(),
    );
    const dialog = await openNewMessage(ada);
    await dialog.getByRole("checkbox", { name: "Cy" }).check();
    await dialog.getByRole("button", { name: "Write" }).click();
    await isWith(ada, "Cy");
    await send(ada, "Are you there?");
    await messages(ada, "Are you there?", "sent").waitFor();
    await row(ada, "Cy").waitFor();
    await cy.person.post("/api/rooms", { name: "New", visibility: "public" });
    await ada.locator("#rooms").getByText("Marker")
      .waitFor({ state: "attached" });
    assertEquals(await row(ada, "Cy").count(), 1);
    isLate = false;
    await cy.person.post("/api/rooms", { name: "Next", visibility: "public" });
    await ada.locator("#rooms").getByText("Next")
      .waitFor({ state: "attached" });
    assertEquals(await row(ada, "Cy").count(), 1);
  },
);

browserTest(
  "People of one name, and messages with them, are told apart in the dialog, the list and the heading (M14, A27, A28)",
  async (device) => {
    await using general = await twoPeople(device);
    const { ada, server } = general;
    const people = ["Bob", ..."CDEFGH"];
    for (const name of people) await Writer.signIn(server.url, name);
    const dialog = await openNewMessage(ada);
    const find = dialog.getByRole("searchbox", { name: "Find people" });
    const status = dialog.getByRole("status");
    for (const name of ["bob", "bob", ..."CDEFG"]) {
      await find.fill(name);
      await dialog.locator("li .name").last().getByText(name).waitFor();
      await find.press("Enter");
    }
    await status.getByText("Seven people at the most.").waitFor();
    await find.fill("h");
    await find.press("Enter");
    assertEquals(await find.inputValue(), "h");
    await find.fill("");
    for (const name of "CDEFG") {
      await dialog.getByRole("checkbox", { name, exact: true }).uncheck();
    }
    const words = await status.textContent();
    const [first, second] = words!.match(/Bob \w{4}/g)!;
    assertEquals(words, `To ${first} and ${second}`);
    await dialog.getByRole("button", { name: "Write" }).click();
    await place(ada).getByText(/^Bob \w+, Bob \w+$/).waitFor();
    for (const name of [first, second]) {
      const again = await openNewMessage(ada);
      await again.getByRole("checkbox", { name }).check();
      await again.getByRole("button", { name: "Write" }).click();
      await isWith(ada, name);
    }
    // One of them is online.
    const alone = (name: string) =>
      row(ada, new RegExp(`^${name}\\s*(, online\\s*)?$`));
    await alone(first).waitFor();
    await alone(second).click();
    await isWith(ada, second);
    await ada.reload();
    await isWith(ada, second);
    await alone(first).click();
    await isWith(ada, first);
  },
);

browserTest(
  "Begun without a network they are there when it is back, with what was written, though the browser page was loaded anew meanwhile (A29)",
  async (device) => {
    await using general = await twoPeople(device);
    const { ada, bob } = general;
    await send(bob, "Before the tunnel");
    const before = messages(ada, "Before the tunnel");
    await before.waitFor();
    await roomIsStored(ada, "/rooms/general", "Before the tunnel");
    await ada.context().setOffline(true);
    await connection(ada, "Offline").waitFor();
    await before.getByRole("link", { name: "Bob", exact: true }).click();
    await ada.getByRole("button", { name: "Message", exact: true }).click();
    await isWith(ada, "Bob");
    await mayWrite(ada);
    // That they are begun counts for nothing: nothing is written yet.
    await connection(ada, /^Offline$/).waitFor();
    await send(ada, "Written in the tunnel");
    await messages(ada, "Written in the tunnel", "pending").waitFor();
    await connection(ada, /^Offline · 1 unsent$/).waitFor();
    await row(ada, "Bob").waitFor();
    const { pathname } = new URL(ada.url());
    await roomIsStored(ada, pathname, "Written in the tunnel");

    await ada.goto("/rooms/general");
    await messages(ada, "Before the tunnel").waitFor();
    await ada.mouse.move(200, 200);
    await row(ada, "Bob").click();
    await messages(ada, "Written in the tunnel", "pending").waitFor();
    await send(ada, "And later");
    await messages(ada, "And later", "pending").waitFor();
    await connection(ada, /^Offline · 2 unsent$/).waitFor();

    await goOnline(ada);
    await messages(ada, "Written in the tunnel", "sent").waitFor();
    await messages(ada, "And later", "sent").waitFor();
    await row(bob, /^Ada.*2 unread$/).click();
    await messages(bob, "And later").waitFor();
    assertEquals(await messages(bob).count(), 2);
    await messages(bob).first().getByText("Written in the tunnel").waitFor();
    assertEquals(new URL(bob.url()).pathname, pathname);
  },
);

browserTest(
  "Begun, and not made by the server yet, they are there in a page that is loaded from it, and in another tab, with what was written (A29)",
  async (device) => {
    await using general = await twoPeople(device);
    const { ada, bob } = general;
    await send(bob, "Hello");
    await messages(ada, "Hello").waitFor();
    const create = /\/api\/messages$/;
    const mend = await failRequests(ada.context(), create);
    await messages(ada, "Hello")
      .getByRole("link", { name: "Bob", exact: true }).click();
    await ada.getByRole("button", { name: "Message", exact: true }).click();
    await isWith(ada, "Bob");
    await mayWrite(ada);
    await send(ada, "Just begun");
    const { pathname } = new URL(ada.url());
    await roomIsStored(ada, pathname, "Just begun");

    const answer = await ada.reload();
    assertEquals(answer!.status(), 404);
    await messages(ada, "Just begun", "pending").waitFor();
    await isWith(ada, "Bob");
    const tab = await ada.context().newPage();
    await tab.goto(pathname);
    await messages(tab, "Just begun", "pending").waitFor();
    assertEquals(new URL(tab.url()).search, "");
    mend();
    await messages(tab, "Just begun", "sent").waitFor();
    await messages(ada, "Just begun", "sent").waitFor();
    await row(bob, /^Ada.*1 unread$/).click();
    await messages(bob, "Just begun").waitFor();
    assertEquals((await tab.reload())!.status(), 200);
  },
);

browserTest(
  "Direct messages that are nowhere are said to be missing, with a script and without (A15, A29)",
  async (device) => {
    await using server = await startServer();
    const path = `/rooms/direct-${"0".repeat(48)}`;
    for (const javaScriptEnabled of [true, false]) {
      const ada = await device(server.url, { javaScriptEnabled });
      await ada.request.post("/api/session", { data: { name: "Ada" } });
      assertEquals((await ada.goto(path))!.status(), 404);
      const words = ada.locator(javaScriptEnabled ? ".notice" : "noscript");
      await words.waitFor();
      assertMatch((await words.textContent())!, /There is no such room/);
    }
  },
);

browserTest(
  "What was begun without a network with somebody who is gone by then says so, and can be copied and discarded (A29)",
  async (device) => {
    await using general = await twoPeople(device);
    const { ada, bob } = general;
    await send(bob, "I may leave");
    await messages(ada, "I may leave").waitFor();
    await roomIsStored(ada, "/rooms/general", "I may leave");
    await ada.context().setOffline(true);
    await connection(ada, "Offline").waitFor();
    await messages(ada, "I may leave")
      .getByRole("link", { name: "Bob", exact: true }).click();
    await ada.getByRole("button", { name: "Message", exact: true }).click();
    await isWith(ada, "Bob");
    await mayWrite(ada);
    await send(ada, "Are you there?");
    await messages(ada, "Are you there?", "pending").waitFor();
    await connection(ada, /^Offline · 1 unsent$/).waitFor();
    const { person } = await Writer.of(bob);
    await person.ask("/api/account", {
      method: "DELETE",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ name: "Bob" }),
    });

    await goOnline(ada);
    const alert = ada.getByRole("alert");
    const isSaid = async () => {
      await alert.getByText("One of these people has gone").waitFor();
      await alert.getByText("1 change not sent: kept on this device.")
        .waitFor();
      await messages(ada, "Are you there?", "pending").waitFor();
    };
    await isSaid();
    // The server has a page that says there is no such room, and is asked for it only where nothing is here.
    for (let reloads = 0; reloads < 3; reloads++) {
      await ada.reload();
      await isSaid();
      assertEquals(new URL(ada.url()).search, "");
    }
    await ada.getByRole("button", { name: "Discard" }).click();
    await ada.getByRole("dialog").getByRole("button", { name: "Discard" })
      .click();
    await ada.waitForURL("/");
    await ada.getByRole("navigation", { name: "Rooms" })
      .getByRole("link", { name: "General" }).waitFor();
    assertEquals(await direct(ada).locator("li").count(), 0);
  },
);

browserTest(
  "Who has deleted their account is not among those to write to, though an older copy of a room, and that of direct messages, has them (A27)",
  async (device) => {
    await using general = await twoPeople(device);
    const { ada, bob, server } = general;
    await Writer.signIn(server.url, "Cy");
    await send(bob, "I may leave");
    await messages(ada, "I may leave")
      .getByRole("link", { name: "Bob", exact: true }).click();
    await ada.getByRole("button", { name: "Message", exact: true }).click();
    await isWith(ada, "Bob");
    const { pathname } = new URL(ada.url());
    for (const path of ["/rooms/general", pathname]) {
      await roomIsStored(ada, path, "Bob");
    }
    await ada.goto("/"); // where no copy comes in step
    const { person } = await Writer.of(bob);
    await bob.close();
    await person.ask("/api/account", {
      method: "DELETE",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ name: "Bob" }),
    });
    const people = async () =>
      (await ada.request.get("/rooms/general/people")).text();
    while ((await people()).includes("Bob"));
    const dialog = await openNewMessage(ada);
    await dialog.getByRole("checkbox", { name: "Bob" })
      .waitFor({ state: "detached" });
    assertEquals(await dialog.getByRole("checkbox").count(), 1);
  },
);

browserTest(
  "The search leads to messages with a person it has found, and finds what was written there by their name (A27)",
  async (device) => {
    await using general = await twoPeople(device);
    const { ada, bob } = general;
    await send(bob, "Findable");
    await messages(ada, "Findable").waitFor();
    await roomIsStored(ada, "/rooms/general", "Findable");
    await ada.keyboard.press("Control+k");
    await ada.getByRole("searchbox", { name: "Search" }).fill("bob");
    await ada.getByRole("dialog")
      .getByRole("button", { name: "Message Bob" }).click();
    await isWith(ada, "Bob");
    await mayWrite(ada);
    await send(ada, "Zebra crossing");
    await messages(ada, "Zebra crossing", "sent").waitFor();
    const { pathname } = new URL(ada.url());
    await roomIsStored(ada, pathname, "Zebra crossing");
    await ada.goto("/rooms/general");
    await mayWrite(ada);
    await ada.keyboard.press("Control+k");
    const search = ada.getByRole("dialog");
    await search.getByRole("searchbox").fill("zebra");
    const found = search.getByRole("list", { name: "Messages" })
      .getByRole("link");
    assertMatch(await found.innerText(), /Bob/);
    await search.getByRole("searchbox").fill("bob");
    await search.getByRole("list", { name: "Rooms" })
      .getByRole("link", { name: /^Bob/ }).click();
    await isWith(ada, "Bob");
  },
);

browserTest(
  "Without a script one writes to a person from the list of people (A27)",
  async (device) => {
    await using general = await twoPeople(device);
    const { ada, server } = general;
    const plain = await device(server.url, { javaScriptEnabled: false });
    await plain.context().addCookies(await ada.context().cookies());
    await plain.goto("/");
    await plain.getByRole("link", { name: "New message" }).click();
    await plain.getByRole("main").getByRole("link", { name: "General" })
      .click();
    await plain.getByRole("main").getByText("Bob", { exact: true }).click();
    const { person } = await Writer.of(general.bob);
    await plain.goto(`${plain.url()}#person-${person.userID}`);
    await plain.getByRole("button", { name: "Message" }).click();
    await isWith(plain, "Bob");
    assertEquals(new URL(plain.url()).hash, "");
    await row(plain, "Bob").waitFor();
  },
);

browserTest(
  "Whom one blocks goes from the list with what they have begun, and comes back unblocked (A30)",
  async (device) => {
    await using general = await twoPeople(device);
    const { ada, bob } = general;
    await send(ada, "Hello, Bob");
    await messages(bob, "Hello, Bob")
      .getByRole("link", { name: "Ada", exact: true }).click();
    await bob.getByRole("button", { name: "Message", exact: true }).click();
    await isWith(bob, "Ada");
    await mayWrite(bob);
    await send(bob, "Let us talk");
    await messages(bob, "Let us talk", "sent").waitFor();
    await row(ada, /^Bob.*1 unread/).waitFor();
    const { person } = await Writer.of(bob);
    const own = await Writer.of(ada);
    const space = `user:${own.person.userID}`;
    const { userID: id } = person;
    await own.push([["blockPerson", { id, name: "Bob" }]], space);
    await row(ada, /^Bob/).waitFor({ state: "detached" });
    await send(bob, "Still there?");
    await messages(bob, "Still there?", "sent").waitFor();
    await ada.waitForFunction(() => !document.title.startsWith("("));
    await own.push([["unblockPerson", { id }]], space);
    await row(ada, /^Bob.*2 unread/).waitFor();
  },
);

browserTest(
  "Long names and counts fit into the list and the dialog at every width, in both themes (A28)",
  async (device) => {
    await using server = await startServer();
    const ada = await device(server.url);
    await enter(ada, "Ada");
    const { person } = await Writer.of(ada);
    const people = await Promise.all(
      ["Wolfeschlegelsteinhausenbergerdorff", "Bob with a name of many words"]
        .map((name) => Writer.signIn(server.url, name)),
    );
    const all = [...people.map((each) => each.person), person];
    const { body } = await people[0].person.post("/api/messages", {
      people: all.map(({ userID }) => ({ id: userID })),
    });
    await people[0].write("Hello", body.space);
    await ada.goto("/");
    await row(ada, /1 unread$/).waitFor();
    const isWithin = (inner: string, outer: string) =>
      ada.waitForFunction(([inner, outer]) => {
        const [a, b] = [inner, outer]
          .map((each) => document.querySelector(each)!.getBoundingClientRect());
        const right = Math.min(b.right, innerWidth);
        return a.width > 0 && a.left >= b.left && a.right <= right &&
          a.top >= b.top && a.bottom <= b.bottom;
      }, [inner, outer]);
    const SIZES = [[320, 568], [390, 844], [768, 1024], [1280, 800]] as const;
    for (const dialog of [false, true]) {
      if (dialog) await openNewMessage(ada);
      for (const [width, height] of SIZES) {
        await ada.setViewportSize({ width, height });
        for (const theme of ["light", "dark"] as const) {
          await inTheme(ada, theme);
          if (dialog) await isWithin("dialog[open]", "html");
          else await isWithin("#rooms .to-people .unread-count", "#rooms");
        }
      }
      await ada.setViewportSize({ width: 1280, height: 800 });
    }
    // The heading of a dialog, too.
    await ada.setViewportSize({ width: 390, height: 844 });
    await ada.goto(`/rooms/${body.roomID}`);
    await mayWrite(ada);
    await messages(ada, "Hello").locator("a.author").click();
    const heading = ada.getByRole("dialog").getByRole("heading", {
      name: /^Wolfe/,
    });
    const [content, box] = await heading.evaluate((
      { scrollWidth, clientWidth },
    ) => [scrollWidth, clientWidth]);
    assertEquals(content, box);
  },
);
