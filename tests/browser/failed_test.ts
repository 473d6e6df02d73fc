// Messages and changes that the server refused, and a device that stores nothing.
import { assertEquals } from "@std/assert";
import type { Locator, Page } from "playwright-core";
import { browserTest, PLAIN_HOST, signIn } from "../support/browser.ts";
import {
  box,
  connection,
  enter,
  log,
  mayWrite,
  messages,
  send,
} from "../support/room_page.ts";
import { copyIsStored } from "../support/device_storage.ts";
import { failRequests, PULLS } from "../support/failing_requests.ts";
import { startServer } from "../support/server.ts";
import { onePerson } from "../support/two_people.ts";
import { Writer } from "../support/writer.ts";

browserTest(
  "A message that the server refuses is shown as failed, with the reason, until one has decided (A5)",
  async (device) => {
    await using general = await onePerson(device);
    const { ada } = general;
    await refusedOffline(ada, ["First refused", "Second", "Third"]);
    assertEquals(await messages(ada, "", "pending").count(), 0);
    const first = messages(ada, "First refused", "failed");
    await first.getByText("Not sent", { exact: true }).waitFor();
    await first.getByRole("alert").filter({ hasText: "Only members" })
      .waitFor();
    assertEquals(await button(first, "Retry").isEnabled(), false);

    // Nobody is put back in without being asked.
    await ada.getByRole("button", { name: "Join" }).click();
    await mayWrite(ada);
    // It is there on the next visit, too; and once one is back, it can be sent.
    await ada.reload();
    await messages(ada, "", "failed").nth(2).waitFor();
    await button(first, "Retry").click();
    await messages(ada, "First refused", "sent").waitFor();
    await first.waitFor({ state: "detached" });

    await button(messages(ada, "Second", "failed"), "Edit").click();
    await messages(ada, "Second", "failed").waitFor({ state: "detached" });
    assertEquals(await box(ada).inputValue(), "Second");
    await box(ada).and(ada.locator(":focus")).waitFor();
    await ada.keyboard.press("Control+a");
    await ada.keyboard.press("Delete");

    await button(messages(ada, "Third", "failed"), "Discard").press("Enter");
    await messages(ada, "Third").waitFor({ state: "detached" });
    await log(ada).and(ada.locator(":focus")).waitFor();
    await ada.reload();
    await mayWrite(ada);
    // What the copy had not brought to the disk yet, it hears from the server.
    await messages(ada).nth(1).waitFor({ state: "detached" });
    assertEquals(await messages(ada).count(), 1);
  },
);

browserTest(
  "Retry sends a message once, however often it is pressed, and even before the copy has caught up; so does Discard its part",
  async (device) => {
    await using general = await onePerson(device);
    const { ada } = general;
    await refusedOffline(ada, ["Once", "Never"]);
    await ada.getByRole("button", { name: "Join" }).click();
    await mayWrite(ada);
    await copyIsStored(ada, "room:general", "rejection/", "member/");
    const mend = await failRequests(ada, PULLS);
    const bob = await Writer.signIn(general.server.url, "Bob");
    await bob.write("Newer than the copy");
    await ada.reload();
    await messages(ada, "Newer than the copy").waitFor();
    await button(messages(ada, "Once", "failed"), "Retry").dblclick();
    await messages(ada, "Once", "failed").waitFor({ state: "detached" });
    await button(messages(ada, "Never", "failed"), "Discard").click();
    await messages(ada, "Never").waitFor({ state: "detached" });
    mend();
    await messages(ada, "Once", "sent").waitFor();
    assertEquals(await messages(ada).count(), 2);
  },
);

browserTest(
  "What another app of one's own was refused says why in a sentence, and can be sent under an ID that is one",
  async (device) => {
    await using general = await onePerson(device);
    const { ada } = general;
    const { person } = await Writer.of(ada);
    const mutation = {
      clientID: "c".repeat(64),
      id: 1,
      name: "createMessage",
      args: { id: "not an ID", content: "Under no ID" },
      timestamp: 0,
    };
    const { status } = await person.push("room:general", "g", [mutation]);
    assertEquals(status, 200);
    const failed = messages(ada, "Under no ID", "failed");
    await failed.getByRole("alert")
      .filter({ hasText: "This was not sent. An ID has" }).waitFor();
    await button(failed, "Retry").dblclick();
    await failed.waitFor({ state: "detached" });
    await messages(ada, "Under no ID", "sent").waitFor();
    assertEquals(await messages(ada).count(), 1);
  },
);

browserTest(
  "A change that the server refuses is not lost",
  async (device) => {
    await using general = await onePerson(device);
    const { ada } = general;
    await send(ada, "As it was");
    await messages(ada, "As it was", "sent").waitFor();
    await ada.context().setOffline(true);
    await connection(ada, "Offline").waitFor();
    await button(messages(ada, "As it was"), "Edit").click();
    await messages(ada).getByRole("textbox").fill("As it should be");
    await ada.keyboard.press("Enter");
    await messages(ada, "As it should be", "pending").waitFor();
    await leaveMeanwhile(ada);
    await ada.context().setOffline(false);
    const failed = messages(ada, "As it should be", "failed");
    await failed.getByRole("alert").filter({ hasText: "change was not saved" })
      .waitFor();
    await messages(ada, "As it was", "sent").waitFor();
  },
);

