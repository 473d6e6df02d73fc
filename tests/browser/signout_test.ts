// Signing out with something unsent: it asks first, and does what is chosen.
import { assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { browserTest } from "../support/browser.ts";
import {
  box,
  connection,
  enter,
  messages,
  send,
} from "../support/room_page.ts";
import {
  blockPushes,
  failRequests,
  goOnline,
} from "../support/failing_requests.ts";
import { neverForgetSent } from "../support/device_storage.ts";
import { startServer } from "../support/server.ts";
import { onePerson } from "../support/two_people.ts";
import { Writer } from "../support/writer.ts";

browserTest(
  "Signing out says how much is unsent: staying sends it, another try erases it",
  async (device) => {
    await using general = await onePerson(device);
    const { ada } = general;
    const mend = await writeUnsent(ada, [
      "One for the train",
      "Two for the train",
    ]);
    await ada.goto("/signout");
    await warning(ada, "2 messages have not been sent yet. Signing out")
      .waitFor();
    await ada.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await ada.getByText("Show what is unsent").click();
    await ada.getByRole("button", { name: "Copy" }).click();
    await ada.getByText("Copied.").waitFor();
    const copied = await ada.evaluate(() => navigator.clipboard.readText());
    assertEquals(copied, "One for the train\n\nTwo for the train");
    assertEquals(await signOutButton(ada).count(), 0);
    await ada.getByRole("link", { name: "Stay and send" }).click();
    await ada.waitForURL("/rooms/general");
    await connection(ada, "2 unsent").waitFor();
    await mend();
    for (const text of ["One for", "Two for"]) {
      await messages(ada, text, "sent").waitFor();
    }
    await ada.goto("/signout");
    await signOutButton(ada).waitFor();
    assertEquals(await warning(ada, "not been sent").count(), 0);

    // Direct messages that are begun, and not written in.
    await Writer.signIn(general.server.url, "Cy");
    await ada.goto("/rooms/general");
    await ada.getByRole("link", { name: "New message" }).hover();
    await ada.locator("#rooms .dots").first().waitFor({ state: "attached" });
    const allow = await failRequests(ada, /\/api\/messages$/);
    await ada.getByRole("link", { name: "New message" }).click();
    await ada.getByRole("checkbox", { name: "Cy" }).check();
    await ada.getByRole("button", { name: "Write" }).click();
    await ada.waitForURL("/rooms/direct-*");
    await box(ada).waitFor();
    await ada.getByRole("region", { name: "Direct messages" })
      .getByRole("link", { name: "Cy" }).waitFor();
    await ada.goto("/signout");
    await signOutButton(ada).waitFor();
    assertEquals(await warning(ada, "not been sent").count(), 0);
    allow();

    await ada.goto("/rooms/general");
    const mendAgain = await writeUnsent(ada, ["Regretted"]);
    await ada.goto("/signout");
    await warning(ada, "1 message has not been sent yet. Signing out")
      .waitFor();
    await ada.getByRole("button", { name: "Discard and sign out" }).click();
    await ada.waitForURL("/signin");
    assertEquals(
      await ada.evaluate(async () =>
        (await indexedDB.databases()).map(({ name }) => name)
      ),
      [],
    );
    await mendAgain();
    await enter(ada, "Bob");
    await messages(ada, "Two for", "sent").waitFor();
    assertEquals(await messages(ada, "Regretted").count(), 0);
  },
);

browserTest(
  "Signing out counts what is only typed, too: a changed text, and a draft that no other device knows",
  async (device) => {
    await using general = await onePerson(device);
    const { ada } = general;
    const tab = await openSignOut(ada);
    await box(ada).fill("long ".repeat(1_000));
    await warning(tab, "1 draft has not been sent yet").waitFor();
    await send(ada, "As it was");
    await messages(ada, "As it was").getByRole("button", { name: "Edit" })
      .click();
    await ada.getByRole("textbox", { name: "New text" }).fill("As it will be");
    await warning(tab, "1 change has not been sent yet").waitFor();
    await tab.getByRole("link", { name: "Stay and send" }).click();
    await tab.waitForURL("/rooms/general");
  },
);

browserTest(
  "A message that is in the outbox counts once, though its tab died before it could forget that it was on its way there",
  async (device) => {
    await using general = await onePerson(device);
    const { ada } = general;
    await neverForgetSent(ada);
    await writeUnsent(ada, ["On its way"]);
    await ada.goto("/signout");
    await warning(ada, "1 message has not been sent yet").waitFor();
  },
);

browserTest(
  "What another tab writes after the question was put is asked about anew",
  async (device) => {
    await using general = await onePerson(device);
    const { ada } = general;
    const tab = await openSignOut(ada);
    const mend = await writeUnsent(ada, ["Late"]);
    await warning(tab, "1 message has not").waitFor();
    await mend();
    await ada.evaluate(() => dispatchEvent(new Event("online")));
    await messages(ada, "Late", "sent").waitFor();
    await signOutButton(tab).waitFor();
    assertEquals(await warning(tab, "not been sent").count(), 0);
  },
);

browserTest(
  "A sign-in link that would sign somebody out says what of theirs is unsent",
  async (device) => {
    await using server = await startServer();
    const [ada, bob] = [await device(server.url), await device(server.url)];
    await enter(bob, "Bob");
    await bob.goto("/settings");
    await bob.getByRole("button", { name: "Make a link" }).click();
    const link = await bob.getByText(/\/link\//).textContent();
    await enter(ada, "Ada");
    await writeUnsent(ada, ["Mine alone"]);
    await ada.goto(link!);
    await warning(ada, "1 message has not been sent yet").waitFor();
  },
);

browserTest(
  "Who signed in again under a new name finds what was unsent with their own sign-in link, and is told of it before signing out",
  async (device) => {
    await using general = await onePerson(device);
    const { ada } = general;
    await ada.goto("/settings");
    await ada.getByRole("button", { name: "Make a link" }).click();
    const link = await ada.getByText(/\/link\//).textContent();
    await ada.goto("/rooms/general");
    // Nothing is typed before: what is told of a draft would be unsent as well.
    // But the device must know the room: only a member's page can be left.
    await box(ada).hover();
    await ada.getByRole("button", { name: "Leave room" }).waitFor();
    await ada.context().clearCookies();
    await send(ada, "Kept for later");
    await messages(ada, "Kept for later", "pending").waitFor();

    await ada.request.post("/api/session", { data: { name: "Ada anew" } });
    await ada.goto("/rooms/general");
    await connection(ada, "Online").waitFor();
    assertEquals(await messages(ada).count(), 0);
    await ada.goto("/signout");
    await warning(ada, "1 message has not been sent yet. Signing out discards")
      .waitFor();
    // Nobody knows that it is the same person.
    assertEquals(await ada.getByText("Show what is unsent").count(), 0);
    await ada.goto(link!);
    await warning(ada, "It stays on this device").waitFor();
    await ada.getByRole("button", { name: "Sign in as Ada" }).click();
    await ada.waitForURL("/");
    await ada.goto("/rooms/general");
    await messages(ada, "Kept for later", "sent").waitFor();
  },
);

/** Another tab in which nothing keeps one from signing out yet. */
async function openSignOut(page: Page): Promise<Page> {
  const tab = await page.context().newPage();
  await tab.goto("/signout");
  await signOutButton(tab).and(tab.locator(":enabled")).waitFor();
  return tab;
}

/** Writes without a network; when it is back, nothing gets through. */
async function writeUnsent(page: Page, texts: string[]) {
  await page.context().setOffline(true);
  const mend = await blockPushes(page);
  for (const text of texts) {
    await send(page, text);
    await messages(page, text, "pending").waitFor();
  }
  await goOnline(page);
  return mend;
}

const warning = (page: Page, words: string) =>
  page.getByRole("alert").filter({ hasText: words });

const signOutButton = (page: Page) =>
  page.getByRole("main")
    .getByRole("button", { name: "Sign out", exact: true });
