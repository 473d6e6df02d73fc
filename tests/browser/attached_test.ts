// Files beside what is being written, when their message is not sent after all.
import { assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { browserTest, PLAIN_HOST, signIn } from "../support/browser.ts";
import { attached, bytesOf, give, photo } from "../support/own_files.ts";
import {
  box,
  boxReads,
  follow,
  makeRoom,
  mayWrite,
  messages,
} from "../support/room_page.ts";
import { startServer } from "../support/server.ts";
import { onePerson } from "../support/two_people.ts";

browserTest(
  "Files of a message that cannot be sent are beside its text again, before those that were attached since; too many are said to be that, and none is lost (A24)",
  async (device) => {
    await using general = await onePerson(device);
    const { ada } = general;
    await box(ada).focus();
    await ada.getByRole("button", { name: "Attach" }).waitFor();
    const ten = Array.from({ length: 10 }, (_, i) => `${i}.txt`);

    const read = await holdReading(ada);
    await fillDevice(ada);
    await drop(ada, ...ten);
    await box(ada).fill("Ten files");
    await box(ada).press("Enter");
    await boxReads(ada, "");
    await drop(ada, "late.txt");
    await box(ada).fill("One more");
    await read();
    await refusal(ada, "no room for this on the device");
    await boxReads(ada, "Ten files\nOne more");
    assertEquals(await names(ada), [...ten, "late.txt"]);

    await box(ada).press("Enter");
    await refusal(ada, "at most 10 files");
    await boxReads(ada, "Ten files\nOne more");
    assertEquals(await names(ada), [...ten, "late.txt"]);
    await ada.getByRole("button", { name: "Remove 3.txt" }).click();
    await box(ada).press("Enter");
    const sent = messages(ada, "One more", "sent");
    await sent.waitFor();
    assertEquals(
      await sent.locator(".files bdi").allTextContents(),
      [...ten, "late.txt"].filter((name) => name !== "3.txt"),
    );
    assertEquals(await names(ada), []);
  },
);

browserTest(
  "One of several files that cannot be read is taken out of what is to be sent, and the others stay beside the text, those too that were attached since (A24)",
  async (device) => {
    await using general = await onePerson(device);
    const { ada } = general;
    await box(ada).focus();
    await ada.getByRole("button", { name: "Attach" }).waitFor();
    const read = await holdReading(ada, true);
    await drop(ada, "gone.txt", "here.txt");
    await box(ada).fill("Two files");
    await box(ada).press("Enter");
    await boxReads(ada, "");
    await drop(ada, "late.txt");
    await read();
    await ada.getByText("“gone.txt” can't be read.").waitFor();
    await boxReads(ada, "Two files");
    assertEquals(await names(ada), ["here.txt", "late.txt"]);
    await box(ada).press("Enter");
    const sent = messages(ada, "Two files", "sent");
    for (const name of ["here.txt", "late.txt"]) {
      await sent.getByRole("link", { name }).waitFor();
    }
  },
);

browserTest(
  "Files and what is said of them are beside the text again after five other rooms, on plain http as well, and are sent once (A15, A24)",
  async (device) => {
    await using server = await startServer({ HOST: "127.0.0.1" });
    const ada = await device(server.url.replace("127.0.0.1", PLAIN_HOST));
    await signIn(ada, "Ada");
    await withFiveRooms(ada);
    await give(ada, "drop", [
      { name: "sun.jpg", bytes: await photo(ada, 400, 300) },
      { name: "wrong.txt", bytes: bytesOf("not this one") },
      { name: "notes.txt", bytes: bytesOf("Notes") },
    ]);
    const description = ada.getByRole("textbox", { name: /sun.jpg$/ });
    await description.fill("A golden sun");
    await box(ada).fill("From my walk");
    await lookAtFive(ada);
    await boxReads(ada, "From my walk");
    await attached(ada).nth(2).waitFor();
    assertEquals(await description.inputValue(), "A golden sun");
    await ada.getByRole("button", { name: "Remove wrong.txt" }).click();
    await lookAtFive(ada);
    await attached(ada).nth(1).waitFor();
    assertEquals(await names(ada), ["sun.jpg", "notes.txt"]);
    await box(ada).press("Enter");
    const sent = messages(ada, "From my walk", "sent");
    await sent.getByRole("img", { name: "A golden sun" }).waitFor();
    await lookAtFive(ada);
    await sent.waitFor();
    await ada.getByRole("button", { name: "Attach" }).waitFor();
    assertEquals(await names(ada), []);
  },
);

browserTest(
  "A message with files that cannot be sent is back in its room, though five others were looked at meanwhile (A15, A24)",
  async (device) => {
    await using general = await onePerson(device);
    const { ada } = general;
    await withFiveRooms(ada);
    const read = await holdReading(ada);
    await fillDevice(ada);
    await drop(ada, "notes.txt");
    await box(ada).fill("From my walk");
    await box(ada).press("Enter");
    await boxReads(ada, "");
    await lookAtFive(ada);
    await mayWrite(ada);
    await read();
    await refusal(ada, "no room for this on the device");
    await boxReads(ada, "From my walk");
    assertEquals(await names(ada), ["notes.txt"]);
  },
);

const ROOMS = ["Attic", "Boats", "Cellar", "Den", "Eaves"];

/** Makes five rooms, and goes to General. */
async function withFiveRooms(page: Page): Promise<void> {
  for (const room of ROOMS) await makeRoom(page, room);
  await page.goto("/rooms/general");
  await mayWrite(page);
  await page.getByRole("button", { name: "Attach" }).waitFor();
}

/** And goes back: so many stay open beside the one that is shown. */
async function lookAtFive(page: Page): Promise<void> {
  for (const room of ROOMS) {
    await follow(page, room);
    await page.getByRole("heading", { name: room, exact: true }).waitFor();
  }
  await follow(page, "General");
  await page.getByRole("heading", { name: "General", exact: true }).waitFor();
}

const drop = (page: Page, ...names: string[]) =>
  give(page, "drop", names.map((name) => ({ name, bytes: bytesOf(name) })));

const names = (page: Page): Promise<string[]> =>
  attached(page).locator("bdi").allTextContents();

const refusal = (page: Page, words: string): Promise<void> =>
  page.getByRole("form", { name: "Send message" }).getByRole("alert")
    .getByText(words).waitFor();

/** In the page: no file is read until what is returned is called; the first of them may be gone by then. */
async function holdReading(
  page: Page,
  isFirstGone = false,
): Promise<() => Promise<void>> {
  const hold = await page.evaluateHandle((isFirstGone) => {
    const { arrayBuffer } = Blob.prototype;
    const { promise, resolve } = Promise.withResolvers<void>();
    Blob.prototype.arrayBuffer = async function () {
      const isGone = isFirstGone;
      isFirstGone = false;
      await promise;
      if (isGone) throw new DOMException("It is gone.", "NotFoundError");
      return arrayBuffer.call(this);
    };
    return { end: resolve };
  }, isFirstGone);
  return () => hold.evaluate(({ end }) => end());
}

/** In the page: the device does not take the next message with files. */
const fillDevice = (page: Page): Promise<void> =>
  page.evaluate(() => {
    const { add } = IDBObjectStore.prototype;
    IDBObjectStore.prototype.add = function (...args) {
      if (this.transaction.db.name !== "uploads") return add.apply(this, args);
      IDBObjectStore.prototype.add = add; // once
      throw new DOMException("It is full.", "QuotaExceededError");
    };
  });
