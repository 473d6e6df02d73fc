// Pushes in slices, pauses, and queues that are hard to send.
import { assert, assertEquals } from "@std/assert";
import { browserTest } from "../../../support/browser.ts";
import {
  allSent,
  count,
  Engine,
  holds,
  inside,
  open,
  unsent,
  until,
} from "../../../support/replica.ts";
import { soaking } from "../../../support/seeds.ts";

/** Eight and more slices of 512 kB. */
const LONG_QUEUE = soaking ? 2_000 : 600;

const json = (status: number, headers?: HeadersInit) =>
  Response.json({ error: "error", message: "No." }, { status, headers });

browserTest(
  `${LONG_QUEUE} pending mutations of 4,000 characters with emoji go out in slices, and all arrive (R2)`,
  async (device) => {
    await using engine = await Engine.start();
    const page = await device(engine.url);
    await open(page, engine, "ada");
    await page.context().setOffline(true);
    await page.evaluate(async (length) => {
      const value = "🙂".repeat(1_000) + "é".repeat(2_000);
      for (let i = 0; i < length; i++) {
        await test.replica.mutate.put({ key: `long/${i}`, value });
      }
    }, LONG_QUEUE);
    await unsent(page, LONG_QUEUE);
    await page.context().setOffline(false);
    await allSent(page);
    const pushes = engine.requests.filter(({ path }) => path.endsWith("/push"));
    for (const { body } of pushes) {
      assert(JSON.parse(body).mutations.length <= 500);
      assert(new TextEncoder().encode(body).length <= 513_000);
    }
    const seen = await inside(page, (test) => test.entries("long/"));
    assertEquals(seen.length, LONG_QUEUE);
    assertEquals(await engine.count("long/"), LONG_QUEUE);
    assertEquals(await inside(page, (test) => test.rejections()), []);
  },
);

browserTest(
  "A slice that fails ends the push, and what follows it comes later, in order (R2)",
  async (device) => {
    await using engine = await Engine.start();
    const page = await device(engine.url);
    await open(page, engine, "ada");
    await page.context().setOffline(true);
    const ids = await count(page, "many", 0, 1_200);
    let pushes = 0;
    engine.instead = ({ url }) =>
      url.includes("/push") && ++pushes === 2 ? json(500) : undefined;
    await page.context().setOffline(false);
    await allSent(page);
    assertEquals(await engine.tallies(), ids.map((id) => [id, 1]));
    const first = engine.requests.filter(({ path }) => path.endsWith("/push"))
      .map(({ body }) => JSON.parse(body).mutations[0].id);
    assertEquals(first.slice(0, 2), [1, 501]);
    assert(first[2] <= 501, `${first}`);
  },
);

browserTest(
  "A push that has failed many times is tried again within ten seconds, though nothing tells (R14)",
  async (device) => {
    await using engine = await Engine.start();
    const page = await device(engine.url);
    await page.clock.install();
    await open(page, engine, "ada");
    engine.instead = () => json(500);
    const ids = await count(page, "late", 0, 1);
    for (let failed = 0; failed < 15; failed++) {
      const again = page.waitForRequest(/\/push/);
      await page.clock.fastForward(10_000);
      await again;
    }
    engine.instead = () => undefined;
    await page.clock.fastForward(10_000);
    await page.clock.resume();
    await allSent(page);
    assertEquals(await engine.tallies(), ids.map((id) => [id, 1]));
  },
);

browserTest(
  "A mutation that is too large is refused among good ones, an edit of what is gone too, and nothing sticks (R9)",
  async (device) => {
    await using engine = await Engine.start();
    const [ada, bob] = [await device(engine.url), await device(engine.url)];
    await open(ada, engine, "ada");
    await open(bob, engine, "bob");
    await inside(
      ada,
      (test) => test.replica.mutate.put({ key: "m", value: "1" }),
    );
    await holds(bob, "m");
    await ada.context().setOffline(true);
    await count(ada, "good", 0, 3);
    await inside(ada, async ({ replica: { mutate } }) => {
      await mutate.edit({ key: "m", value: "2" });
      await mutate.put({ key: "large", value: "x".repeat(61_000) });
    });
    await count(ada, "good", 3, 3);
    // Only now, as a stream that is open may tell of it all the same.
    await inside(bob, (test) => test.replica.mutate.del({ key: "m" }));
    await allSent(bob);
    await ada.context().setOffline(false);
    await allSent(ada);
    const expected = [0, 1, 2, 3, 4, 5].map((i) => [`good-${i}`, 1]);
    assertEquals(await engine.tallies(), expected);
    await until(
      ada,
      async (test) => (await test.rejections()).length === 2,
    );
    const refused = await inside(ada, (test) => test.rejections());
    assertEquals(
      refused.map(({ name, code }) => [name, code]),
      [["edit", "not-found"], ["put", "too-large"]],
    );
    assertEquals(await inside(ada, (test) => test.entries("m")), []);
    // The view lives on.
    await count(bob, "later", 0, 1);
    await holds(ada, "tally/later-0");
  },
);

