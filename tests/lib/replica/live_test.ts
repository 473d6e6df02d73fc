// A copy on the disk, and what it is worth there.
import { assertEquals } from "@std/assert";
import { browserTest } from "../../support/browser.ts";
import { Engine, holds, inside, open, SPACE } from "../../support/replica.ts";

browserTest(
  "A copy that was told to be kept is there without a server, however soon its page was left",
  async (device) => {
    await using engine = await Engine.start();
    const page = await device(engine.url);
    await open(page, engine, "ada");
    // Replicache itself does not bring two changes to the disk within a second.
    for (let i = 0; i < 3; i++) {
      await engine.sync.write([SPACE], (tx) => tx.set(`news/${i}`, i));
      await holds(page, "news/", i + 1);
      await inside(page, ({ replica }) => replica.keep());
    }
    await page.close();
    engine.away();
    const next = await page.context().newPage();
    await open(next, engine, "ada");
    const kept = await inside(next, ({ entries }) => entries("news/"));
    assertEquals(kept.length, 3);
  },
);
