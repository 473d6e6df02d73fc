// Writing and reading while the network or the server is away.
import { assertEquals } from "@std/assert";
import type { Locator, Page } from "playwright-core";
import { browserTest } from "../support/browser.ts";
import { roomIsStored } from "../support/device_storage.ts";
import {
  connection,
  enter,
  mayWrite,
  messages,
  send,
} from "../support/room_page.ts";
import { blockPushes, failRequests } from "../support/failing_requests.ts";
import { startServer } from "../support/server.ts";
import { onePerson, twoPeople } from "../support/two_people.ts";
import { Writer } from "../support/writer.ts";

/** Waits until the log reads like this, each in this state if one is named. */
const reads = (page: Page, texts: string[], state?: "sent") =>
  page.waitForFunction(([texts, state]) => {
    const all = [...document.querySelectorAll<HTMLElement>("[data-state]")]
      .filter((each) => each.matches("[role=log] article"));
    return all.length === texts.length &&
      all.every((each, i) =>
        each.querySelector(".said")!.textContent!.includes(texts[i]) &&
        (!state || each.dataset.state === state)
      );
  }, [texts, state] as const);

/** In the page: the disk is too busy to take what Replicache brings to it, until the page is left. */
const blockCopies = (page: Page) =>
  page.evaluate(async () => {
    for (const { name = "" } of await indexedDB.databases()) {
      if (!/^rep:.*room:/.test(name)) continue;
      const opening = indexedDB.open(name);
      await new Promise((resolve) => opening.onsuccess = resolve);
      const store = opening.result.transaction("chunks", "readwrite")
        .objectStore("chunks");
      const goOn = () => store.count().onsuccess = goOn;
      goOn();
    }
  });

const button = (where: Locator, name: string) =>
  where.getByRole("button", { name });

/** Sends messages to General, and waits until they are there without a network. */
async function sendAndKeep(page: Page, texts: string[]): Promise<void> {
  for (const text of texts) {
    await send(page, text);
    await messages(page, text, "sent").waitFor();
    await roomIsStored(page, "/rooms/general", text);
  }
}

async function remove(message: Locator): Promise<void> {
  await button(message, "Delete").click();
  await button(message.page().getByRole("dialog"), "Delete").click();
}

async function change(message: Locator, text: string): Promise<void> {
  const id = await message.getAttribute("data-message-id");
  const article = message.page().locator(`[data-message-id="${id}"]`);
  await button(article, "Edit").click();
  await article.getByRole("textbox").fill(text);
  await message.page().keyboard.press("Enter");
  await article.filter({ hasText: text }).getByRole("textbox")
    .waitFor({ state: "detached" });
}

browserTest(
  "What is written offline is shown as unsent, and sent once when online again (A6)",
  async (device) => {
    await using general = await twoPeople(device);
    const { ada, bob } = general;
    await ada.context().setOffline(true);
    await connection(ada, "Offline").waitFor();
    await send(ada, "From the tunnel");
    await messages(ada, "From the tunnel", "pending")
      .filter({ hasText: "Waiting for a connection" }).waitFor();
    await connection(ada, "1 unsent").waitFor();
    await send(ada, "Still in it");
    await connection(ada, "2 unsent").waitFor();
    await send(bob, "Where is Ada?");
    await messages(bob, "Where is Ada?", "sent").waitFor();
    assertEquals(await messages(bob).count(), 1);

    await ada.context().setOffline(false);
    for (const page of [ada, bob]) {
      await messages(page, "From the tunnel", "sent").waitFor();
      await messages(page, "Still in it", "sent").waitFor();
      await messages(page, "Where is Ada?", "sent").waitFor();
    }
    await connection(ada, "Online").waitFor();
    for (const page of [ada, bob]) {
      await page.reload();
      await mayWrite(page);
      assertEquals(await messages(page).count(), 3);
    }
  },
);

