// What a person sees and does in a room, found by roles and names, as with a screen reader.
import type { Locator, Page } from "playwright-core";

/**
 * Opens a room as somebody who has just signed in, and waits until one may
 * write in it. Past the pages before it, which have tests of their own.
 */
export async function enter(
  page: Page,
  name: string,
  room = "General",
): Promise<void> {
  await page.request.post("/api/session", { data: { name } });
  const answer = await page.request.get("/api/rooms");
  const rooms: { name: string; roomID: string }[] = (await answer.json()).rooms;
  const { roomID } = rooms.find(({ name }) => name === room)!;
  await page.request.post(`/api/rooms/${roomID}/members`, { data: {} });
  await page.goto(`/rooms/${roomID}`);
  await mayWrite(page);
}

/** Waits until the room's box takes what one writes, and the parts of it that come with the first touch are there. */
export async function mayWrite(page: Page): Promise<void> {
  const isEnabled = sendButton(page).and(page.locator(":enabled"));
  // A draft of an earlier visit that is the same, and was taken back, takes it
  // out of the box when that becomes known.
  for (let tries = 0; tries < 12; tries++) {
    await box(page).fill("…");
    const enabled = isEnabled.waitFor({ timeout: 5_000 }).then(() => true);
    if (!await enabled.catch(() => false)) continue;
    await box(page).fill("");
    return await page.locator("button.attach").waitFor();
  }
  throw new Error("The room's box takes nothing.");
}

/** Makes a room of one's own and opens it. */
export async function makeRoom(page: Page, name: string): Promise<void> {
  await page.goto("/new");
  await page.getByRole("textbox", { name: "Room name" }).fill(name);
  await page.getByRole("button", { name: "Create room" }).click();
  await page.waitForURL("/rooms/*");
}

/** Opens the dialog for a new room, from the list. */
export async function openNewRoom(page: Page): Promise<void> {
  const link = page.getByRole("link", { name: "New room" });
  await link.hover(); // what the list needs on use is loaded with it
  await page.locator("#rooms .dots").first().waitFor({ state: "attached" });
  await link.click();
  await page.getByRole("dialog", { name: "New room" }).waitFor();
}

/** The link to a room in the list. */
export const linkTo = (page: Page, room: string) =>
  page.getByRole("navigation", { name: "Rooms" })
    .getByRole("link", { name: new RegExp(`^${room}`) });

/** Keys that follow at once would still be typed into the room before. */
export async function follow(page: Page, room: string): Promise<void> {
  await linkTo(page, room).click();
  await linkTo(page, room).and(page.locator("[aria-current=page]")).waitFor();
}

export const box = (page: Page): Locator =>
  page.getByRole("form", { name: "Send message" })
    .getByRole("textbox", { name: "Message" });

export const sendButton = (page: Page): Locator =>
  page.getByRole("form", { name: "Send message" })
    .getByRole("button", { name: "Send" });

export async function send(page: Page, text: string): Promise<void> {
  await box(page).fill(text);
  await sendButton(page).click();
}

export const log = (page: Page): Locator =>
  page.getByRole("log", { name: "Messages" });

/** The messages with this text, in this state if one is named. */
export function messages(
  page: Page,
  text = "",
  state?: "pending" | "sent" | "failed",
): Locator {
  const found = log(page).getByRole("article").filter({ hasText: text });
  return state ? found.and(page.locator(`[data-state=${state}]`)) : found;
}

/** What the page says about its connection, once it says that. */
export const connection = (page: Page, words: string | RegExp): Locator =>
  page.getByRole("status", { name: "Connection" }).filter({ hasText: words });

/** Waits until a message is on the screen, not merely in the page. */
export async function inView(message: Locator): Promise<void> {
  const node = await message.elementHandle();
  await message.page().waitForFunction((node) => {
    const { top, bottom } = node!.getBoundingClientRect();
    const log = node!.closest("[role=log]")!.getBoundingClientRect();
    return bottom > log.top && top < log.bottom;
  }, node);
}

/**
 * Waits until the server knows that a page's person has read so far in General.
 * (Playwright's `waitForFunction` takes a promise for true.)
 */
export const hasRead = (page: Page, seq: number): Promise<void> =>
  page.evaluate(async (seq) => {
    type Listed = { roomID: string; readSeq: number };
    const readSeq = async () => {
      const { rooms } = await (await fetch("/api/rooms")).json();
      return rooms.find(({ roomID }: Listed) => roomID === "general").readSeq;
    };
    while (await readSeq() < seq) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }, seq);

/** Waits until the box holds this. */
export async function boxReads(page: Page, text: string): Promise<void> {
  await page.waitForFunction(
    (text) =>
      document.querySelector<HTMLTextAreaElement>(".composer textarea")
        ?.value === text,
    text,
  );
}
