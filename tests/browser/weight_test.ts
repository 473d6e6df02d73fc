// How much a room loads before anybody touches it, and in which order.
import { assert, assertEquals } from "@std/assert";
import { browserTest } from "../support/browser.ts";
import { connection, messages, send } from "../support/room_page.ts";
import { sizeOf, watchScripts } from "../support/scripts.ts";
import { startServer } from "../support/server.ts";
import { onePerson } from "../support/two_people.ts";
import { watchWire } from "../support/wire.ts";
import { Writer } from "../support/writer.ts";

/**
 * In bytes. Upstream's runtime weighs 9 kB more than its stand-in, whatever an
 * app does: it revives parts of pages, too.
 */
const UPSTREAM_BYTES = import.meta.resolve("fresh").includes("/lib/standins/")
  ? 0
  : 10_000;
const MAX_BYTES = 70_000 + UPSTREAM_BYTES;

/** Of everything, headers too: a page and what it comes alive with. */
const MAX_ROOM_BYTES = 110_000 + UPSTREAM_BYTES;

/** What the page itself asks for. */
const OWN = ["theme.js", "fresh-runtime.js", "Device.js", "Rooms.js"];

/** Scripts, a request each: see `islands/parts/shared/shared_chunk.ts`. */
const MAX_SCRIPTS = 16;

browserTest(
  "A room with Markdown in it loads at most 70 kB of JavaScript in few scripts, all named by the page (T45), and the parser with the first touch",
  async (device) => {
    await using general = await onePerson(device);
    const { ada } = general;
    await send(ada, "**bold**");
    await messages(ada, "bold", "sent").waitFor();

    const tab = await ada.context().newPage();
    const loaded = watchScripts(tab);
    await tab.goto(ada.url());
    await connection(tab, "Online").waitFor();
    await messages(tab).getByRole("button", { name: "Reply" }).waitFor();
    assertEquals(await messages(tab).locator("strong").count(), 1);
    const scripts = await loaded();
    const size = sizeOf(scripts);
    assert(size <= MAX_BYTES, `${size}: ${JSON.stringify(scripts)}`);
    const { length } = scripts;
    assert(length <= MAX_SCRIPTS, `${length}: ${JSON.stringify(scripts)}`);
    // None but those that the page itself asks for waits for another to name it (T45).
    const named = await tab.locator("link[rel$=preload]").evaluateAll(
      (links) => links.map((link) => link.getAttribute("href")!),
    );
    assertEquals(
      [...named.map((path) => path.split("/").at(-1)!), ...OWN].sort(),
      scripts.map(({ name }) => name).sort(),
    );

    const parser = tab.waitForResponse(/parse_message/);
    await tab.mouse.move(100, 100);
    await parser;
  },
);

browserTest(
  "The first room that a browser opens is at most 110 kB on the wire, with all that it comes alive with (T25, T43)",
  async (device) => {
    await using server = await startServer();
    const bob = await Writer.signIn(server.url, "Bob");
    await bob.writeNumbered(1, 300);
    const ada = await device(server.url);
    await ada.request.post("/api/session", { data: { name: "Ada" } });
    const received = await watchWire(ada);
    const pulled = ada.waitForResponse("**/pull?space=user*");
    await ada.goto("/rooms/general");
    await connection(ada, "Online").waitFor();
    await (await pulled).finished();
    const files = received();
    const size = sizeOf(files);
    assert(size <= MAX_ROOM_BYTES, `${size}: ${JSON.stringify(files)}`);
    for (const name of ["general", "all.css", "Rooms.js", "pull"]) {
      assert(files.some((file) => file.name === name && file.size > 0), name);
    }
  },
);
