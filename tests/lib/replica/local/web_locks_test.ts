// Locks between the tabs of a browser: held, looked up, elected by, stolen, and refused.
import { assertEquals } from "@std/assert";
import { browserTest, PLAIN_HOST } from "../../../support/browser.ts";
import {
  Engine,
  inside,
  open,
  SPACE,
  until,
} from "../../../support/replica.ts";

/** In a page: what its candidacy has come to. */
type Candidate = { terms: string[]; resign: () => void };
declare global {
  var candidate: Candidate;
}

browserTest(
  "hold() keeps a lock until it is released or its page is gone, and isHeld() says so in every tab",
  async (device) => {
    await using engine = await Engine.start();
    const page = await device(engine.url);
    const tab = await page.context().newPage();
    for (const each of [page, tab]) await open(each, engine, "ada");
    await inside(page, async ({ locks }) => {
      const release = await locks.hold("test/released");
      await locks.hold("test/left");
      release();
    });
    await inside(tab, ({ locks }) => locks.hold("test/stays"));
    const held = await inside(tab, ({ locks }) => locks.heldNames("test/"));
    assertEquals(new Set(held), new Set(["test/left", "test/stays"]));
    await page.close();
    await until(tab, async ({ locks }) => !await locks.isHeld("test/left"));
    assertEquals(
      await inside(tab, ({ locks }) => locks.isHeld("test/stays")),
      true,
    );
  },
);

browserTest(
  "elect() lets one tab lead at a time: the next when it resigns or is closed, and a thief at once",
  async (device) => {
    await using engine = await Engine.start();
    const first = await device(engine.url);
    const [second, third] = [
      await first.context().newPage(),
      await first.context().newPage(),
    ];
    const tabs = [first, second, third];
    for (const each of tabs) await open(each, engine, "ada");
    const stand = (page: typeof first, steal: boolean) =>
      page.evaluate((steal) => {
        const candidate = globalThis.candidate ??= { terms: [], resign() {} };
        candidate.resign = test.locks.elect("test/lead", () => {
          candidate.terms.push("began");
          return () => void candidate.terms.push("ended");
        }, steal);
      }, steal);
    const termsAre = (page: typeof first, ...terms: string[]) =>
      until(
        page,
        (_, terms) => globalThis.candidate.terms.join() === terms.join(),
        terms,
      );

    await stand(first, false);
    await termsAre(first, "began");
    await stand(second, false);
    await stand(third, true);
    await termsAre(third, "began");
    await termsAre(first, "began", "ended");
    await third.evaluate(() => globalThis.candidate.resign());
    await termsAre(third, "began", "ended");
    // The one that was stolen from stands behind it.
    await termsAre(second, "began");
    await termsAre(first, "began", "ended");
    await second.close();
    await termsAre(first, "began", "ended", "began");
    // Who has resigned before it was elected never leads.
    await stand(third, false);
    await third.evaluate(() => globalThis.candidate.resign());
    await first.evaluate(() => globalThis.candidate.resign());
    await until(
      third,
      async ({ locks }) => !await locks.isHeld("test/lead"),
    );
    await termsAre(third, "began", "ended");
  },
);

browserTest(
  "hold() gives a lock to one tab at a time on plain http as well, in its turn, and to the next when its tab is closed",
  async (device) => {
    await using engine = await Engine.start();
    const url = engine.url.replace("localhost", PLAIN_HOST);
    const first = await device(url);
    const tabs = [first];
    while (tabs.length < 4) tabs.push(await first.context().newPage());
    for (const tab of tabs) {
      await tab.goto(`${url}/?user=ada&space=${SPACE}`);
      await tab.getByText("open").waitFor();
      assertEquals(await tab.evaluate(() => "locks" in navigator), false);
    }
    await Promise.all(tabs.map((tab) =>
      inside(tab, async ({ locks }) => {
        for (let i = 0; i < 25; i++) {
          const release = await locks.hold("test/turn");
          if (localStorage.holder) throw new Error("Two have it");
          localStorage.holder = "this tab";
          await new Promise((resolve) => setTimeout(resolve));
          localStorage.removeItem("holder");
          release();
        }
      })
    ));
    const [dies, next] = tabs;
    await inside(dies, ({ locks }) => locks.hold("test/turn"));
    const held = inside(next, ({ locks }) => locks.hold("test/turn"));
    await dies.close();
    await held;
  },
);

Deno.test("A client opens, and a tab leads, also where the browser refuses it a lock (R4)", async () => {
  const { locks } = navigator;
  const refused = () => Promise.reject(new DOMException("", "SecurityError"));
  Object.defineProperty(navigator, "locks", {
    configurable: true,
    value: { request: refused, query: refused },
  });
  try {
    const { elect, heldNames, hold } = await import(
      "../../../../lib/replica/local/web_locks.ts"
    );
    const release = await hold("replica/client/ada/s/0/c");
    assertEquals(release(), undefined);
    assertEquals(await heldNames(""), []);
    const leads = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<void>();
    const resign = elect("lead", () => {
      leads.resolve();
      return ended.resolve;
    });
    await leads.promise;
    resign();
    await ended.promise;
  } finally {
    Object.defineProperty(navigator, "locks", {
      configurable: true,
      value: locks,
    });
  }
});
