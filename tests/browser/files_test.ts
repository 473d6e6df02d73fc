// Files and pictures: how they are attached, sent, shown and kept, with and without a network.
import { assert, assertEquals, assertMatch } from "@std/assert";
import { Buffer } from "node:buffer";
import { hash } from "node:crypto";
import type { BrowserContext, Locator, Page } from "playwright-core";
import { PIECE_BYTES } from "../../lib/chat/files.ts";
import { browserTest, openBrowser } from "../support/browser.ts";
import {
  copyIsRemoved,
  copyIsStored,
  roomIsStored,
} from "../support/device_storage.ts";
import { failRequests, PUSHES } from "../support/failing_requests.ts";
import {
  box,
  connection,
  enter,
  log,
  makeRoom,
  mayWrite,
  messages,
  send,
  sendButton,
} from "../support/room_page.ts";
import { startServer } from "../support/server.ts";
import {
  areStored,
  attached,
  bytesOf,
  give,
  photo,
} from "../support/own_files.ts";
import { onePerson, twoPeople } from "../support/two_people.ts";
import { Writer } from "../support/writer.ts";

/** Waits until so many files are kept that go with next messages. */
const filesAreKept = (page: Page, n: number): Promise<unknown> =>
  areStored(page, "attached", "files", n);

/** What the server gives out under the address of a link. */
async function served(link: Locator): Promise<Uint8Array> {
  const href = await link.getAttribute("href");
  const answer = await link.page().request.get(href!);
  assertEquals(answer.status(), 200);
  return await answer.body();
}
const sha = (bytes: Uint8Array | number[]) =>
  hash("sha256", new Uint8Array(bytes));

browserTest(
  "A file that is dropped before a page is alive, or on one that takes none, does not replace it; a text may be dropped (A24)",
  async (device) => {
    await using server = await startServer();
    const ada = await device(server.url);
    await ada.route(
      "**/*.js",
      (route) =>
        route.request().url().includes("theme")
          ? route.continue()
          : route.abort(),
    );
    for (const path of ["/signin", "/"]) {
      await ada.goto(path);
      const file = { name: "a.txt", bytes: bytesOf("a") };
      assert(await give(ada, "drop", [file]));
      assert(!await give(ada, "drop", [], "a text"));
    }
  },
);

browserTest(
  "Files that are given to a room before it is alive, or has loaded what takes them, are attached once it has, to what is written in that room (A24)",
  async (device) => {
    await using general = await onePerson(device, { serviceWorkers: "block" });
    const { ada } = general;
    await makeRoom(ada, "Elsewhere");
    await mayWrite(ada);
    const elsewhere = ada.url();
    for (const script of ["Rooms", "lazy_parts"]) {
      const held = Promise.withResolvers<void>();
      await ada.route(new RegExp(`/${script}\\b[^/]*\\.js`), async (route) => {
        await held.promise;
        await route.continue();
      });
      await ada.goto("/rooms/general", { waitUntil: "commit" });
      await box(ada).focus();
      if (script === "lazy_parts") {
        // Alive by then: a link to another room would load its page.
        await box(ada).fill("…");
        await sendButton(ada).and(ada.locator(":enabled")).waitFor();
        await box(ada).fill("");
      }
      const file = (name: string) => ({ name, bytes: bytesOf(name) });
      for (const how of ["drop", "paste"] as const) {
        assert(await give(ada, how, [file(`${script}, ${how}`)]));
      }
      assertEquals(await ada.getByRole("alert").count(), 0);
      if (script === "lazy_parts") {
        await ada.getByRole("link", { name: "Elsewhere" }).click();
        await ada.waitForURL(elsewhere);
        assert(await give(ada, "drop", [file("For elsewhere")]));
      }
      held.resolve();
      if (script === "Rooms") {
        await mayWrite(ada);
        await filesAreKept(ada, 2);
      }
    }
    const exact = { exact: true };
    await attached(ada).getByText("For elsewhere", exact).waitFor();
    assertEquals(await attached(ada).count(), 1);
    await ada.goBack();
    for (const how of ["drop", "paste"]) {
      for (const script of ["Rooms", "lazy_parts"]) {
        await attached(ada).getByText(`${script}, ${how}`, exact)
          .waitFor();
      }
    }
    assertEquals(await attached(ada).count(), 4);
  },
);

