// A copy on the disk, and what it is worth there.
import { assert, assertEquals } from "@std/assert";
import { browserTest } from "../../support/browser.ts";
import { failRequests, PULLS } from "../../support/failing_requests.ts";
import {
  Engine,
  holds,
  inside,
  open,
  SPACE,
  until,
} from "../../support/replica.ts";

browserTest(
  "A copy that was told to persist is there without a server, however soon its page was left",
  async (device) => {
    await using engine = await Engine.start();
    const page = await device(engine.url);
    await open(page, engine, "ada");
    // Replicache itself does not bring two changes to the disk within a second.
    for (let i = 0; i < 3; i++) {
      await engine.sync.write([SPACE], (tx) => tx.set(`news/${i}`, i));
      await holds(page, "news/", i + 1);
      await inside(page, ({ replica }) => replica.persist());
    }
    await page.close();
    engine.away();
    const next = await page.context().newPage();
    await open(next, engine, "ada");
    const kept = await inside(next, ({ entries }) => entries("news/"));
    assertEquals(kept.length, 3);
  },
);

browserTest(
  "A server that answers when the browser says that there is no network is asked once more a moment later (R15)",
  async (device) => {
    await using engine = await Engine.start();
    const page = await device(engine.url);
    await open(page, engine, "ada");
    let asked = 0;
    engine.instead = ({ url }) =>
      url.includes("/pull") && ++asked > 1
        ? new Response(null, { status: 502 })
        : undefined;
    await page.evaluate(() => dispatchEvent(new Event("offline")));
    await until(page, ({ replica }) => !replica.status.value.online);
    assert(asked > 1);
    engine.instead = () => undefined;
    await until(page, ({ replica }) => replica.status.value.online);
  },
);

browserTest(
  "A copy is fresh once it holds what the server has answered, and begins anew with the next (R7, R23)",
  async (device) => {
    await using engine = await Engine.start();
    const page = await device(engine.url);
    await open(page, engine, "ada");
    await engine.sync.write([SPACE], (tx) => tx.set("news/0", 0));
    await holds(page, "news/", 1);
    await inside(page, ({ replica }) => replica.persist());
    await page.close();

    const next = await page.context().newPage();
    const mend = await failRequests(next, PULLS);
    await open(next, engine, "ada");
    await holds(next, "news/", 1); // of the disk
    await until(next, ({ replica }) => !replica.status.value.online);
    // How many news there were each time that it began or ceased to be fresh.
    const seen = await next.evaluateHandle(() => {
      const seen: [fresh: boolean, news: number][] = [];
      test.replica.status.subscribe(async ({ fresh }) => {
        if (seen.at(-1)?.[0] === fresh) return;
        const change: [boolean, number] = [fresh, -1];
        seen.push(change);
        change[1] = (await test.entries("news/")).length;
      });
      return seen;
    });
    await engine.sync.write([SPACE], (tx) => tx.set("news/1", 1));
    mend();
    await until(next, ({ replica }) => replica.status.value.fresh);
    const before = await inside(next, (test) => test.clientID());
    const goOn = await failRequests(next, PULLS);
    await engine.wipe();
    await engine.grow();
    goOn();
    await until(
      next,
      async ({ clientID, replica }, before) =>
        await clientID() !== before && replica.status.value.fresh,
      before,
    );
    await holds(next, "news/", 0);
    assertEquals(await seen.jsonValue(), [
      [false, 1],
      [true, 2],
      [false, 0],
      [true, 0],
    ]);
  },
);

browserTest(
  "A copy is fresh, too, when Replicache has tried its pull again by itself (R14, R23)",
  async (device) => {
    await using engine = await Engine.start();
    const page = await device(engine.url);
    const mend = await failRequests(page, PULLS);
    await open(page, engine, "ada");
    for (let i = 0; i < 5; i++) await page.waitForEvent("requestfailed");
    mend(); // and nothing pokes
    await until(page, ({ replica }) => replica.status.value.fresh);
  },
);

browserTest(
  "A tab that moves to the next copy while it is offline is online once it is answered (R7, R15)",
  async (device) => {
    await using engine = await Engine.start();
    const page = await device(engine.url);
    await open(page, engine, "ada");
    const other = await page.context().newPage();
    await open(other, engine, "ada");
    const mend = await failRequests(other, PULLS);
    await other.evaluate(() => dispatchEvent(new Event("offline")));
    await until(other, ({ replica }) => !replica.status.value.online);
    const before = await inside(other, (test) => test.clientID());
    await engine.wipe();
    await engine.grow();
    await until(
      other,
      async (test, before) => await test.clientID() !== before,
      before,
    );
    mend();
    await until(other, ({ replica }) => replica.status.value.online);
  },
);

browserTest(
  "Who comes back to a tab with nothing to send is not told that the server answers when it does not (R15)",
  async (device) => {
    await using engine = await Engine.start();
    const page = await device(engine.url);
    await open(page, engine, "ada");
    await page.context().setOffline(true);
    const failed = page.waitForEvent("requestfailed");
    await page.evaluate(() => {
      document.dispatchEvent(new Event("visibilitychange"));
    });
    await failed;
    await until(page, ({ replica }) => !replica.status.value.online);
    await inside(page, ({ replica }) => {
      replica.status.subscribe(({ online }) => {
        if (online) throw new Error("Online"); // fails the test
      });
    });
    for (let i = 0; i < 3; i++) {
      const failed = page.waitForEvent("requestfailed", {
        predicate: (request) => request.url().includes("/pull"),
      });
      await page.evaluate(() => {
        document.dispatchEvent(new Event("visibilitychange"));
      });
      await failed;
    }
  },
);

browserTest(
  "A replica that is closed before it is open listens to nothing afterwards",
  async (device) => {
    await using engine = await Engine.start();
    const page = await device(engine.url);
    await open(page, engine, "ada");
    const listening = await page.evaluate(async () => {
      const listening: string[] = [];
      const { addEventListener, removeEventListener } = globalThis;
      Object.assign(globalThis, {
        addEventListener(...args: Parameters<typeof addEventListener>) {
          listening.push(args[0]);
          addEventListener(...args);
        },
        removeEventListener(...args: Parameters<typeof addEventListener>) {
          const at = listening.indexOf(args[0]);
          if (at >= 0) listening.splice(at, 1);
          removeEventListener(...args);
        },
      });
      await test.closeEarly();
      return listening;
    });
    assertEquals(listening, []);
  },
);