browserTest(
  "What is on the disk when its tab is closed is sent, once, when the room is opened again",
  async (device) => {
    await using general = await twoPeople(device);
    const { ada, bob } = general;
    const context = ada.context();
    await blockPushes(ada);
    await send(ada, "Sealed in an envelope");
    await messages(ada, "Sealed in an envelope", "pending").waitFor();
    // Another tab gets it from the disk: then it is there.
    const room = ada.url();
    const tab = await context.newPage();
    await blockPushes(tab);
    await tab.goto(room);
    await messages(tab, "Sealed in an envelope", "pending").waitFor();
    await tab.close();
    await ada.close();

    const again = await context.newPage();
    await again.goto(room);
    for (const page of [again, bob]) {
      await messages(page, "Sealed in an envelope", "sent").waitFor();
      assertEquals(await messages(page).count(), 1);
    }
  },
);

browserTest(
  "What is on the disk in the outbox only is shown by the next visit, with or without a network, and is there once (R4)",
  async (device) => {
    await using general = await onePerson(device);
    const { ada } = general;
    await sendAndKeep(ada, ["As it was", "To be gone"]);
    await ada.context().setOffline(true);
    await connection(ada, "Offline").waitFor();
    await blockCopies(ada);
    for (const text of ["Typed too soon", "Typed later"]) {
      await send(ada, text);
      await messages(ada, text, "pending").waitFor();
    }
    await change(messages(ada, "As it was"), "As it is");
    await change(messages(ada, "Typed too soon"), "Typed soon");
    await remove(messages(ada, "To be gone"));
    await connection(ada, "5 unsent").waitFor();

    const after = ["As it is", "Typed soon", "Typed later"];
    for (let visit = 0; visit < 2; visit++) {
      await ada.reload();
      await messages(ada, "Typed later", "pending").waitFor();
      await connection(ada, "5 unsent").waitFor();
      await reads(ada, after);
    }
    await mayWrite(ada);
    await send(ada, "And then");
    await messages(ada, "And then", "pending").waitFor();
    await reads(ada, [...after, "And then"]);

    await ada.context().setOffline(false);
    await messages(ada, "And then", "sent").waitFor();
    await connection(ada, "Online").waitFor();
    await reads(ada, [...after, "And then"], "sent");
    await ada.reload();
    await mayWrite(ada);
    await reads(ada, [...after, "And then"], "sent");
  },
);

browserTest(
  "What one changes while the page is newer than the copy shows at once, and stays",
  async (device) => {
    await using general = await onePerson(device);
    const { ada } = general;
    await sendAndKeep(ada, ["As it was", "To be gone"]);
    const mend = await failRequests(ada, /\/api\/replicache\/pu/);
    const bob = await Writer.signIn(general.server.url, "Bob");
    await bob.write("Newer than the copy");
    await ada.reload();
    await mayWrite(ada);
    await change(messages(ada, "As it was"), "As it is");
    await messages(ada, "As it is", "pending").waitFor();
    await remove(messages(ada, "To be gone"));
    await messages(ada, "To be gone").waitFor({ state: "detached" });
    mend();
    await reads(ada, ["As it is", "Newer than the copy"], "sent");
  },
);

browserTest(
  "A push whose answer is lost is sent again, and counts once",
  async (device) => {
    await using general = await twoPeople(device);
    const { ada, bob } = general;
    let pushes = 0;
    await ada.route("**/api/replicache/push?*", async (route) => {
      if (++pushes > 1) return await route.continue();
      await route.fetch();
      await route.abort();
    });
    await send(ada, "Once and only once");
    await messages(ada, "Once and only once", "sent").waitFor();
    await messages(bob, "Once and only once", "sent").waitFor();
    await send(ada, "And then this");
    await messages(bob, "And then this", "sent").waitFor();
    for (const page of [ada, bob]) {
      assertEquals(await messages(page).count(), 2);
    }
  },
);

