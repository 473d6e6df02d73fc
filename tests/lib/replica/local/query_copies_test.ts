// What is found in the copies on this device, and what looking for it leaves behind.
import { assertEquals } from "@std/assert";
import { browserTest } from "../../../support/browser.ts";
import {
  allSent,
  count,
  Engine,
  inside,
  open,
} from "../../../support/replica.ts";

browserTest(
  "What is asked of the copies on this device is as new as they are, unsent or not, each time (R16)",
  async (device) => {
    await using engine = await Engine.start();
    const page = await device(engine.url);
    await open(page, engine, "ada");
    const found = async () => {
      await inside(page, ({ replica }) => replica.persist());
      const keys = await inside(page, (test) => test.found("tally/"));
      return keys.toSorted();
    };
    await count(page, "a", 0, 2);
    await allSent(page);
    assertEquals(await found(), ["tally/a-0", "tally/a-1"]);
    await count(page, "b", 0, 1);
    await allSent(page);
    assertEquals(await found(), ["tally/a-0", "tally/a-1", "tally/b-0"]);
    engine.away();
    await count(page, "c", 0, 1);
    assertEquals((await found()).at(-1), "tally/c-0");
  },
);

browserTest(
  "Asking the copies on this device writes nothing to its disk (R16)",
  async (device) => {
    await using engine = await Engine.start();
    const page = await device(engine.url);
    await open(page, engine, "ada");
    await count(page, "a", 0, 2);
    await allSent(page);
    await inside(page, async ({ replica }) => {
      await replica.persist();
      await replica.close(); // nobody else writes
    });
    const before = await onDisk();
    for (let i = 0; i < 3; i++) {
      const keys = await inside(page, (test) => test.found("tally/"));
      assertEquals(keys.length, 2);
    }
    assertEquals(await onDisk(), before);

    /** The keys of all databases of Replicache's. */
    function onDisk(): Promise<string[]> {
      return page.evaluate(async () => {
        const all: string[] = [];
        for (const { name } of await indexedDB.databases()) {
          if (!name!.startsWith("rep")) continue;
          const db = await new Promise<IDBDatabase>((resolve) => {
            const request = indexedDB.open(name!);
            request.onsuccess = () => resolve(request.result);
          });
          const keys = await new Promise<IDBValidKey[]>((resolve) => {
            const request = db.transaction("chunks").objectStore("chunks")
              .getAllKeys();
            request.onsuccess = () => resolve(request.result);
          });
          db.close();
          all.push(...keys.map((key) => `${name} ${key}`));
        }
        return all.sort();
      });
    }
  },
);
