// Copies on the disk that Replicache cannot read any more: found out, replaced, and nothing unsent lost or doubled.
import { assert, assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { isWhole } from "../../../../lib/replica/outbox/copy_check.ts";
import { browserTest, type Device } from "../../../support/browser.ts";
import {
  allSent,
  count,
  Engine,
  holds,
  inside,
  open,
  SPACE,
  unsent,
} from "../../../support/replica.ts";

/** A small copy: two heads, a commit, a tree of a node and two leaves. */
const whole = (): Map<string, unknown> =>
  new Map<string, unknown>([
    ["h/client-groups", "groups"],
    ["c/groups/d", { g: { headHash: "commit" } }],
    ["c/groups/m", ["commit"]],
    ["c/groups/r", 1],
    ["h/clients", "clients"],
    ["c/clients/d", { c: { refreshHashes: ["commit"], clientGroupID: "g" } }],
    ["c/clients/m", ["commit"]],
    ["c/clients/r", 1],
    ["c/commit/d", { meta: { type: 5 }, valueHash: "node", indexes: [] }],
    ["c/commit/m", ["node"]],
    ["c/commit/r", 2],
    ["c/node/d", [1, [["a", "leaf-1", 9], ["b", "leaf-2", 9]]]],
    ["c/node/m", ["leaf-1", "leaf-2"]],
    ["c/node/r", 1],
    ["c/leaf-1/d", [0, [["a", { any: "value" }, 9]]]],
    ["c/leaf-1/r", 1],
    ["c/leaf-2/d", [0, [["b", null, 9]]]],
    ["c/leaf-2/r", 1],
  ]);

Deno.test("A copy that lacks anything its heads lead to is broken, whichever it is; an empty one and one with more than that are whole (R21)", () => {
  assert(isWhole(new Map()));
  assert(isWhole(whole()));
  assert(isWhole(whole().set("c/spare/d", [0, []]).set("c/node/r", 2)));
  for (const key of whole().keys()) {
    const lacking = whole();
    lacking.delete(key);
    // Without a head it is a copy of less.
    assertEquals(isWhole(lacking), key.startsWith("h/"), key);
    for (const other of [undefined, null, 0, "", [], [0], [1, [["a"]]], -1]) {
      const is = whole().get(key);
      // No list of references is one of none.
      const isSame = JSON.stringify(other) === JSON.stringify(is);
      assertEquals(
        isWhole(whole().set(key, other)),
        isSame,
        `${key}: ${other}`,
      );
    }
  }
});

/** What can be done to a copy, in the page: to its entries by key, or to its database by name. */
const BREAKS = {
  "lacks the data of its chunks": (entries: Entries) => {
    for (const key of entries.keys()) {
      if (/^c.*d$/.test(key)) entries.delete(key);
    }
  },
  "lacks the values": (entries: Entries) => {
    for (const [key, value] of entries) {
      if (Array.isArray(value) && /^c.*d$/.test(key)) entries.delete(key);
    }
  },
  "lacks its references": (entries: Entries) => {
    for (const key of entries.keys()) {
      if (/^c.*m$/.test(key)) entries.delete(key);
    }
  },
  "counts none of its references": (entries: Entries) => {
    for (const key of entries.keys()) {
      if (/^c.*r$/.test(key)) entries.delete(key);
    }
  },
  "counts its references in words": (entries: Entries) => {
    for (const key of entries.keys()) {
      if (/^c.*r$/.test(key)) entries.set(key, "one");
    }
  },
  "has heads that lead nowhere": (entries: Entries) => {
    for (const key of entries.keys()) {
      if (key.startsWith("h/")) entries.set(key, "0123456789abcdefghijkl");
    }
  },
  "has values that are cut off": (entries: Entries) => {
    for (const [key, value] of entries) {
      if (Array.isArray(value) && /^c.*d$/.test(key)) entries.set(key, [0]);
    }
  },
  "has nothing but nulls": (entries: Entries) => {
    for (const key of entries.keys()) entries.set(key, null);
  },
};
type Entries = Map<string, unknown>;

/** The copy of the tests, and what says which copies there are. */
const COPY = `rep:ada/${SPACE}/0:7:1`;
const REGISTRY = "replicache-dbs-v0";

/** Changes a database that no page has open. */
const change = (page: Page, name: string, how: string) =>
  page.evaluate(async ([name, how]) => {
    const result = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const db = await result(indexedDB.open(name));
    const store = db.transaction("chunks", "readwrite").objectStore("chunks");
    const keys = await result(store.getAllKeys()) as string[];
    const values = await result(store.getAll());
    const entries = new Map(keys.map((key, i) => [key, values[i]]));
    (0, eval)(`(${how})`)(entries);
    store.clear();
    for (const [key, value] of entries) store.put(value, key);
    await new Promise((resolve) => store.transaction.oncomplete = resolve);
    db.close();
  }, [name, how]);

/** In the page: replaces a database by an empty one. */
const replaceByEmpty = (page: Page, name: string) =>
  page.evaluate(async (name) => {
    const done = (request: IDBOpenDBRequest) =>
      new Promise<IDBDatabase>((resolve) =>
        request.onsuccess = () => resolve(request.result)
      );
    await done(indexedDB.deleteDatabase(name));
    (await done(indexedDB.open(name))).close();
  }, name);

/** Opens a copy in which two are sent and two are not, that is broken like this between two visits without a server. */
async function survives(
  device: Device,
  breakIt: (page: Page) => Promise<unknown>,
) {
  await using engine = await Engine.start();
  const page = await device(engine.url);
  await open(page, engine, "ada");
  const sent = await count(page, "sent", 0, 2);
  await allSent(page);
  const back = engine.away();
  const left = await count(page, "left", 0, 2);
  await inside(page, ({ replica }) => replica.persist());
  await page.goto(`${engine.url}/page.js`);
  await breakIt(page);
  await open(page, engine, "ada");
  await unsent(page, 2);
  const made = await count(page, "made", 0, 2);
  await unsent(page, 4);
  back();
  await allSent(page);
  await holds(page, "tally/", 6);
  const all = [...sent, ...left, ...made].map((id) => [id, 1]);
  assertEquals(await engine.tallies(), all);
}

for (const [words, how] of Object.entries(BREAKS)) {
  browserTest(
    `A copy that ${words} is replaced, and what is unsent arrives once (R21)`,
    (device) => survives(device, (page) => change(page, COPY, `${how}`)),
    { mayThrow: true }, // Replicache does, where nobody awaits it
  );
}

browserTest(
  "An empty database in the place of a copy is replaced, and what is unsent arrives once (R21)",
  (device) => survives(device, (page) => replaceByEmpty(page, COPY)),
  { mayThrow: true },
);

browserTest(
  "What says which copies there are is written anew when it is broken, or empty (R21)",
  async (device) => {
    await survives(
      device,
      (page) => change(page, REGISTRY, BREAKS["has nothing but nulls"] + ""),
    );
    await survives(device, (page) => replaceByEmpty(page, REGISTRY));
  },
  { mayThrow: true },
);

browserTest(
  "On a disk that spoils each copy a page replaces three, and then says why it does not go on (R21)",
  async (device) => {
    await using engine = await Engine.start();
    const page = await device(engine.url);
    await page.addInitScript(() => {
      const { get, getAll } = IDBObjectStore.prototype;
      const isCopy = (store: IDBObjectStore) =>
        store.transaction.db.name.startsWith("rep:");
      IDBObjectStore.prototype.get = function (key) {
        const isData = isCopy(this) && /^c.*d$/.test(`${key}`);
        return get.call(this, isData ? "none" : key);
      };
      IDBObjectStore.prototype.getAll = function (...args) {
        return isCopy(this)
          ? getAll.call(this, "none")
          : getAll.apply(this, args);
      };
    });
    const told = page.waitForEvent(
      "console",
      (line) => line.text().includes("Each copy breaks again"),
    );
    await page.goto(`${engine.url}/?user=ada&space=${SPACE}`);
    await told;
    const names = await page.evaluate(async () =>
      (await indexedDB.databases()).map(({ name }) => name)
    );
    const generations = names
      .flatMap((name) => name?.match(/^rep:.*\/(\d+):/)?.[1] ?? [])
      .map(Number);
    assertEquals(Math.max(...generations), 3);
  },
  { mayThrow: true },
);