browserTest(
  "On a full disk a room comes alive in memory, says so, and sends what was typed before (R19)",
  async (device) => {
    await using general = await onePerson(device);
    const { ada } = general;
    await ada.clock.install();
    await ada.addInitScript(full);
    await ada.reload();
    await box(ada).fill("Typed without a disk");
    await box(ada).press("Enter");
    const hint = ada.getByText("This browser can't store anything now");
    while (!await hint.isVisible()) await ada.clock.runFor(1_000);
    await messages(ada, "Typed without a disk", "sent").waitFor();
    assertEquals(await ada.getByRole("alert").count(), 0);
  },
  { mayThrow: true }, // Replicache does, where nobody awaits it
);

browserTest(
  "A browser that refuses to keep anything can chat, and is told that nothing is kept",
  async (device) => {
    await using server = await startServer();
    for (const how of [forbidden, refused]) {
      const [ada, bob] = [await device(server.url), await device(server.url)];
      await ada.addInitScript(how);
      await enter(ada, "Ada");
      await ada.getByText("This browser can't store anything").waitFor();
      const { name } = how;
      await send(ada, `Out of thin air, ${name}`);
      await messages(ada, `Out of thin air, ${name}`, "sent").waitFor();
      await enter(bob, "Bob");
      await send(bob, `It arrived, ${name}`);
      await messages(ada, `It arrived, ${name}`, "sent").waitFor();
      await ada.context().setOffline(true);
      await send(ada, `Held in the air, ${name}`);
      await connection(ada, "1 unsent").waitFor();
      await ada.context().setOffline(false);
      await messages(bob, `Held in the air, ${name}`, "sent").waitFor();
      await connection(ada, "Online").waitFor();
    }
  },
);

browserTest(
  "A disk that fails for the first time without a network refuses nothing, on plain http too (R19)",
  async (device) => {
    await using server = await startServer({ HOST: "127.0.0.1" });
    const ada = await device(server.url.replace("127.0.0.1", PLAIN_HOST));
    await signIn(ada, "Ada");
    await ada.goto("/rooms/general");
    await mayWrite(ada);
    await send(ada, "Before");
    await messages(ada, "Before", "sent").waitFor();
    await ada.context().setOffline(true);
    await connection(ada, "Offline").waitFor();
    await ada.evaluate(full);
    await send(ada, "Without disk or network");
    await messages(ada, "Without disk or network", "pending").waitFor();
    await connection(ada, "1 unsent").waitFor();
    await ada.context().setOffline(false);
    await messages(ada, "Without disk or network", "sent").waitFor();
  },
  { mayThrow: true }, // Replicache does, where nobody awaits it
);

/** In the page: every write to IndexedDB is undone, as on a full disk. */
function full() {
  for (const method of ["put", "add"] as const) {
    const { [method]: write } = IDBObjectStore.prototype;
    IDBObjectStore.prototype[method] = function (...args) {
      const request = write.apply(this, args);
      request.onsuccess = () => this.transaction.abort();
      return request;
    };
  }
}

/** In the page: there is no IndexedDB, as in some private windows. */
function forbidden() {
  IDBFactory.prototype.open = () => {
    throw new DOMException("The user denied it.", "SecurityError");
  };
}

/** In the page: IndexedDB is there, and does not open, as in others. */
function refused() {
  Object.defineProperty(IDBFactory.prototype, "open", {
    value() {
      const request = {
        error: new DOMException("Not in private.", "InvalidStateError"),
        onerror() {},
      };
      setTimeout(() => request.onerror());
      return request;
    },
  });
}

/** Writes messages offline, leaves the room elsewhere, and comes back. */
async function refusedOffline(page: Page, texts: string[]): Promise<void> {
  // A page that loses its network while its scripts come has to be reloaded.
  await page.getByRole("button", { name: "Invite" }).waitFor();
  await page.context().setOffline(true);
  await connection(page, "Offline").waitFor();
  for (const text of texts) await send(page, text);
  await connection(page, `${texts.length} unsent`).waitFor();
  await leaveMeanwhile(page);
  await page.context().setOffline(false);
  await messages(page, "", "failed").nth(texts.length - 1).waitFor();
}

/** Leaves the room as from another device. */
async function leaveMeanwhile(page: Page): Promise<void> {
  const { origin, pathname } = new URL(page.url());
  const [cookie] = await page.context().cookies();
  const room = pathname.split("/").at(-1);
  const { status, body } = await fetch(
    `${origin}/api/rooms/${room}/members/me`,
    {
      method: "DELETE",
      headers: { cookie: `${cookie.name}=${cookie.value}` },
    },
  );
  await body?.cancel();
  assertEquals(status, 204);
}

const button = (message: Locator, name: string) =>
  message.getByRole("button", { name });