browserTest(
  "A text that is sent while files that were given to its room still wait goes with them (A24)",
  async (device) => {
    await using general = await onePerson(device, { serviceWorkers: "block" });
    const { ada } = general;
    const held = Promise.withResolvers<void>();
    await ada.route(/\/lazy_parts\b/, async (route) => {
      await held.promise;
      await route.continue();
    });
    await ada.goto("/rooms/general", { waitUntil: "commit" });
    await box(ada).focus();
    await give(ada, "drop", [{ name: "map.txt", bytes: bytesOf("North") }]);
    await box(ada).fill("Here it is");
    await sendButton(ada).and(ada.locator(":enabled")).press("Enter");
    held.resolve();
    await messages(ada, "Here it is", "sent")
      .getByRole("link", { name: "map.txt" }).waitFor();
    await attached(ada).waitFor({ state: "detached" });
  },
);

browserTest(
  "A file that is dropped where no room takes it is refused in words, but on a box for files (A24)",
  async (device) => {
    await using general = await onePerson(device);
    const { ada, server } = general;
    const bob = await Writer.signIn(server.url, "Bob");
    const { userID } = bob.person;
    const direct = await (await Writer.of(ada)).person.post("/api/messages", {
      people: [{ id: userID }],
    });
    const [, alone] = direct.body.space.split(":");
    const deleted = await bob.person.ask("/api/account", {
      method: "DELETE",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ name: "Bob" }),
    });
    assertEquals(deleted.status, 204);
    for (const page of ["/rooms/nowhere", `/rooms/${alone}`, "/import"]) {
      await ada.goto(page);
      const file = { name: "a.txt", bytes: bytesOf("a") };
      const alert = ada.getByRole("alert").getByText("in an open room");
      const boxes = ada.locator("input[type=file]:enabled");
      if (page === "/import") {
        await boxes.first().focus();
        assert(!await give(ada, "drop", [file]));
        assertEquals(await alert.count(), 0);
        await boxes.first().blur();
      }
      while (await alert.count() === 0) {
        assert(await give(ada, "drop", [file]));
      }
    }
  },
);

browserTest(
  "A picture that is on its way is shown from here at once, however slow the disk is (A26)",
  async (device) => {
    await using general = await onePerson(
      device,
      undefined,
      (page) =>
        page.addInitScript(() => {
          const { databases } = indexedDB;
          indexedDB.databases = async () => {
            await new Promise((resolve) => setTimeout(resolve, 700));
            return await databases.call(indexedDB);
          };
        }),
    );
    const { ada, server } = general;
    const mend = await failRequests(ada, PUSHES);
    const bytes = await photo(ada, 1200, 900);
    await box(ada).focus();
    await ada.keyboard.press("Shift");
    await ada.getByRole("button", { name: "Attach" }).waitFor();
    await give(ada, "paste", [{ name: "sun.jpg", bytes }]);
    await attached(ada).first().waitFor();
    const asked: string[] = [];
    ada.on("request", (request) => asked.push(request.url()));
    await ada.getByRole("button", { name: "Send" }).click();
    const sun = messages(ada, "", "pending")
      .getByRole("img", { name: "sun.jpg" });
    await sun.and(ada.locator("[src^='blob:']")).waitFor();
    await log(ada).locator("[data-state=pending]:not(:has(progress))")
      .getByRole("img").waitFor();
    mend();
    await messages(ada, "", "sent").getByRole("img", { name: "sun.jpg" })
      .waitFor();
    assertEquals(asked.filter((url) => url.includes("/api/files/")), []);

    // An edit that is on its way takes no picture away, on another device neither.
    const phone = await device(server.url);
    await phone.context().addCookies(await ada.context().cookies());
    await phone.goto("/rooms/general");
    await mayWrite(phone);
    const mendAgain = await failRequests(phone, PUSHES);
    await messages(phone, "", "sent").hover();
    await messages(phone).getByRole("button", { name: "Edit" }).click();
    await phone.getByRole("form", { name: "Edit message" })
      .getByRole("textbox").fill("The sun");
    await phone.keyboard.press("Enter");
    await messages(phone, "The sun", "pending")
      .getByRole("img", { name: "sun.jpg" }).waitFor();
    mendAgain();
    await messages(phone, "The sun", "sent")
      .getByRole("img", { name: "sun.jpg" }).waitFor();
  },
);

