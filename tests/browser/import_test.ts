// Exporting a room, importing rooms from files and from Slack, and one's own data, in the browser.
import { assert, assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import type { ElementHandle, Locator, Page, Route } from "playwright-core";
import { browserTest } from "../support/browser.ts";
import { failRequests } from "../support/failing_requests.ts";
import {
  enter,
  makeRoom,
  mayWrite,
  messages,
  send,
} from "../support/room_page.ts";
import { startServer } from "../support/server.ts";
import { slackExport } from "../support/slack_export.ts";
import { exportOf, said } from "../support/transfer.ts";
import { zip } from "../support/zip.ts";

const CHUNKS = /\/api\/imports\/[^/]*$/;

const file = (page: Page) => page.getByLabel("File", { exact: true });
const button = (page: Page) => page.getByRole("button", { name: "Import" });
const result = (page: Page, name: string) =>
  page.getByRole("main").getByRole("link", { name, exact: true });

/** Opens the page as somebody who is signed in, and waits until it is alive. */
async function open(page: Page): Promise<void> {
  await page.goto("/import");
  await file(page).and(page.locator(":enabled")).waitFor();
}

const signedIn = (page: Page, name = "Ada") =>
  page.request.post("/api/session", { data: { name } });

async function withFile(
  name: string,
  content: string | Uint8Array,
  fn: (path: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/${name}`;
    await Deno.writeFile(path, Buffer.from(content));
    await fn(path);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Waits until it is seen without scrolling. */
async function inWindow(element: Locator): Promise<void> {
  const node = await element.elementHandle();
  await element.page().waitForFunction((node) => {
    const { top, bottom } = node!.getBoundingClientRect();
    return top >= 0 && bottom <= innerHeight;
  }, node as ElementHandle<Element>);
}

const LARGE = exportOf(
  Array.from(
    { length: 4_500 },
    (_, i) => said(`m${i}`, { content: `This is ${i}. ${"x".repeat(150)}` }),
  ),
);

/** The chunks that a page sends: the number of the first line of each. */
function watchChunks(page: Page): number[] {
  const lines: number[] = [];
  page.on("request", (request) => {
    if (
      /\/api\/imports\/\w+$/.test(request.url()) && request.method() === "POST"
    ) {
      lines.push(request.postDataJSON().line);
    }
  });
  return lines;
}

browserTest(
  "An owner saves a room as a file, another imports it, and sees whose messages came from elsewhere (T100, T101)",
  async (device) => {
    await using server = await startServer();
    const [ada, bob] = [await device(server.url), await device(server.url)];
    await enter(ada, "Ada");
    await makeRoom(ada, "Nest");
    await mayWrite(ada);
    await send(ada, "Said in the nest");
    await messages(ada, "Said in the nest", "sent").waitFor();
    await ada.goto(`${ada.url()}/people`);
    const download = ada.waitForEvent("download");
    await ada.getByRole("link", { name: "Export the room" }).click();
    const path = await (await download).path();

    await signedIn(bob, "Bob");
    await bob.goto("/new");
    await bob.getByRole("link", { name: /Import rooms/ }).click();
    await file(bob).and(bob.locator(":enabled")).waitFor();
    await file(bob).setInputFiles(path);
    await button(bob).click();
    const link = bob.getByRole("main").getByRole("link").nth(1);
    await link.click();
    await bob.waitForURL("/rooms/*");
    const message = messages(bob, "Said in the nest");
    await message.getByText("imported", { exact: true }).waitFor();
    await message.getByText("Ada", { exact: true }).waitFor();
    await mayWrite(bob);
    await send(bob, "Going on here");
    await messages(bob, "Going on here", "sent").waitFor();
    assertEquals(
      await messages(bob, "Going on here").getByText("imported").count(),
      0,
    );
  },
);

browserTest(
  "An import goes on where it was when its page was closed in the middle, and has each message once (T102)",
  async (device) => {
    await using server = await startServer();
    const ada = await device(server.url);
    await signedIn(ada);
    await withFile("nest.jsonl", LARGE, async (path) => {
      const first = await ada.context().newPage();
      await open(first);
      const { promise: held, resolve: holds } = Promise.withResolvers<Route>();
      let count = 0;
      // The server has taken the third chunk, and the page never knows.
      await first.route(CHUNKS, async (route) => {
        if (++count < 3) return await route.continue();
        await route.fetch();
        holds(route);
      });
      await file(first).setInputFiles(path);
      await button(first).click();
      await held;
      const bar = first.getByRole("progressbar", { name: "Import" });
      const part = await bar.evaluate((bar: HTMLProgressElement) => bar.value);
      assert(part > 0 && part < 1, `${part}`);
      await first.close();

      await open(ada);
      const lines = watchChunks(ada);
      await file(ada).setInputFiles(path);
      await button(ada).click();
      await result(ada, "Nest").waitFor();
      assert(lines[0] > 2_000, `${lines}`);
      await ada.getByText("4,500 messages").waitFor();
      // Chosen once more, it is there already.
      await open(ada);
      await file(ada).setInputFiles(path);
      await button(ada).click();
      const link = result(ada, "Nest");
      const address = await link.getAttribute("href");
      await link.click();
      await messages(ada, "This is 4499.").waitFor();
      const { rooms } = await (await ada.request.get("/api/rooms")).json();
      const nests = rooms.filter(({ name }: { name: string }) =>
        name === "Nest"
      );
      assertEquals(nests.length, 1);
      assertEquals(nests[0].messageCount, 4_500);
      assertEquals(nests[0].unread, 0);
      assertEquals(address, `/rooms/${nests[0].roomID}`);
    });
  },
);

browserTest(
  "An import waits for the network, is stopped, and goes on (T102)",
  async (device) => {
    await using server = await startServer();
    const ada = await device(server.url);
    await signedIn(ada);
    await open(ada);
    await withFile("nest.jsonl", LARGE, async (path) => {
      await file(ada).setInputFiles(path);
      await button(ada).and(ada.locator(":enabled")).waitFor();
      const refused = ada.waitForEvent("requestfailed");
      await ada.context().setOffline(true);
      await button(ada).click();
      await refused;
      // Where one looks, and where the focus is.
      const waiting = ada.getByRole("status")
        .filter({ hasText: "Waiting for a connection" });
      await waiting.waitFor();
      await inWindow(waiting);
      await ada.locator(".outcome:focus-within").waitFor();
      await ada.context().setOffline(false);
      const { promise: held, resolve: holds } = Promise.withResolvers<void>();
      // Unanswered.
      const goOn = await failRequests(
        ada,
        CHUNKS,
        () => Promise.resolve(holds()),
      );
      await held;
      await ada.getByRole("button", { name: "Stop" }).click();
      await ada.getByRole("alert").filter({ hasText: "stopped" }).waitFor();
      goOn();
      await button(ada).click();
      await result(ada, "Nest").waitFor();
      await ada.getByText("4,500 messages").waitFor();
      await inWindow(ada.getByText("4,500 messages"));
      await ada.locator(".outcome:focus").waitFor();
    });
  },
);

browserTest(
  "Slack's ZIP file shows its channels, and those that are chosen become rooms with threads and reactions (T107)",
  async (device) => {
    await using server = await startServer();
    const ada = await device(server.url);
    await signedIn(ada);
    await open(ada);
    const content = await zip(
      [...slackExport()].map(([path, content]) => ({ path, content })),
    );
    await file(ada).setInputFiles({
      name: "export.zip",
      mimeType: "application/zip",
      buffer: Buffer.from(content),
    });
    await ada.getByRole("checkbox", { name: "secret-plans" }).uncheck();
    await button(ada).click();
    await result(ada, "random").waitFor();
    assertEquals(await result(ada, "secret-plans").count(), 0);
    await result(ada, "general").click();
    const reply = messages(ada, "The next day");
    await reply.getByText("A thread <here>").waitFor(); // what it answers
    const thread = messages(ada, "A thread").first();
    await thread.locator("strong", { hasText: "thread" }).waitFor();
    await thread.getByRole("button", { name: "👍 3" }).waitFor();
    await messages(ada, "The plan").getByRole("link", { name: "The plan" })
      .waitFor();
  },
);

browserTest(
  "What can't be read is named by its place; nothing of that room is imported, or the rest, as asked (T103, T107)",
  async (device) => {
    await using server = await startServer();
    const ada = await device(server.url);
    await signedIn(ada);
    await open(ada);
    const folder = await Deno.makeTempDir();
    try {
      const files = slackExport();
      files.set("random/2024-03-02.json", "[{");
      for (const [path, content] of files) {
        const place = `${folder}/${path}`;
        await Deno.mkdir(place.replace(/\/[^/]*$/, ""), { recursive: true });
        await Deno.writeTextFile(place, content);
      }
      const chooser = ada.getByLabel("Or the folder");
      await chooser.setInputFiles(folder);
      await ada.getByRole("checkbox", { name: "random" }).waitFor();
      await button(ada).click();
      await ada.getByRole("alert").filter({ hasText: "random" }).waitFor();
      await ada.getByText(/\/random\/2024-03-02\.json/).waitFor();
      await result(ada, "secret-plans").waitFor();
      assertEquals(await result(ada, "random").count(), 0);
      await ada.getByRole("checkbox", { name: "Leave out" }).check();
      await button(ada).click();
      await result(ada, "random").click();
      await messages(ada, "In random").waitFor();
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
    await open(ada);
    await file(ada).setInputFiles({
      name: "letter.zip",
      mimeType: "application/zip",
      buffer: Buffer.from("PK, dear Ada"),
    });
    await ada.getByRole("status").filter({ hasText: "damaged" }).waitFor();
    assert(await button(ada).isDisabled());
    const own = '{"kvetch":"person","format":1}\n'.repeat(23);
    for (const content of [own, "", "Dear Ada\n"]) {
      await file(ada).setInputFiles({
        name: "own.jsonl",
        mimeType: "application/x-ndjson",
        buffer: Buffer.from(content),
      });
      await ada.getByRole("status").getByText("not an export of a room")
        .waitFor();
      assert(await button(ada).isDisabled());
    }
  },
);

browserTest(
  "One's own data is saved from the settings, without a script as well (T106)",
  async (device) => {
    await using server = await startServer();
    const ada = await device(server.url, { javaScriptEnabled: false });
    await signedIn(ada);
    await ada.goto("/settings");
    const download = ada.waitForEvent("download");
    await ada.getByRole("link", { name: "Save your data" }).click();
    const text = await Deno.readTextFile(await (await download).path());
    const [head] = text.split("\n");
    assertEquals(JSON.parse(head).kvetch, "person");
    await ada.goto("/import");
    await ada.locator("noscript p").waitFor();
  },
);
