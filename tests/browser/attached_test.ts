// Files beside what is being written, when their message is not sent after all.
import { assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { browserTest } from "../support/browser.ts";
import { attached, bytesOf, give } from "../support/own_files.ts";
import { box, boxReads, messages } from "../support/room_page.ts";
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