browserTest(
  "After kill -9 and a restart the pages live on by themselves, with all that was sent",
  async (device) => {
    const folder = await Deno.makeTempDir();
    const kept = { DENO_KV_PATH: `${folder}/kvetch.sqlite3` };
    try {
      let url: string;
      const pages = [];
      {
        await using first = await startServer(kept);
        url = first.url;
        for (const name of ["Ada", "Bob"]) {
          const page = await device(url);
          await enter(page, name);
          pages.push(page);
        }
        const [ada, bob] = pages;
        await send(ada, "Before");
        await messages(bob, "Before", "sent").waitFor();
        await send(bob, "Before, too");
        await messages(ada, "Before, too", "sent").waitFor();
        await first.kill();
      }
      const [ada, bob] = pages;
      await send(ada, "While it was away");
      await messages(ada, "While it was away", "pending").waitFor();

      await using _second = await startServer({
        ...kept,
        PORT: new URL(url).port,
      });
      await messages(ada, "While it was away", "sent").waitFor();
      await messages(bob, "While it was away", "sent").waitFor();
      await send(bob, "After");
      await messages(ada, "After", "sent").waitFor();
      for (const page of [ada, bob]) {
        await page.reload();
        await mayWrite(page);
        // One's own may be pending until the first pull.
        await messages(page, "", "sent").nth(3).waitFor();
        assertEquals(await messages(page).count(), 4);
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);

browserTest(
  "An answer that breaks off half way is as good as none: what was shown stays, and nothing is thrown",
  async (device) => {
    await using general = await onePerson(device);
    const { ada } = general;
    await roomIsStored(ada, "/rooms/general");
    // As a browser reads what the network cuts off.
    await ada.addInitScript(() => {
      Response.prototype.json = () =>
        Promise.reject(new TypeError("Failed to fetch"));
    });
    const asked = ["/api/session", "/api/rooms", "/api/replicache/pull*"]
      .map((path) => ada.waitForResponse(`${general.server.url}${path}`));
    await ada.reload();
    await Promise.all(asked);
    await connection(ada, "Offline").waitFor();
    await ada.getByRole("navigation", { name: "Rooms" })
      .getByRole("link", { name: "General" }).waitFor({ state: "attached" });
    await mayWrite(ada);
    await send(ada, "Into half a network");
    await messages(ada, "Into half a network", "pending").waitFor();
  },
);

browserTest(
  "A page that the browser calls offline asks the server, and is online as long as that answers",
  async (device) => {
    await using general = await onePerson(device);
    const { ada } = general;
    await connection(ada, "Online").waitFor();
    const pulled = ada.waitForResponse(/\/api\/replicache\/pull/);
    await ada.evaluate(() => dispatchEvent(new Event("offline")));
    assertEquals(await connection(ada, "Offline").count(), 0);
    await pulled;
    await connection(ada, "Online").waitFor();
  },
);

browserTest(
  "A message that the disk does not take shows, is said not to be stored, and is sent all the same",
  async (device) => {
    await using general = await onePerson(device);
    const { ada } = general;
    await roomIsStored(ada, "/rooms/general");
    await ada.mouse.move(100, 100);
    await ada.evaluate(() => {
      const { transaction } = IDBDatabase.prototype;
      IDBDatabase.prototype.transaction = function (...args) {
        if (this.name === "outbox") {
          throw new DOMException("It is closing.", "InvalidStateError");
        }
        return transaction.apply(this, args);
      };
    });
    await ada.context().setOffline(true);
    await send(ada, "Only in this page");
    await messages(ada, "Only in this page", "pending").waitFor();
    await ada.getByText("Not stored").waitFor();
    await ada.context().setOffline(false);
    await messages(ada, "Only in this page", "sent").waitFor();
    await ada.getByText("Not stored").waitFor({ state: "hidden" });
    assertEquals(await messages(ada, "Only in this page").count(), 1);
  },
);
