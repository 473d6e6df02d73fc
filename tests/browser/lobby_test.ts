// The lobby: what is new in which room, and how one finds others.
import { assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { browserTest, signIn } from "../support/browser.ts";
import {
  makeRoom,
  mayWrite,
  messages,
  openNewRoom,
  send,
} from "../support/room_page.ts";
import { startServer } from "../support/server.ts";
import { onePerson } from "../support/two_people.ts";
import { Writer } from "../support/writer.ts";

/** So many public rooms of Bob's, the last of which is the newest. */
async function withRooms(url: string, count: number): Promise<void> {
  const { person } = await Writer.signIn(url, "Bob");
  for (let i = 1; i <= count; i++) {
    await person.post("/api/rooms", { name: `Garden ${i}` });
  }
}

const card = (page: Page, name: string) =>
  page.getByRole("main").getByRole("link").filter({
    has: page.getByText(name, { exact: true }),
  });

const roomLink = (page: Page, name: RegExp) =>
  page.getByRole("navigation", { name: "Rooms" }).getByRole("link", { name });

const search = (page: Page) =>
  page.getByRole("searchbox", { name: "Find a room" });

browserTest(
  "The lobby finds rooms while one types, and goes on from page to page (A10)",
  async (device) => {
    await using server = await startServer({ RATE_LIMITS: "off" });
    await withRooms(server.url, 120);
    const ada = await device(server.url);
    await signIn(ada, "Ada");
    await ada.goto("/");
    await card(ada, "Garden 120").waitFor();
    assertEquals(await card(ada, "Garden 1").count(), 0);

    await search(ada).fill("gärden 7");
    await card(ada, "Garden 7").waitFor();
    await card(ada, "Garden 79").waitFor();
    assertEquals(await card(ada, "Garden 120").count(), 0);
    await search(ada).fill("no such room");
    await ada.getByText("No room found").waitFor();
    await search(ada).fill("");
    await card(ada, "Garden 120").waitFor();

    await ada.getByRole("link", { name: "More rooms" }).click();
    await card(ada, "Garden 1").waitFor();
    assertEquals(await card(ada, "Garden 120").count(), 1);
    await ada.getByRole("link", { name: "More rooms" })
      .waitFor({ state: "detached" });
    // What happens elsewhere takes nothing of it away.
    const bob = await Writer.signIn(server.url, "Bob");
    await bob.write("Hello");
    await roomLink(ada, /^General\s*1 unread$/).waitFor();
    assertEquals(await card(ada, "Garden 1").count(), 1);
  },
);

browserTest(
  "Without JavaScript the search is a form, and more rooms are a link (A10)",
  async (device) => {
    await using server = await startServer({ RATE_LIMITS: "off" });
    await withRooms(server.url, 101);
    const ada = await device(server.url, { javaScriptEnabled: false });
    await signIn(ada, "Ada");
    await ada.goto("/");
    await ada.getByRole("link", { name: "More rooms" }).click();
    await card(ada, "Garden 1").waitFor();
    assertEquals(await card(ada, "Garden 101").count(), 0);
    await search(ada).fill("GARDEN 101");
    await search(ada).press("Enter");
    await card(ada, "Garden 101").waitFor();
    assertEquals(await search(ada).inputValue(), "GARDEN 101");
    assertEquals(await card(ada, "General").count(), 0);
  },
);

browserTest(
  "What is typed into the search before the page is alive is sought, and stays",
  async (device) => {
    await using server = await startServer({ RATE_LIMITS: "off" });
    await withRooms(server.url, 101);
    const ada = await device(server.url);
    await signIn(ada, "Ada");
    await ada.goto("/");
    const letGo = Promise.withResolvers<void>();
    await ada.route("**/_fresh/js/**", async (route) => {
      await letGo.promise;
      await route.continue();
    });
    await ada.reload({ waitUntil: "commit" });
    await search(ada).fill("garden 1");
    letGo.resolve();
    await card(ada, "Garden 1").waitFor();
    assertEquals(await search(ada).inputValue(), "garden 1");
  },
);

browserTest(
  "A card says who wrote what last, how many are unread, and whether one is mentioned",
  async (device) => {
    await using general = await onePerson(device);
    const { ada, server } = general;
    await ada.goto("/?q=general");
    const bob = await Writer.signIn(server.url, "Bob");
    const listed = card(ada, "General");
    await bob.writeNumbered(1, 2);
    await listed.filter({ hasText: "Bob: This is number 2." })
      .filter({ hasText: "2 unread" }).waitFor();
    await bob.push([["deleteMessage", { id: "m2" }]]);
    await listed.filter({ hasText: "Bob: This is number 1." })
      .filter({ hasText: "1 unread" }).waitFor();
    await bob.write("See you, @Ada");
    await listed.filter({ hasText: "2 unread, mentions you" }).waitFor();
  },
);

browserTest(
  "Messages that were deleted are counted neither in the navigation nor in the title (A1)",
  async (device) => {
    await using general = await onePerson(device);
    const { ada, server } = general;
    await makeRoom(ada, "Nest");
    await mayWrite(ada);
    const bob = await Writer.signIn(server.url, "Bob");
    const link = (name: RegExp) => roomLink(ada, name);
    const titled = (words: string) =>
      ada.waitForFunction((words) => document.title === words, words);
    await bob.writeNumbered(1, 2);
    await link(/^General\s*2 unread$/).waitFor();
    await bob.push([["deleteMessage", { id: "m1" }]]);
    await link(/^General\s*1 unread$/).waitFor();
    await titled("(1) Nest · Kvetch");
    await bob.push([["deleteMessage", { id: "m2" }]]);
    await link(/^General$/).waitFor();
    await titled("Nest · Kvetch");
  },
);

browserTest(
  "No line stands above what comes while one reads, though what was unread before is deleted",
  async (device) => {
    await using general = await onePerson(device);
    const { ada, server } = general;
    const bob = await Writer.signIn(server.url, "Bob");
    const room = ada.url();
    await ada.goto("/");
    await bob.writeNumbered(1, 2);
    const ids = ["m1", "m2"];
    await bob.push(ids.map((id) => ["deleteMessage", { id }]));
    await ada.goto(room);
    await mayWrite(ada);
    await bob.writeNumbered(3, 3);
    await messages(ada, "number 3.").waitFor();
    assertEquals(await ada.getByText("New messages").count(), 0);
  },
);

browserTest(
  "A newcomer lands in General, joined, and is invited to say hello (A10)",
  async (device) => {
    await using server = await startServer();
    const ada = await device(server.url);
    await signIn(ada, "Ada");
    await ada.getByPlaceholder("Say hello to General").waitFor();
    await mayWrite(ada);
    await send(ada, "Hello");
    await messages(ada, "Hello", "sent").waitFor();
    await ada.getByPlaceholder("Write to General").waitFor();
    await ada.reload();
    await ada.getByPlaceholder("Write to General").waitFor();
  },
);

browserTest(
  "The lobby has the rooms that one is not in, and says so where there is none; one's own are found, too (A10)",
  async (device) => {
    await using general = await onePerson(device);
    const { ada, server } = general;
    await ada.goto("/");
    await ada.getByRole("main")
      .getByText("There are no other public rooms yet.").waitFor();
    assertEquals(await card(ada, "General").count(), 0);
    const { person } = await Writer.signIn(server.url, "Bob");
    await person.post("/api/rooms", { name: "Garden" });
    await card(ada, "Garden").waitFor();
    await search(ada).fill("gen");
    await card(ada, "General").waitFor();
  },
);

browserTest(
  "A new room is one click away in each room and in the lobby, at any width, and made once (A10, T22)",
  async (device) => {
    await using general = await onePerson(device);
    const { ada } = general;
    const sizes = [[1280, 800], [390, 844], [320, 568]];
    for (const [width, height] of sizes) {
      for (const path of ["/", "/rooms/general"]) {
        // In a room on a phone the list is behind a button.
        if (path !== "/" && width < 800) continue;
        await ada.setViewportSize({ width, height });
        await ada.goto(path);
        await openNewRoom(ada);
        const dialog = ada.getByRole("dialog", { name: "New room" });
        const name = dialog.getByRole("textbox", { name: "Room name" });
        await name.and(ada.locator(":focus")).waitFor();
        await dialog.getByRole("radio", { name: "Public" })
          .and(ada.locator(":checked")).waitFor();
        const { y, height: own } = (await dialog.boundingBox())!;
        assertEquals([y >= 0, y + own <= height], [true, true], `${width}`);
        await ada.keyboard.press("Escape");
        await dialog.waitFor({ state: "detached" });
      }
    }
    await openNewRoom(ada);
    await ada.getByRole("textbox", { name: "Room name" }).fill("Nest");
    await ada.getByRole("button", { name: "Create room" }).dblclick();
    await ada.waitForURL("/rooms/*");
    await ada.getByRole("heading", { name: "Nest" }).waitFor();
    const { rooms } = (await (await Writer.of(ada)).person
      .get("/api/rooms?q=nest")).body;
    assertEquals(rooms.length, 1);
  },
);
