// What is typed is on the disk before it shows, and goes out whoever dies meanwhile.
import { assertEquals } from "@std/assert";
import { browserTest } from "../../../support/browser.ts";
import {
  allSent,
  count,
  Engine,
  holds,
  inside,
  open,
  SPACE,
  unsent,
  until,
} from "../../../support/replica.ts";

browserTest(
  "A page that dies as soon as a mutation shows has lost nothing (R1, R4, R10)",
  async (device) => {
    await using engine = await Engine.start();
    const page = await device(engine.url);
    const context = page.context();
    await open(page, engine, "ada");
    await allSent(page);
    const back = engine.away();
    await inside(page, (test) => {
      test.replica.subscribe(
        (tx) => tx.has("tally/typed-0"),
        (shows) => shows && console.log("shows"),
      );
    });
    const shown = page.waitForEvent(
      "console",
      (line) => line.text() === "shows",
    );
    const typed = count(page, "typed", 0, 1).catch(() => {}); // it dies in it
    await shown;
    await page.close();
    await typed;

    const again = await context.newPage();
    await open(again, engine, "ada");
    await unsent(again, 1);
    back();
    await allSent(again);
    assertEquals(await engine.tallies(), [["typed-0", 1]]);
  },
);

browserTest(
  "What a dead tab has left is shown and counted by the next, and sent once (R4, R10)",
  async (device) => {
    await using engine = await Engine.start();
    const page = await device(engine.url);
    await open(page, engine, "ada");
    const back = engine.away();
    const ids = await count(page, "dead", 0);
    // Once another tab shows them they are in Replicache's own store as well.
    const witness = await page.context().newPage();
    await open(witness, engine, "ada");
    await holds(witness, "tally/", 20);
    await page.close();
    await witness.close();

    const next = await page.context().newPage();
    const other = await page.context().newPage();
    for (const each of [next, other]) {
      await open(each, engine, "ada");
      await unsent(each, 20);
      await holds(each, "tally/", 20);
    }
    back();
    await Promise.all([allSent(next), allSent(other)]);
    assertEquals(await engine.tallies(), ids.map((id) => [id, 1]));
  },
);

browserTest(
  "A tab that the browser has forgotten after a day loses nothing and doubles nothing, and is not reloaded (R8)",
  async (device) => {
    await using engine = await Engine.start();
    const asleep = await device(engine.url);
    await open(asleep, engine, "ada");
    await count(asleep, "before", 0, 1);
    await allSent(asleep);
    const back = engine.away();
    const ids = await count(asleep, "asleep", 0);
    const clientID = await inside(asleep, (test) => test.clientID());

    // Another tab, a day later, takes the one that has not been heard of for dead.
    const awake = await asleep.context().newPage();
    await awake.clock.install({ time: Date.now() + 25 * 3_600_000 });
    await open(awake, engine, "ada");
    await awake.clock.runFor(6 * 60_000);
    await until(asleep, (test, before) => {
      document.dispatchEvent(new Event("visibilitychange"));
      return test.clientID().then((now) => now !== before);
    }, clientID);
    await count(asleep, "after", 0, 1);
    back();
    await allSent(asleep);
    const expected = ["before-0", ...ids, "after-0"].map((id) => [id, 1]);
    assertEquals((await engine.tallies()).toSorted(), expected.toSorted());
  },
);

browserTest(
  "What is typed in the moment when the space is gone is kept, and sent once it is back (R1, R3)",
  async (device) => {
    await using engine = await Engine.start();
    const page = await device(engine.url);
    await open(page, engine, "ada");
    await count(page, "before", 0, 1);
    await allSent(page);
    await inside(page, ({ replica, count }) => {
      const end = replica.status.subscribe(({ paused }) => {
        if (paused !== "gone") return;
        end();
        // While the copy is being dropped, as nothing in it is unsent.
        setTimeout(() => count(["typed-0"]));
      });
    });
    const gone = { error: "unknown-space", message: "It is gone." };
    engine.instead = ({ url }) =>
      url.includes("/poke") ? undefined : Response.json(gone, { status: 404 });
    await engine.grow();
    await unsent(page, 1);
    engine.instead = () => undefined;
    await inside(page, ({ replica }) => replica.resume());
    await holds(page, "tally/", 2);
    await allSent(page);
    assertEquals(await engine.tallies(), [["before-0", 1], ["typed-0", 1]]);
  },
);

browserTest(
  "What a dead tab has left is sent again by itself when that has failed, though nothing tells (R4, R14)",
  async (device) => {
    await using engine = await Engine.start();
    const page = await device(engine.url);
    const context = page.context();
    await open(page, engine, "ada");
    await allSent(page);
    engine.instead = ({ url }) =>
      url.includes("/push") ? new Response(null, { status: 502 }) : undefined;
    const ids = await count(page, "dead", 0, 3);
    await page.close();

    const next = await context.newPage();
    const failed = next.waitForResponse(/\/push/);
    await open(next, engine, "ada");
    await unsent(next, 3);
    await failed;
    engine.instead = () => undefined;
    await allSent(next);
    assertEquals(await engine.tallies(), ids.map((id) => [id, 1]));
  },
);

browserTest(
  "Whoever counts what is unsent while the site's data is cleared makes no new outbox",
  async (device) => {
    await using engine = await Engine.start();
    const page = await device(engine.url);
    await open(page, engine, "ada");
    await allSent(page);
    assertEquals(await inside(page, (test) => test.unsent()), 0);
    await inside(page, async (test) => {
      const { databases } = indexedDB;
      indexedDB.databases = async () => {
        const found = await databases.call(indexedDB);
        await new Promise((resolve) =>
          indexedDB.deleteDatabase("outbox").onsuccess = resolve
        );
        return found;
      };
      await test.unsent().catch(({ name }) => {
        if (name !== "AbortError") throw new Error(name);
      });
      indexedDB.databases = databases;
    });
    const names = await page.evaluate(async () =>
      (await indexedDB.databases()).map(({ name }) => name)
    );
    assertEquals(names.includes("outbox"), false);
  },
);

browserTest(
  "What was refused is there to be read also when the space is gone (R3)",
  async (device) => {
    await using engine = await Engine.start();
    const page = await device(engine.url);
    await open(page, engine, "ada");
    await inside(
      page,
      ({ replica }) => replica.mutate.put({ key: "text", value: "Before" }),
    );
    await allSent(page);
    // Deleted, of which the page has yet to hear when it edits.
    engine.instead = () => new Response(null, { status: 502 });
    await engine.sync.write([SPACE], (tx) => tx.del("text"));
    await inside(
      page,
      ({ replica }) => replica.mutate.edit({ key: "text", value: "Typed" }),
    );
    engine.instead = () => undefined;
    await until(page, async (test) => (await test.rejections()).length === 1);
    const gone = { error: "unknown-space", message: "It is gone." };
    engine.instead = ({ url }) =>
      url.includes("/poke") ? undefined : Response.json(gone, { status: 404 });
    await engine.grow();
    await until(page, ({ replica }) => replica.status.value.paused === "gone");
    await inside(page, ({ replica }) => replica.persist());
    const [{ args }] = await inside(page, (test) => test.rejections());
    assertEquals(args, { key: "text", value: "Typed" });
  },
);
