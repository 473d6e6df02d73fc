// How much JavaScript a room loads before anybody touches it.
import { assert, assertEquals } from "@std/assert";
import { browserTest } from "../support/browser.ts";
import { connection, messages, send } from "../support/room_page.ts";
import { sizeOf, watchScripts } from "../support/scripts.ts";
import { onePerson } from "../support/two_people.ts";

/**
 * In bytes. Upstream's runtime weighs 9 kB more than its stand-in, whatever an
 * app does: it revives parts of pages, too.
 */
const MAX_BYTES = import.meta.resolve("fresh").includes("/lib/standins/")
  ? 70_000
  : 80_000;

/** Scripts, a request each: see `islands/parts/shared/shared_chunk.ts`. */
const MAX_SCRIPTS = 16;

browserTest(
  "A room with Markdown in it loads at most 70 kB of JavaScript in few scripts, and the parser with the first touch",
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

    const parser = tab.waitForResponse(/message_text/);
    await tab.mouse.move(100, 100);
    await parser;
  },
);
