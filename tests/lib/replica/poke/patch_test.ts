// What a poke brings along is in the copy without a pull, and never instead of something that is newer.
import { assertEquals } from "@std/assert";
import { browserTest } from "../../../support/browser.ts";
import {
  allSent,
  count,
  Engine,
  holds,
  open,
  SPACE,
} from "../../../support/replica.ts";

browserTest(
  "What others write comes with the poke, and is not pulled; what one has written is confirmed by a pull (R13)",
  async (device) => {
    await using engine = await Engine.start();
    const page = await device(engine.url);
    await open(page, engine, "ada");
    const other = await page.context().newPage();
    await open(other, engine, "ada");
    const pulls = () =>
      engine.requests.filter(({ path }) => path.endsWith("/pull")).length;
    let written = 0;
    const write = async () => {
      await engine.sync.write([SPACE], (tx) => tx.set(`news/${written}`, 1));
      written++;
    };
    const everywhere = async () => {
      for (const each of [page, other]) await holds(each, "news/", written);
    };
    // Pulls of the time when both began may be on their way.
    for (let before = -1; before !== pulls();) {
      before = pulls();
      await write();
      await everywhere();
    }
    const before = pulls();
    for (let i = 0; i < 5; i++) {
      await write();
      await everywhere();
    }
    assertEquals(pulls(), before);
    // Of several at once one pull makes one step; another may find nothing more.
    for (let i = 0; i < 10; i++) {
      for (let j = 0; j <= i % 4; j++) await write();
      await everywhere();
    }

    await count(page, "mine", 0, 3);
    await allSent(page);
    await write();
    await everywhere();
    assertEquals(await engine.tallies(), [
      ["mine-0", 1],
      ["mine-1", 1],
      ["mine-2", 1],
    ]);
  },
);
