// A client group that the server has forgotten: what was written in it arrives all the same, once, in order.
import { assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { browserTest } from "../../../support/browser.ts";
import {
  allSent,
  count,
  Engine,
  holds,
  inside,
  open,
} from "../../../support/replica.ts";

/** What becomes of the server while five clients hold 20 unsent mutations each. */
const WAYS_TO_FORGET: Record<
  string,
  (engine: Engine, old: Backup) => Promise<void>
> = {
  "was wiped": (engine) => engine.wipe(),
  "was restored from an older backup": (engine, old) => engine.restore(old),
  "was restored, and has grown past its clients": async (engine, old) => {
    await engine.restore(old);
    await engine.grow();
  },
  // No log entry is left that would show a cookie to be of another history:
  // what comes is a snapshot, with lastMutationIDs lower than before.
  "was restored, has grown, and has pruned its log": async (engine, old) => {
    await engine.restore(old);
    await engine.grow();
    await engine.prune();
  },
};
type Backup = Awaited<ReturnType<Engine["backup"]>>;

for (const [what, forget] of Object.entries(WAYS_TO_FORGET)) {
  browserTest(
    `After the server ${what}, what five clients had not sent arrives once and in order, with nobody's help (R5, R6, R7)`,
    async (device) => {
      await using engine = await Engine.start();
      // Two tabs of one browser; two of another, of which one dies; one alone.
      const tab = await device(engine.url);
      const second = await tab.context().newPage();
      const other = await device(engine.url);
      const dead = await other.context().newPage();
      const alone = await device(engine.url);
      const pages: [string, Page][] = Object.entries({
        tab,
        second,
        other,
        dead,
      });
      for (const [who, page] of pages) {
        await open(
          page,
          engine,
          page.context() === tab.context() ? "ada" : "bob",
        );
        await count(page, who, 0, 2);
        await allSent(page);
      }
      const old = await engine.backup();
      for (const [who, page] of pages) {
        await count(page, who, 2, 2);
        await allSent(page);
      }
      await open(alone, engine, "cleo");

      const contexts = [tab, other, alone].map((page) => page.context());
      for (const context of contexts) await context.setOffline(true);
      const written: string[][] = [];
      for (const [who, page] of [...pages, ["alone", alone] as const]) {
        written.push(await count(page, who, 100));
      }
      await dead.close();
      await forget(engine, old);
      for (const context of contexts) await context.setOffline(false);

      const living = [tab, second, other, alone];
      await Promise.all(living.map(allSent));
      const tallies = await engine.tallies();
      for (const ids of written) {
        const found = tallies.filter(([id]) => ids.includes(id));
        assertEquals(found, ids.map((id) => [id, 1]));
      }
      const doubled = tallies.filter(([, times]) => times !== 1);
      assertEquals(doubled, []);

      // They go on, and see the same.
      await count(tab, "later", 0, 1);
      await Promise.all(living.map(async (page) => {
        await holds(page, "tally/later-0");
        await allSent(page);
      }));
      const expected = await engine.tallies();
      for (const page of living) {
        await holds(page, "tally/", expected.length);
        assertEquals(await inside(page, (test) => test.rejections()), []);
      }
    },
  );
}