browserTest(
  "Files are pasted, dropped and chosen, several at once, described and taken back, and are there for all with nothing of where they were taken (A24, A25)",
  async (device) => {
    await using general = await twoPeople(device);
    const { ada, bob } = general;
    const picture = await photo(ada, 1200, 900);
    assert(String.fromCharCode(...picture).includes("52.5163N"));

    await box(ada).focus();
    await ada.keyboard.press("Shift");
    await ada.getByRole("button", { name: "Attach" }).waitFor();
    assert(!await give(ada, "paste", [{ name: "a.png", bytes: picture }], "x"));
    assertEquals(await attached(ada).count(), 0, "A text stays a text");
    await give(ada, "paste", [{ name: "sun.jpg", bytes: picture }]);
    await give(ada, "drop", [
      { name: "notes.txt", bytes: bytesOf("Two lines\nof notes") },
      { name: "wrong.txt", bytes: bytesOf("not this one") },
    ]);
    await attached(ada).nth(2).waitFor();
    await ada.getByRole("button", { name: "Remove wrong.txt" }).click();
    const chooser = ada.waitForEvent("filechooser");
    await ada.getByRole("button", { name: "Attach" }).click();
    await (await chooser).setFiles({
      name: "broken.png",
      mimeType: "image/png",
      buffer: Buffer.from([
        ...[0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0, 13],
        ...[0x49, 0x48, 0x44, 0x52, 0, 0, 0, 9, 0, 0, 0, 9, 8, 6, 0, 0, 0],
        ...new Uint8Array(40),
      ]),
    });
    await attached(ada).nth(2).waitFor();
    await ada.getByRole("textbox", { name: /sun.jpg$/ })
      .fill("A golden sun in the sea");
    await ada.getByRole("button", { name: "Send" }).click();

    for (const page of [ada, bob]) {
      const message = messages(page, "notes.txt", "sent");
      await message.waitFor();
      const sun = message.getByRole("img", { name: "A golden sun" });
      await sun.waitFor();
      // Its size is known before it is there.
      const [width, height] = await Promise.all(
        ["width", "height"].map((name) => sun.getAttribute(name)),
      );
      assertEquals([width, height], ["400", "300"]);
      assertEquals(await message.locator(".files a").count(), 3);
      // A broken one stands as a file.
      await message.getByRole("link", { name: "broken.png" }).getByText("kB")
        .waitFor();
    }
    const theirs = messages(bob, "notes.txt", "sent");
    const notes = theirs.getByRole("link", { name: "notes.txt" });
    assertEquals(sha(await served(notes)), sha(bytesOf("Two lines\nof notes")));
    // One that is gone by then does not replace the page.
    await notes.evaluate((link) => (link as HTMLAnchorElement).href += "0");
    const lost = bob.waitForEvent("download");
    await notes.click();
    assert(await (await lost).failure());
    await notes.waitFor();
    const sun = await served(theirs.locator("a.picture").first());
    assert(!new TextDecoder("latin1").decode(sun).includes("52.5163N"));
    assertEquals(sun.slice(0, 2).join(), "255,216");

    // The page arrives with them, before any script.
    const html = await (await bob.request.get("/rooms/general")).text();
    assertMatch(html, /<a class="picture"[^>]*><img[^>]*alt="A golden sun/);

    await send(ada, "And one more:");
    await messages(ada, "And one more", "sent").waitFor();
    await give(ada, "paste", [{
      name: "moon.jpg",
      bytes: await photo(ada, 300, 800),
    }]);
    await attached(ada).first().waitFor();
    await ada.keyboard.press("Enter");
    await messages(ada, "", "sent").getByRole("img", { name: "moon.jpg" })
      .waitFor();

    // The viewer, by keys.
    const viewer = ada.getByRole("dialog");
    await log(ada).getByRole("img", { name: "A golden sun" }).click();
    await ada.getByRole("dialog", { name: "Picture 1 of 2" }).waitFor();
    await viewer.getByRole("img", { name: "A golden sun" }).waitFor();
    await ada.keyboard.press("ArrowRight");
    await ada.getByRole("dialog", { name: "Picture 2 of 2" }).waitFor();
    await viewer.getByRole("img", { name: "moon.jpg" }).waitFor();
    await ada.keyboard.press("ArrowLeft");
    await ada.getByRole("dialog", { name: "Picture 1 of 2" }).waitFor();
    await ada.keyboard.press("Escape");
    await viewer.waitFor({ state: "detached" });

    // Elsewhere nothing takes them, which is said, and the page stays.
    await bob.goto("/");
    await bob.getByRole("searchbox", { name: "Find a room" }).waitFor();
    const isCaught = () => give(bob, "drop", [{ name: "x", bytes: [1] }]);
    while (!await isCaught());
    await bob.getByRole("alert").getByText("in an open room").waitFor();
    await bob.getByRole("searchbox", { name: "Find a room" }).fill("General");
    await bob.getByRole("main").getByText("1 file").waitFor();

    // They are found by their names, and seen without a network.
    await bob.goto("/rooms/general");
    await roomIsStored(bob, "/rooms/general", "moon.jpg");
    await bob.reload();
    await mayWrite(bob);
    await bob.evaluate(async () => {
      const stored = async () => await (await caches.open("pictures-1")).keys();
      while ((await stored()).length < 2) {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    });
    await bob.context().setOffline(true);
    await bob.reload();
    const moon = log(bob).getByRole("img", { name: "moon.jpg" });
    await moon.waitFor();
    await bob.waitForFunction(
      (image) => (image as HTMLImageElement).naturalWidth === 300,
      await moon.elementHandle(),
    );
    await mayWrite(bob);
    await bob.getByRole("button", { name: "Search" }).click();
    await bob.getByRole("searchbox", { name: "Search messages" }).fill("moon");
    await bob.getByRole("dialog").getByText("1 file: moon.jpg").waitFor();
  },
);

browserTest(
  "What the server refuses is said with its reason, can be saved, tried again and discarded, and an upload can be cancelled (A26)",
  async (device) => {
    await using server = await startServer({ MAX_FILE_MB: "1" });
    const ada = await device(server.url);
    await enter(ada, "Ada");
    await ada.keyboard.press("Shift");
    await ada.getByRole("button", { name: "Attach" }).waitFor();
    const large = Array.from({ length: 1_000_001 }, (_, i) => i % 251);
    await give(ada, "drop", [{ name: "large.bin", bytes: large }]);
    await attached(ada).first().waitFor();
    await box(ada).fill("Too much?");
    await ada.keyboard.press("Enter");
    const refused = messages(ada, "Too much?", "failed");
    await refused.getByRole("alert").getByText("at most 1 MB").waitFor();
    const saving = ada.waitForEvent("download");
    await refused.getByRole("link", { name: "Save large.bin" }).click();
    assertEquals((await saving).suggestedFilename(), "large.bin");
    await refused.getByRole("button", { name: "Retry" }).click();
    await refused.getByRole("alert").getByText("at most 1 MB").waitFor();
    await refused.getByRole("button", { name: "Discard" }).click();
    await refused.waitFor({ state: "detached" });

    await ada.route("**/api/uploads/*/*", (route) => route.abort());
    await give(ada, "drop", [{ name: "small.bin", bytes: large.slice(0, 9) }]);
    await attached(ada).first().waitFor();
    await ada.keyboard.press("Enter");
    const waiting = messages(ada, "small.bin", "pending");
    await waiting.getByRole("progressbar").waitFor();
    await send(ada, "A text goes out at once");
    await messages(ada, "A text goes", "sent").waitFor();
    assertEquals(
      await log(ada).getByRole("article").last().getAttribute("data-state"),
      "pending",
      "What is on its way stands last",
    );
    const leaving = await ada.context().newPage();
    await leaving.goto("/signout");
    await leaving.getByText("1 message has not been sent").waitFor();
    await leaving.close();
    await waiting.getByRole("button", { name: "Cancel upload" }).click();
    await waiting.waitFor({ state: "detached" });
    await ada.unrouteAll();
    await ada.reload();
    await connection(ada, "Online").waitFor();
    assertEquals(await messages(ada, "small.bin").count(), 0);
  },
);

browserTest(
  "A room that takes no more files and a device that is full are said as that, and what was attached is still there (A24, A26)",
  async (device) => {
    await using server = await startServer({ ROOM_FILES_MB: "1" });
    const bob = await device(server.url);
    await enter(bob, "Bob");
    const bytes = (n: number) => Array.from({ length: n }, (_, i) => i % 251);
    await box(bob).focus();
    await bob.getByRole("button", { name: "Attach" }).waitFor();
    const sendFile = async (name: string, length: number) => {
      await give(bob, "drop", [{ name, bytes: bytes(length) }]);
      await attached(bob).getByText("kB").waitFor();
      await bob.keyboard.press("Enter");
    };
    await sendFile("first.bin", 700_000);
    await messages(bob, "first.bin", "sent").waitFor();
    await sendFile("second.bin", 400_001);
    const full = messages(bob, "second.bin", "failed");
    await full.getByRole("alert").getByText("can't take more files").waitFor();
    await full.getByRole("button", { name: "Discard" }).click();
    await full.waitFor({ state: "detached" });

    // The device is full.
    await bob.evaluate(() => {
      const { add } = IDBObjectStore.prototype;
      IDBObjectStore.prototype.add = function (...args) {
        IDBObjectStore.prototype.add = add; // once
        if (this.transaction.db.name !== "uploads") {
          return add.apply(this, args);
        }
        throw new DOMException("It is full.", "QuotaExceededError");
      };
    });
    await give(bob, "drop", [{ name: "third.bin", bytes: bytes(9_000) }]);
    await attached(bob).getByText("kB").waitFor();
    await box(bob).fill("With a text");
    await bob.keyboard.press("Enter");
    await bob.getByRole("form", { name: "Send message" }).getByRole("alert")
      .getByText("no room for this on the device").waitFor();
    assertEquals(await box(bob).inputValue(), "With a text");
    assertEquals(await attached(bob).count(), 1);
    await bob.keyboard.press("Enter");
    await messages(bob, "With a text", "sent").waitFor();
  },
);

browserTest(
  "What waits for a room that is gone by then is saved from the device, by keys too, and discarded with its files in all tabs (A8, A26)",
  async (device) => {
    await using server = await startServer();
    const bob = await device(server.url);
    await enter(bob, "Bob");
    await bob.request.post("/api/rooms", {
      data: { name: "Shed", visibility: "private" },
    });
    await enter(bob, "Bob", "Shed");
    const [held, goOn] = [0, 1].map(() => Promise.withResolvers<void>());
    await bob.context().route(PUSHES, async (route) => {
      if (route.request().postData()?.includes("late.txt")) {
        held.resolve();
        await goOn.promise;
      }
      await route.continue();
    });
    await give(bob, "drop", [
      { name: "late.txt", bytes: bytesOf("Too late") },
      { name: "sun.jpg", bytes: await photo(bob, 400, 300) },
    ]);
    await attached(bob).nth(1).getByRole("textbox").waitFor();
    await bob.keyboard.press("Enter");
    await held.promise;
    const tab = await bob.context().newPage();
    await tab.goto(bob.url());
    await messages(tab, "late.txt", "pending").waitFor();
    const { origin, pathname } = new URL(bob.url());
    const answer = await bob.request.delete(`/api${pathname}/members/me`, {
      headers: { origin },
    });
    assertEquals(answer.status(), 204);
    goOn.resolve();
    await bob.getByText("This room is gone, or you are no longer").waitFor();
    const late = messages(bob, "late.txt", "pending");
    const saving = bob.waitForEvent("download");
    await late.getByRole("link", { name: "late.txt" }).press("Enter");
    const saved = await saving;
    assertEquals(saved.suggestedFilename(), "late.txt");
    assertEquals(await Deno.readTextFile(await saved.path()), "Too late");
    await late.getByRole("link", { name: "sun.jpg" }).press("Enter");
    const viewer = bob.getByRole("dialog", { name: "Picture" });
    const download = bob.waitForEvent("download");
    await viewer.getByRole("link", { name: "Download" }).press("Enter");
    assertEquals((await download).suggestedFilename(), "sun.jpg");
    await bob.keyboard.press("Escape");
    await bob.getByRole("button", { name: "Copy", exact: true }).click();
    await bob.getByText("There is no text to copy.").waitFor();
    const space = `room:${pathname.split("/").at(-1)}`;
    await copyIsStored(bob, space, "late.txt");
    await bob.getByRole("button", { name: "Discard" }).click();
    await bob.getByRole("dialog", { name: "Discard 1 change?" })
      .getByRole("button", { name: "Discard" }).click();
    for (const page of [bob, tab]) {
      await messages(page, "late.txt").waitFor({ state: "detached" });
    }
    await areStored(bob, "uploads", "messages", 0);
    await copyIsRemoved(bob, space);
  },
);

browserTest(
  "Nothing is uploaded any more for a room that is gone, and once it is back what waits is sent, whole and once (A26)",
  async (device) => {
    await using general = await twoPeople(device);
    const { ada, bob } = general;
    const gone = Promise.withResolvers<void>();
    const comeBack = await failRequests(ada, PUSHES, async (route) => {
      await gone.promise;
      const json = { error: "unknown-space", message: "It is not there." };
      await route.fulfill({ status: 404, json });
    });
    await box(ada).focus();
    await ada.getByRole("button", { name: "Attach" }).waitFor();
    const sendFiles = async (...names: string[]) => {
      await give(
        ada,
        "drop",
        names.map((name) => ({ name, bytes: bytesOf(`This is ${name}`) })),
      );
      await attached(ada).nth(names.length - 1).getByText("kB").waitFor();
      await ada.keyboard.press("Enter");
    };
    await sendFiles("up.txt");
    await messages(ada, "up.txt", "pending")
      .and(ada.locator(":not(:has(progress))")).waitFor();
    // The first of two files goes up, the second does not.
    let begun = 0;
    const mendUploads = await failRequests(
      ada,
      /\/api\/uploads$/,
      (route) => begun++ === 0 ? route.continue() : route.abort(),
    );
    await sendFiles("one.txt", "two.txt");
    const two = messages(ada, "two.txt", "pending");
    await two.getByText("Uploading: 50 %").waitFor();
    gone.resolve();
    const refused = messages(ada, "two.txt", "failed");
    await refused.getByRole("alert").getByText("This room is gone").waitFor();
    for (const name of ["one.txt", "two.txt"]) {
      const saving = ada.waitForEvent("download");
      await refused.getByRole("link", { name: `Save ${name}` }).press("Enter");
      assertEquals(
        await Deno.readTextFile(await (await saving).path()),
        `This is ${name}`,
      );
    }

    mendUploads();
    comeBack();
    await ada.getByRole("button", { name: "Try again" }).click();
    await messages(ada, "up.txt", "sent").waitFor();
    await refused.getByRole("button", { name: "Retry" }).click();
    for (const page of [ada, bob]) {
      for (const name of ["up.txt", "one.txt", "two.txt"]) {
        const message = messages(page, name, "sent");
        await message.waitFor();
        assertEquals(await messages(page, name).count(), 1);
        const link = message.getByRole("link", { name });
        assertEquals(sha(await served(link)), sha(bytesOf(`This is ${name}`)));
      }
    }
    await areStored(ada, "uploads", "messages", 0);
  },
);

browserTest(
  "What is attached outlives the page with what its sender says of it, in one tab at a time, and is sent once (A24)",
  async (device) => {
    await using general = await onePerson(device);
    const { ada } = general;
    await box(ada).focus();
    await ada.getByRole("button", { name: "Attach" }).waitFor();
    await give(ada, "drop", [
      { name: "sun.jpg", bytes: await photo(ada, 400, 300) },
      { name: "notes.txt", bytes: bytesOf("Notes") },
      { name: "wrong.txt", bytes: bytesOf("not this one") },
    ]);
    await ada.getByRole("textbox", { name: /sun.jpg$/ }).fill("A golden sun");
    await ada.getByRole("button", { name: "Remove wrong.txt" }).click();
    await box(ada).fill("From my walk");
    await filesAreKept(ada, 2);

    // While its tab is open no other one has them.
    const second = await ada.context().newPage();
    await second.addInitScript(() => {
      const { locks } = navigator;
      const request = locks.request.bind(locks);
      locks.request = async (name: string, ...rest: unknown[]) => {
        await (request as (...all: unknown[]) => Promise<unknown>)(
          name,
          ...rest,
        );
        if (!name.startsWith("taking up/")) return;
        document.documentElement.dataset.looked = "yes";
      };
    });
    await second.goto(ada.url());
    for (let visit = 0; visit < 2; visit++) {
      await second.reload();
      await second.locator("html[data-looked]").waitFor();
    }
    assertEquals(await attached(second).count(), 0);
    await ada.reload();
    await attached(ada).nth(1).waitFor();
    assertEquals(
      await ada.getByRole("textbox", { name: /sun.jpg$/ }).inputValue(),
      "A golden sun",
    );
    await second.goto("/signout");
    await second.getByText("1 draft").waitFor();
    await ada.close();

    // Another one takes them up once it is closed.
    await second.goto("/rooms/general");
    await attached(second).getByText("notes.txt", { exact: true }).waitFor();
    await second.getByRole("button", { name: "Remove notes.txt" }).click();
    await filesAreKept(second, 1);
    await second.reload();
    await attached(second).waitFor();
    assertEquals(await box(second).inputValue(), "From my walk");
    await second.getByRole("button", { name: "Send" }).click();
    const sent = messages(second, "From my walk", "sent");
    await sent.getByRole("img", { name: "A golden sun" }).waitFor();
    await filesAreKept(second, 0);
    await second.reload();
    await second.keyboard.press("Shift");
    await second.getByRole("button", { name: "Attach" }).waitFor();
    assertEquals(await attached(second).count(), 0);

    // Who dies between sending and forgetting does not have them again.
    await second.route("**/api/uploads", (route) => route.abort());
    await give(
      second,
      "drop",
      Array.from({ length: 12 }, (_, i) => ({
        ...{ name: `${i}.txt`, bytes: bytesOf(`${i}`) },
      })),
    );
    const names = () => attached(second).locator("bdi").allTextContents();
    const ten = Array.from({ length: 10 }, (_, i) => `${i}.txt`);
    await filesAreKept(second, 10);
    await second.reload();
    await attached(second).nth(9).waitFor();
    assertEquals(await names(), ten);
    await give(second, "drop", [{ name: "more.txt", bytes: [1] }]);
    assertEquals(await names(), ten);
    await box(second).fill("In a moment");
    await second.evaluate(() => {
      const { delete: remove } = IDBObjectStore.prototype;
      IDBObjectStore.prototype.delete = function (key) {
        if (this.transaction.db.name !== "attached") {
          return remove.call(this, key);
        }
        throw new Error("The page dies");
      };
      const { removeItem } = Storage.prototype;
      Storage.prototype.removeItem = function (key) {
        if (!key.includes("/leaving/")) removeItem.call(this, key);
      };
    });
    await second.getByRole("button", { name: "Send" }).click();
    const going = messages(second, "In a moment", "pending");
    await going.waitFor();
    await second.reload();
    await going.waitFor();
    await filesAreKept(second, 0);
    assertEquals([
      await attached(second).count(),
      await box(second).inputValue(),
    ], [0, ""]);
    await going.getByRole("button", { name: "Cancel upload" }).click();
    await going.waitFor({ state: "detached" });

    // A text beside files may be taken away, one without may not.
    await sent.hover();
    await sent.getByRole("button", { name: "Edit" }).click();
    const edit = second.getByRole("form", { name: "Edit message" });
    await edit.getByRole("textbox").fill("");
    await edit.getByRole("button", { name: "Save" }).click();
    await edit.waitFor({ state: "detached" });
    await messages(second, "", "sent").getByText("(edited)").waitFor();
    assertEquals(await messages(second, "From my walk").count(), 0);
    await send(second, "Only a text");
    await messages(second, "Only a text", "sent").hover();
    await messages(second, "Only a text").getByRole("button", { name: "Edit" })
      .click();
    await edit.getByRole("textbox").fill("");
    assert(await edit.getByRole("button", { name: "Save" }).isDisabled());
  },
);

browserTest(
  "Files that are sent without a network survive two closed browsers, and arrive once and whole, though a server dies in the middle (A26)",
  async (device) => {
    const folder = await Deno.makeTempDir();
    const kept = { DENO_KV_PATH: `${folder}/kvetch.sqlite3` };
    const profile = `${folder}/profile`;
    let open: BrowserContext | undefined;
    try {
      let url: string;
      {
        await using server = await startServer(kept);
        url = server.url;
        open = await openBrowser(profile, { baseURL: url });
        const ada = await open.newPage();
        await enter(ada, "Ada");
        await roomIsStored(ada, "/rooms/general");
        await open.close();
      }
      const bytes = Array.from({ length: 3_000_000 }, (_, i) => i * i % 253);

      open = await openBrowser(profile, { baseURL: url });
      const ada = await open.newPage();
      await ada.goto("/rooms/general");
      await mayWrite(ada);
      await ada.getByRole("button", { name: "Attach" }).waitFor();
      await give(ada, "drop", [{ name: "film.bin", bytes }]);
      await attached(ada).getByText("MB").waitFor();
      await box(ada).fill("From the tunnel");
      await ada.keyboard.press("Enter");
      await messages(ada, "From the tunnel", "pending")
        .getByRole("progressbar").waitFor();
      await open.close();

      // The second time it is closed in the middle of the upload.
      {
        await using _server = await startServer({
          ...kept,
          PORT: new URL(url).port,
        });
        open = await openBrowser(profile, { baseURL: url });
        let pieces = 0;
        const some = Promise.withResolvers<void>();
        await open.route("**/api/uploads/*/*", async (route) => {
          if (++pieces > 20) return some.resolve(); // it hangs
          await route.continue();
        });
        const again = await open.newPage();
        await again.goto("/rooms/general");
        await mayWrite(again);
        await some.promise;
        const second = await open.newPage();
        await second.goto("/rooms/general");
        await mayWrite(second);
        await messages(second, "From the tunnel", "pending").waitFor();
        await open.close();
      }

      await using _server = await startServer({
        ...kept,
        PORT: new URL(url).port,
      });
      const bob = await device(url);
      await enter(bob, "Bob");
      assertEquals(await messages(bob, "From the tunnel").count(), 0);
      open = await openBrowser(profile, { baseURL: url });
      let put = 0;
      open.on("request", (request) => {
        if (request.method() === "PUT") put++;
      });
      const pages = [await open.newPage(), await open.newPage()];
      for (const page of pages) {
        await page.goto("/rooms/general");
        await mayWrite(page);
      }
      for (const page of [...pages, bob]) {
        await messages(page, "From the tunnel", "sent").waitFor();
        assertEquals(await messages(page, "From the tunnel").count(), 1);
      }
      const all = Math.ceil(bytes.length / PIECE_BYTES);
      assert(put < all, `${put} of ${all} pieces, as some were there`);
      const link = messages(bob, "From the tunnel")
        .getByRole("link", { name: "film.bin" });
      assertEquals(sha(await served(link)), sha(bytes));
    } finally {
      await open?.close();
      await Deno.remove(folder, { recursive: true });
    }
  },
);

browserTest(
  "A file that the server has lost before its message came goes up again, and the message is there once (A26)",
  async (device) => {
    await using general = await twoPeople(device);
    const { ada, bob } = general;
    const bytes = Array.from({ length: 100_000 }, (_, i) => i % 249);
    const [held, goOn] = [0, 1].map(() => Promise.withResolvers<void>());
    await ada.route("**/api/replicache/push?*", async (route) => {
      if (route.request().postData()?.includes("lost.bin")) {
        held.resolve();
        await goOn.promise;
      }
      await route.continue();
    });
    await box(ada).focus();
    await ada.getByRole("button", { name: "Attach" }).waitFor();
    await give(ada, "drop", [{ name: "lost.bin", bytes }]);
    await attached(ada).getByText("kB").waitFor();
    await ada.keyboard.press("Enter");
    await held.promise;
    const { origin } = new URL(ada.url());
    const answer = await ada.request.delete(`/api/uploads/${sha(bytes)}`, {
      headers: { origin },
    });
    assertEquals(answer.status(), 204);
    goOn.resolve();
    for (const page of [ada, bob]) {
      await messages(page, "lost.bin", "sent").waitFor();
      assertEquals(await messages(page, "lost.bin").count(), 1);
    }
    const link = messages(bob, "lost.bin").locator(".files a");
    assertEquals(sha(await served(link)), sha(bytes));
  },
);
