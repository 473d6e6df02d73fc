// A disk that fails under the page: connections that die, a full disk, a database that is not ours.
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
  SPACE,
  unsent,
  until,
} from "../../../support/replica.ts";

/**
 * In the page: connections to IndexedDB are dead, with no event that says so,
 * as on iOS after it slept. Those that are open now; or of the outbox all.
 */
const kill = (page: Page, which: "open now" | "all of the outbox") =>
  page.evaluate((which) => {
    const { transaction } = IDBDatabase.prototype;
    const { open } = IDBFactory.prototype;
    const alive = new WeakSet<IDBDatabase>();
    IDBFactory.prototype.open = function (...args) {
      const request = open.apply(this, args);
      request.addEventListener("success", () => alive.add(request.result));
      return request;
    };
    IDBDatabase.prototype.transaction = function (...args) {
      const isDead = which === "open now"
        ? !alive.has(this)
        : this.name === "outbox";
      if (isDead) {
        throw new DOMException("It is closing.", "InvalidStateError");
      }
      return transaction.apply(this, args);
    };
    Object.assign(globalThis, {
      revive: () => {
        IDBDatabase.prototype.transaction = transaction;
      },
    });
  }, which);

/** Ends that, and what `fillDisk` does. */
const revive = (page: Page) => page.evaluate("void revive()");

/** In the page: a disk that is full when what would be added to the outbox is committed. What is small Chromium takes though it is full. */
const fillDisk = (page: Page) =>
  page.evaluate(() => {
    const { add, put } = IDBObjectStore.prototype;
    const full = (write: typeof add) =>
      function (this: IDBObjectStore, ...args: Parameters<typeof add>) {
        const tx = this.transaction;
        const request = write.apply(this, args);
        if (tx.db.name !== "outbox") return request;
        const error = new DOMException("It is full.", "QuotaExceededError");
        Object.defineProperty(tx, "error", { value: error });
        request.addEventListener("success", () => tx.abort());
        return request;
      };
    IDBObjectStore.prototype.add = full(add);
    IDBObjectStore.prototype.put = full(put);
    Object.assign(globalThis, {
      revive: () => Object.assign(IDBObjectStore.prototype, { add, put }),
    });
  });

const unstored = (page: Page, is: boolean) =>
  until(
    page,
    ({ replica }, is) => !!replica.status.value.unstored === is,
    is,
  );

browserTest(
  "Connections that died in their sleep are opened again by the next write, which is on the disk (R19)",
  async (device) => {
    await using engine = await Engine.start();
    const page = await device(engine.url);
    const context = page.context();
    await open(page, engine, "ada");
    await count(page, "before", 0, 1);
    await allSent(page);
    const back = engine.away();
    await kill(page, "open now");
    await Promise.all([count(page, "a", 0, 1), count(page, "b", 0, 1)]);
    await unsent(page, 2);
    await unstored(page, false);
    await page.close();
    const next = await context.newPage();
    await open(next, engine, "ada");
    await unsent(next, 2);
    back();
    await allSent(next);
    assertEquals(
      (await engine.tallies()).toSorted(),
      [["a-0", 1], ["b-0", 1], ["before-0", 1]],
    );
  },
);

browserTest(
  "What a dead disk does not take is shown, sent and confirmed all the same, and the status says that it is not stored (R19)",
  async (device) => {
    await using engine = await Engine.start();
    const page = await device(engine.url);
    await open(page, engine, "ada");
    await count(page, "before", 0, 1);
    await allSent(page);
    const back = engine.away();
    await kill(page, "all of the outbox");
    const ids = await count(page, "typed", 0, 3);
    await unsent(page, 3);
    await unstored(page, true);
    back();
    await unsent(page, 0);
    const expected = ["before-0", ...ids].map((id) => [id, 1]);
    assertEquals(await engine.tallies(), expected);
    // What comes from elsewhere comes, too.
    await engine.sync.write([SPACE], (tx) => tx.set("news", 1));
    await holds(page, "news");
  },
);

browserTest(
  "What was not stored is stored once the disk takes it again, and survives the page then (R19)",
  async (device) => {
    await using engine = await Engine.start();
    const page = await device(engine.url);
    const context = page.context();
    await open(page, engine, "ada");
    const back = engine.away();
    await count(page, "stored", 0, 1);
    await kill(page, "all of the outbox");
    await count(page, "typed", 0, 2);
    await unstored(page, true);
    await revive(page);
    await unstored(page, false);
    await unsent(page, 3);
    await page.close();
    const next = await context.newPage();
    await open(next, engine, "ada");
    await unsent(next, 3);
    back();
    await allSent(next);
    assertEquals(
      await engine.tallies(),
      [["stored-0", 1], ["typed-0", 1], ["typed-1", 1]],
    );
  },
);

browserTest(
  "A full disk stops nobody: what is written is sent, what was stored before is confirmed, once each (R19)",
  async (device) => {
    await using engine = await Engine.start();
    const page = await device(engine.url);
    await open(page, engine, "ada");
    const back = engine.away();
    await count(page, "stored", 0, 1);
    await fillDisk(page);
    await count(page, "typed", 0, 2);
    await unsent(page, 3);
    await unstored(page, true);
    back();
    await unsent(page, 0);
    await revive(page);
    await count(page, "after", 0, 1);
    await allSent(page);
    await unstored(page, false);
    assertEquals(
      await engine.tallies(),
      ["stored-0", "typed-0", "typed-1", "after-0"].map((id) => [id, 1]),
    );
  },
);

browserTest(
  "An empty database with the outbox's name is replaced by an outbox (R19)",
  async (device) => {
    await using engine = await Engine.start();
    const page = await device(engine.url);
    await page.goto(`${engine.url}/page.js`);
    await page.evaluate(() =>
      new Promise<void>((resolve) => {
        const opening = indexedDB.open("outbox");
        opening.onsuccess = () => {
          opening.result.close();
          resolve();
        };
      })
    );
    await open(page, engine, "ada");
    const back = engine.away();
    await count(page, "typed", 0, 1);
    await unsent(page, 1);
    await unstored(page, false);
    back();
    await allSent(page);
    assertEquals(await engine.tallies(), [["typed-0", 1]]);
  },
);

browserTest(
  "The browser is asked to keep what is stored once something stays unsent, once a page, and not before (R20)",
  async (device) => {
    await using engine = await Engine.start();
    const page = await device(engine.url);
    await page.addInitScript(() => {
      const asked: unknown[] = [];
      Object.assign(globalThis, { asked });
      StorageManager.prototype.persist = function () {
        asked.push(this);
        return Promise.resolve(false);
      };
    });
    const timesAsked = () => page.evaluate("asked.length");
    await open(page, engine, "ada");
    await count(page, "sent", 0, 3);
    await allSent(page);
    assertEquals(await timesAsked(), 0);
    engine.away();
    await count(page, "unsent", 0, 1);
    await until(
      page,
      () => (globalThis as never as { asked: unknown[] }).asked.length > 0,
    );
    await inside(page, (test) => test.count(["unsent-1"]));
    assertEquals(await timesAsked(), 1);
  },
);
