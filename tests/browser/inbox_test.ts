// The inbox, and what was saved for later: on the page, on all devices, without a network and without a script.
import { assert, assertEquals } from "@std/assert";
import type { Locator, Page } from "playwright-core";
import { browserTest } from "../support/browser.ts";
import { copyIsStored, pageIsCached } from "../support/device_storage.ts";
import { goOnline } from "../support/failing_requests.ts";
import {
  connection,
  inView,
  mayWrite,
  messages,
} from "../support/room_page.ts";
import { hasRead } from "../support/room_page.ts";
import { onePerson, twoDevices } from "../support/two_people.ts";
import { Writer } from "../support/writer.ts";

/** The messages on the page of the inbox: of the two lists that which is shown. */
const items = (page: Page, text: string | RegExp = ""): Locator =>
  page.getByRole("main").getByRole("listitem").filter({ hasText: text });

const openSaved = async (page: Page) => {
  await page.getByRole("radio", { name: "Saved" }).check();
};

/** Saves a message, or takes it out again, by the button beside it, until it says so: then it is on the device. */
async function press(message: Locator, name: string): Promise<void> {
  await message.hover();
  const button = message.getByRole("button", { name });
  await button.click();
  await button.waitFor({ state: "detached" });
}

browserTest(
  "What speaks to one comes into the inbox by itself, leads to its place, and is read once it is read there (A37, M23)",
  async (device) => {
    await using general = await onePerson(device);
    const { ada, server } = general;
    const bob = await Writer.signIn(server.url, "Bob");
    await ada.getByRole("link", { name: "Inbox" }).click();
    await ada.getByText("Nothing here yet.").waitFor();
    await bob.writeNumbered(1, 60);
    await bob.write("Tea at four, @Ada?");
    await bob.writeNumbered(61, 120);
    const item = items(ada, "Tea at four, @Ada?");
    await item.getByText("mentioned you in General").waitFor();
    const link = item.getByRole("link", { name: /^Unread/ });
    await link.click();
    await inView(messages(ada, "Tea at four"));
    await mayWrite(ada);
    await hasRead(ada, 61);
    await ada.goto("/inbox");
    await item.waitFor();
    assertEquals(await link.count(), 0);
  },
);

browserTest(
  "What is saved on one device is saved on the other, also without a network (A38, M24)",
  async (device) => {
    await using general = await twoDevices(device);
    const { ada, phone, server } = general;
    const bob = await Writer.signIn(server.url, "Bob");
    for (const text of ["Soup on Tuesday", "Cake on Friday"]) {
      await bob.write(text);
    }
    await press(messages(ada, "Soup"), "Save for later");
    await messages(ada, "Soup").getByRole("button", {
      name: "Remove from saved",
    }).waitFor();
    await phone.goto("/inbox");
    await openSaved(phone);
    await items(phone, "Soup on Tuesday").waitFor();

    await ada.context().setOffline(true);
    await connection(ada, "Offline").waitFor();
    await press(messages(ada, "Cake"), "Save for later");
    await press(messages(ada, "Soup"), "Remove from saved");
    await goOnline(ada);
    await items(phone, "Cake on Friday").waitFor();
    await items(phone, "Soup on Tuesday").waitFor({ state: "detached" });
  },
);

browserTest(
  "The inbox is on the device before it was opened, and is changed without a network (A37)",
  async (device) => {
    await using general = await onePerson(device);
    const { ada, server } = general;
    const bob = await Writer.signIn(server.url, "Bob");
    await bob.write("Tea at four, @Ada?");
    await pageIsCached(ada, "/inbox");
    const { userID } = await (await ada.request.get("/api/session")).json();
    await copyIsStored(ada, `user:${userID}`, "Tea at four");
    await ada.context().setOffline(true);
    await ada.goto("/inbox");
    await press(items(ada, "Tea at four"), "Save for later");
    await openSaved(ada);
    await press(items(ada, "Tea at four"), "Remove from saved");
    await ada.getByRole("radio", { name: "For you" }).check();
    await openSaved(ada);
    await ada.getByText("Nothing saved yet.").waitFor();
  },
);

browserTest(
  "Without a network the list beside the inbox has the rooms that are not on the device, too (A37)",
  async (device) => {
    await using general = await onePerson(device);
    const { ada, server } = general;
    const bob = await Writer.signIn(server.url, "Bob");
    await bob.person.post("/api/rooms", { name: "Attic" });
    await ada.goto("/inbox");
    await pageIsCached(ada, "/inbox", "Attic");
    await ada.context().setOffline(true);
    await ada.reload();
    await ada.getByRole("radio", { name: "Others" }).check();
    // It says so once the copies have been asked.
    await ada.getByRole("link", { name: /^Attic.*not on this device/ })
      .waitFor();
  },
);

browserTest(
  "An edit and a deletion reach the inbox while it is looked at (E11)",
  async (device) => {
    await using general = await onePerson(device);
    const { ada, server } = general;
    const bob = await Writer.signIn(server.url, "Bob");
    const [id, other] = ["m1", "m2"];
    await bob.push([
      ["createMessage", { id, content: "@Ada, tea" }],
      ["createMessage", { id: other, content: "@Ada, cake" }],
    ]);
    await ada.goto("/inbox");
    await items(ada, "tea").waitFor();
    await bob.push([
      ["editMessage", { id, content: "@Ada, coffee" }],
      ["deleteMessage", { id: other }],
    ]);
    await items(ada, "coffee").waitFor();
    await items(ada, "cake").waitFor({ state: "detached" });
    assertEquals(await items(ada).count(), 1);
  },
);

