// A disk or an outbox that is not what it should be when a replica is opened: alive all the same, and nothing lost.
import { assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { browserTest } from "../../../support/browser.ts";
import {
  allSent,
  count,
  Engine,
  inside,
  open,
  unsent,
} from "../../../support/replica.ts";

const inMemory = (page: Page) =>
  inside(page, ({ replica }) => replica.status.value.inMemory === true);

/** Makes two without a server, in a visit that is over then; the page is one without a replica. */
async function leaveTwo(page: Page, engine: Engine): Promise<string[]> {
  await open(page, engine, "ada");
  const ids = await count(page, "left", 0, 2);
  await page.goto(`${engine.url}/page.js`);
  return ids;
}

const once = (...ids: string[]) => ids.map((id) => [id, 1]);

/** What becomes of opening a database: nothing, ever; or it fails like this. */
const OUTCOMES = ["never", "QuotaExceededError", "UnknownError"];

for (const name of ["", "outbox", "rep"]) {
  for (const outcome of OUTCOMES) {
    browserTest(
      `Where a database "${name}…" opens so: ${outcome}, the page lives in memory and says so; what it writes is sent, and what was left stays for the next visit (R19)`,
      async (device) => {
        await using engine = await Engine.start();
        const before = await device(engine.url);
        const context = before.context();
        const back = engine.away();
        const left = await leaveTwo(before, engine);
        await before.close();
        const page = await context.newPage();
        await page.addInitScript(([prefix, outcome]) => {
          const { open } = IDBFactory.prototype;
          IDBFactory.prototype.open = function (name, ...args) {
            if (!name.startsWith(prefix)) return open.call(this, name, ...args);
            console.log("asked");
            const request = new EventTarget() as IDBOpenDBRequest;
            const error = new DOMException("It fails.", outcome);
            Object.defineProperty(request, "error", { value: error });
            const fail = () => request.onerror?.(new Event("error"));
            if (outcome !== "never") queueMicrotask(fail);
            return request;
          };
        }, [name, outcome]);
        if (outcome === "never") {
          await page.clock.install();
          page.once("console", () => page.clock.fastForward(20_000));
        }
        await open(page, engine, "ada");
        assertEquals(await inMemory(page), true);
        const made = await count(page, "made", 0, 2);
        await unsent(page, 2);
        back();
        await allSent(page);
        assertEquals(await engine.tallies(), once(...made));
        await page.close();
        const next = await context.newPage();
        await open(next, engine, "ada");
        assertEquals(await inMemory(next), false);
        await allSent(next);
        assertEquals(
          (await engine.tallies()).toSorted(),
          once(...left, ...made),
        );
      },
      { mayThrow: true }, // Replicache does, where nobody awaits it
    );
  }
}

/** In the page: makes the outbox one of a newer release, with a store more, and without those that it `lacks`. */
const upgrade = (page: Page, lacks: string[]) =>
  page.evaluate((lacks) =>
    new Promise<void>((resolve, reject) => {
      const opening = indexedDB.open("outbox", 7);
      opening.onupgradeneeded = () => {
        opening.result.createObjectStore("files");
        for (const name of lacks) opening.result.deleteObjectStore(name);
      };
      opening.onerror = () => reject(opening.error);
      opening.onsuccess = () => {
        opening.result.close();
        resolve();
      };
    }), lacks);

/** In the page: the outbox's version and stores, and how many records of mutations it has. */
const shape = (page: Page) =>
  page.evaluate(() =>
    new Promise<unknown[]>((resolve) => {
      const opening = indexedDB.open("outbox");
      opening.onsuccess = () => {
        const { result: db } = opening;
        const counting = db.transaction("unsent").objectStore("unsent").count();
        counting.onsuccess = () => {
          resolve([db.version, ...db.objectStoreNames, counting.result]);
          db.close();
        };
      };
    })
  );

browserTest(
  "An outbox of a newer release is used as it is: what is in it is sent, what is made is stored in it (R22)",
  async (device) => {
    await using engine = await Engine.start();
    const page = await device(engine.url);
    const back = engine.away();
    const left = await leaveTwo(page, engine);
    await upgrade(page, []);
    await open(page, engine, "ada");
    await unsent(page, 2);
    assertEquals(await inMemory(page), false);
    const made = await count(page, "made", 0, 1);
    await page.goto(`${engine.url}/page.js`);
    await open(page, engine, "ada");
    await unsent(page, 3);
    back();
    await allSent(page);
    assertEquals(await engine.tallies(), once(...left, ...made));
    const stores = ["files", "generations", "groups", "unsent"];
    assertEquals(await shape(page), [7, ...stores, 0]);
  },
);

browserTest(
  "An outbox of a newer release that lacks what is needed is left alone, and the page lives in memory (R22)",
  async (device) => {
    await using engine = await Engine.start();
    const page = await device(engine.url);
    const back = engine.away();
    await leaveTwo(page, engine);
    await upgrade(page, ["groups"]);
    await open(page, engine, "ada");
    assertEquals(await inMemory(page), true);
    const made = await count(page, "made", 0, 2);
    back();
    await allSent(page);
    assertEquals(await engine.tallies(), once(...made));
    await page.goto(`${engine.url}/page.js`);
    assertEquals(await shape(page), [7, "files", "generations", "unsent", 2]);
  },
);

browserTest(
  "Records of the outbox that cannot be read stay where they are, are told of once, and stop nothing (R22)",
  async (device) => {
    await using engine = await Engine.start();
    const page = await device(engine.url);
    const back = engine.away();
    const left = await leaveTwo(page, engine);
    const unreadable = await page.evaluate(async () => {
      const result = <T>(request: IDBRequest<T>) =>
        new Promise<T>((resolve, reject) => {
          request.onsuccess = () => resolve(request.result);
          request.onerror = () => reject(request.error);
        });
      const db = await result(indexedDB.open("outbox"));
      const stores = ["unsent", "groups", "generations"];
      const tx = db.transaction(stores, "readwrite");
      const unsent = tx.objectStore("unsent");
      const [{ n: _, ...whole }] = await result(unsent.getAll());
      const other = { string: [7, null, {}, undefined], number: ["7", null] };
      let mutationID = 1_000;
      for (const [field, value] of Object.entries(whole)) {
        const type = typeof value as keyof typeof other;
        for (const each of other[type] ?? [undefined]) {
          unsent.add({ ...whole, mutationID: mutationID++, [field]: each });
        }
      }
      unsent.add({ replica: whole.replica });
      tx.objectStore("groups").put({ groupID: whole.groupID });
      tx.objectStore("generations").put("0", whole.replica);
      const all = await result(unsent.count());
      await new Promise((resolve) => tx.oncomplete = resolve);
      db.close();
      return all - 2;
    });
    const told: string[] = [];
    page.on("console", (line) => {
      if (line.text().includes("cannot be read")) told.push(line.text());
    });
    await open(page, engine, "ada");
    await unsent(page, 2);
    assertEquals(await inside(page, (test) => test.unsent()), 2);
    // Those of the replica, and one that is no replica's.
    assertEquals(told.length, 2, told.join());
    const made = await count(page, "made", 0, 1);
    await unsent(page, 3);
    back();
    await allSent(page);
    assertEquals(await engine.tallies(), once(...left, ...made));
    assertEquals((await shape(page)).at(-1), unreadable);
    assertEquals(await inside(page, (test) => test.unsent()), 0);
    assertEquals(told.length, 2, told.join());
  },
);