browserTest(
  "Told to come back later it does, with everything (R3)",
  async (device) => {
    await using engine = await Engine.start();
    const page = await device(engine.url);
    await open(page, engine, "ada");
    await allSent(page);
    let refusals = 0;
    engine.instead = ({ url }) => {
      if (!url.includes("/push") || refusals === 2) return;
      return json(refusals++ === 0 ? 429 : 503, { "retry-after": "1" });
    };
    const ids = await count(page, "patient", 0, 3);
    await allSent(page);
    assertEquals(refusals, 2);
    assertEquals(await engine.tallies(), ids.map((id) => [id, 1]));
  },
);

const PAUSES: [number, string][] = [
  [400, "refused"],
  [401, "signed out"],
  [403, "forbidden"],
  [404, "gone"],
  [413, "refused"],
];
for (const [code, why] of PAUSES) {
  browserTest(
    `After ${code} a replica is paused as ${why}, keeps what is unsent, and goes on when resumed (R3)`,
    async (device) => {
      await using engine = await Engine.start();
      const page = await device(engine.url);
      await page.clock.install();
      await open(page, engine, "ada");
      await allSent(page);
      engine.instead = ({ url }) =>
        url.includes("/push") ? json(code) : undefined;
      const ids = await count(page, "kept", 0, 2);
      await until(
        page,
        (test, why) => test.replica.status.value.paused === why,
        why,
      );
      // Of the page's, as what was on its way may reach the engine yet.
      const asked: string[] = [];
      page.on("request", (request) => asked.push(request.url()));
      const unsent = await inside(page, (test) => test.replica.unsent());
      assertEquals(unsent.map(({ args }) => args), ids.map((id) => ({ id })));
      ids.push(...await count(page, "kept", 2, 1)); // one can write on
      await page.clock.runFor(60_000);
      assertEquals(asked, []);

      engine.instead = () => undefined;
      await inside(page, (test) => test.replica.resume());
      await allSent(page);
      assertEquals(await engine.tallies(), ids.map((id) => [id, 1]));
      await until(
        page,
        ({ replica }) => replica.status.value.paused === undefined,
      );
    },
  );
}

browserTest(
  "A 404 of a proxy's is no answer: nothing is paused, and the copy stays (R3, R17)",
  async (device) => {
    await using engine = await Engine.start();
    const page = await device(engine.url);
    await open(page, engine, "ada");
    await count(page, "before", 0, 1);
    await allSent(page);
    await inside(page, ({ replica }) => {
      replica.status.subscribe(({ paused }) => {
        if (paused) throw new Error(paused); // fails the test
      });
    });
    engine.instead = () => new Response("Not Found", { status: 404 });
    await count(page, "meanwhile", 0, 1);
    await until(page, ({ replica }) => !replica.status.value.online);
    engine.instead = () => undefined;
    await allSent(page);
    await until(page, ({ replica }) => replica.status.value.online);
    await holds(page, "tally/", 2);
    assertEquals(await engine.tallies(), [["before-0", 1], ["meanwhile-0", 1]]);
    const names = await page.evaluate(async () =>
      (await indexedDB.databases()).map(({ name }) => name)
    );
    assert(names.includes("rep:ada/s/0:7:1"), `${names}`);
  },
);

browserTest(
  "What the server cannot take is discarded in all tabs at once, also what a dead one left, and they go on (R3, R7)",
  async (device) => {
    await using engine = await Engine.start();
    const page = await device(engine.url);
    const dead = await page.context().newPage();
    await open(dead, engine, "ada");
    engine.instead = ({ url }) => url.includes("/push") ? json(400) : undefined;
    await count(dead, "bad", 0, 1);
    await dead.close();
    const tab = await page.context().newPage();
    for (const each of [page, tab]) await open(each, engine, "ada");
    for (const each of [page, tab]) {
      await until(
        each,
        ({ replica }) => replica.status.value.paused === "refused",
      );
    }
    await inside(page, (test) => test.replica.discardUnsent());
    engine.instead = () => undefined;
    for (const each of [page, tab]) {
      await allSent(each);
      await until(each, ({ replica }) => !replica.status.value.paused);
    }
    await count(page, "good", 0, 1);
    await holds(tab, "tally/good-0");
    assertEquals(await engine.tallies(), [["good-0", 1]]);
  },
);

browserTest(
  "What is discarded is never sent, and the copy goes with it, in all tabs (R7)",
  async (device) => {
    await using engine = await Engine.start();
    const page = await device(engine.url);
    const tab = await page.context().newPage();
    for (const each of [page, tab]) await open(each, engine, "ada");
    await count(page, "sent", 0, 1);
    await allSent(page);
    engine.instead = ({ url }) => url.includes("/push") ? json(401) : undefined;
    await count(page, "regretted", 0, 2);
    await unsent(tab, 2);
    await inside(page, (test) => test.replica.discardUnsent());
    engine.instead = () => undefined;
    for (const each of [page, tab]) {
      await inside(each, (test) => test.replica.resume());
      await holds(each, "tally/", 1);
      await allSent(each);
    }
    assertEquals(await engine.tallies(), [["sent-0", 1]]);
    await until(
      page,
      async () =>
        (await indexedDB.databases()).filter(({ name }) =>
          name?.startsWith("rep:ada/")
        ).length === 1,
    );
  },
);