browserTest(
  "Without JavaScript the inbox and what was saved are there, one at a time (A37)",
  async (device) => {
    await using general = await onePerson(device);
    const { ada, server } = general;
    const bob = await Writer.signIn(server.url, "Bob");
    await bob.write("Tea at four, @Ada?");
    await press(messages(ada, "Tea at four"), "Save for later");
    await ada.goto("/inbox");
    await openSaved(ada);
    await items(ada, "Tea at four").waitFor();
    const plain = await device(server.url, { javaScriptEnabled: false });
    await plain.context().addCookies(await ada.context().cookies());
    await plain.goto("/inbox");
    const shown = items(plain, "Tea at four").filter({ visible: true });
    await shown.getByText("mentioned you in General").waitFor();
    assertEquals(await shown.count(), 1);
    await openSaved(plain);
    assertEquals(await shown.count(), 1);
    assertEquals(await shown.getByText("mentioned you").count(), 0);
  },
);

browserTest(
  "The link to the inbox says how much of it is unread, as it comes and is read, without a network, and without a script (A37)",
  async (device) => {
    await using general = await onePerson(device);
    const { ada, server } = general;
    const bob = await Writer.signIn(server.url, "Bob");
    await await ada.goto("/");
    const link = (page: Page, name: string) =>
      page.getByRole("navigation", { name: "Rooms" })
        .getByRole("link", { name, exact: true });
    await link(ada, "Inbox").waitFor();
    await bob.write("Tea at four, @Ada?");
    await link(ada, "Inbox 1 unread").waitFor();
    await pageIsCached(ada, "/inbox");
    await bob.write("And cake, @Ada");
    await link(ada, "Inbox 2 unread").waitFor();
    const { userID } = (await Writer.of(ada)).person;
    await copyIsStored(ada, `user:${userID}`, "And cake");
    await ada.context().setOffline(true);
    await ada.goto("/inbox");
    await link(ada, "Inbox 2 unread").waitFor();
    await goOnline(ada);

    const plain = await device(server.url, { javaScriptEnabled: false });
    await plain.context().addCookies(await ada.context().cookies());
    for (const path of ["/", "/inbox", "/rooms/general"]) {
      await plain.goto(path);
      await link(plain, "Inbox 2 unread").waitFor();
    }

    await ada.goto("/rooms/general");
    await mayWrite(ada);
    await link(ada, "Inbox").waitFor();
    await bob.write("No cake, @Ada");
    await messages(ada, "No cake").waitFor();
    await hasRead(ada, 3);
    await link(ada, "Inbox").waitFor();
  },
);

browserTest(
  "What is of direct messages says with whom they are, in a line (A37)",
  async (device) => {
    await using general = await onePerson(device);
    const { ada, server } = general;
    const bob = await Writer.signIn(server.url, "Bob");
    const cy = await Writer.signIn(server.url, "Cy");
    const dan = await Writer.signIn(server.url, "Dan");
    const me = (await Writer.of(ada)).person.userID;
    const begin = async (...others: Writer[]) => {
      const people = [me, ...others.map(({ person }) => person.userID)];
      const { body } = await bob.person.post("/api/messages", {
        people: people.map((id) => ({ id })),
      });
      return body.space as string;
    };
    await bob.write("For you alone", await begin());
    await bob.write("For the three of you", await begin(cy, dan));
    await ada.goto("/inbox");
    const by = (text: string) => items(ada, text).locator(".by");
    await by("For you alone").getByText(/Bob\s+·\s+direct message$/).waitFor();
    await by("For the three")
      .getByText(/Bob\s+·\s+in a direct message with Cy and Dan$/).waitFor();
    await bob.write("For the two of you", await begin(cy)); // while she looks
    await by("For the two")
      .getByText(/Bob\s+·\s+in a direct message with Cy$/).waitFor();
    await press(items(ada, "For the three"), "Save for later");
    await openSaved(ada);
    const shown = items(ada, "For the three").filter({ visible: true });
    await shown.getByText("in a direct message with Cy and Dan").waitFor();

    // However many they are, and on a phone, it is one line with the time.
    await ada.setViewportSize({ width: 360, height: 740 });
    const line = await shown.locator(".by").boundingBox();
    const when = await shown.locator(".when").boundingBox();
    const lineHeight = await shown.locator(".by").evaluate((by) =>
      parseFloat(getComputedStyle(by).lineHeight)
    );
    assert(line!.height < 1.5 * lineHeight, `${line!.height}`);
    assert(when!.y < line!.y + line!.height);
    assert(when!.x >= line!.x + line!.width);
  },
);

browserTest(
  "A name does not turn a text round, in a room and in the inbox (A13)",
  async (device) => {
    await using general = await onePerson(device);
    const { ada, server } = general;
    const bob = await Writer.signIn(server.url, "Bob");
    const adah = await Writer.signIn(server.url, "עדה");
    await bob.write("@Ada, תה בארבע?");
    await adah.write("@עדה and @Ada, tea at four?");
    const directionOf = async (text: Locator) =>
      await text.evaluate((text) => getComputedStyle(text).direction);
    for (
      const [text, direction] of [["תה בארבע", "rtl"], ["tea at four", "ltr"]]
    ) {
      await ada.goto("/rooms/general");
      const said = messages(ada, text).locator(".content > p");
      await said.waitFor();
      assertEquals(await directionOf(said), direction);
      await ada.goto("/inbox");
      const beginning = items(ada, text).locator(".text");
      await beginning.waitFor();
      assertEquals(await directionOf(beginning), direction);
    }
  },
);
