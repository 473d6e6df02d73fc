// Mutations that run at once, anew, on rebase and again: each is recorded as what it is.
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
  until,
} from "../../../support/replica.ts";

/** What has become of mutations that were made at once: of a refused one, its code. */
type Outcomes = (string | undefined)[];

browserTest(
  "Of mutations made at once each has its own end, and those alone that show are in the outbox (R1)",
  async (device) => {
    await using engine = await Engine.start();
    const page = await device(engine.url);
    await open(page, engine, "ada");
    await allSent(page);
    const back = engine.away();
    const outcomes: Outcomes = await inside(
      page,
      async ({ replica: { mutate } }) => {
        const made = await Promise.allSettled([
          mutate.edit({ key: "missing", value: "Refused" }),
          mutate.count({ id: "first" }),
          mutate.put({ key: "large", value: "x".repeat(600_000) }),
          mutate.put({ key: "text", value: "Put" }),
          mutate.edit({ key: "text", value: "Edited" }),
          mutate.edit({ key: "missing", value: "Refused, too" }),
        ]);
        return made.map((each) =>
          each.status === "rejected" ? each.reason.code : undefined
        );
      },
    );
    const [refused, large] = ["not-found", "too-large"];
    assertEquals(
      outcomes.map((code) => code ?? ""),
      [refused, "", large, "", "", refused],
    );
    const unsent = await inside(page, ({ replica }) => replica.unsent());
    assertEquals(
      unsent.map(({ name, args }) => [name, args]),
      [
        ["count", { id: "first" }],
        ["put", { key: "text", value: "Put" }],
        ["edit", { key: "text", value: "Edited" }],
      ],
    );
    back();
    await allSent(page);
    assertEquals(await engine.tallies(), [["first", 1]]);
    assertEquals(await inside(page, (test) => test.entries("text")), [
      ["text", "Edited"],
    ]);
    assertEquals(await inside(page, (test) => test.rejections()), []);
  },
);

browserTest(
  "What is refused on rebase is for the server to answer, also while others are made (R9)",
  async (device) => {
    await using engine = await Engine.start();
    const [ada, bob] = [await device(engine.url), await device(engine.url)];
    await open(ada, engine, "ada");
    await open(bob, engine, "bob");
    await inside(
      ada,
      ({ replica }) => replica.mutate.put({ key: "m", value: "1" }),
    );
    await holds(bob, "m");
    engine.instead = ({ url, headers }) =>
      url.includes("/push") && headers.get("authorization") === "ada"
        ? new Response(null, { status: 502 })
        : undefined;
    await inside(
      ada,
      ({ replica }) => replica.mutate.edit({ key: "m", value: "2" }),
    );
    // While pulls run the edit again, on a space without what it edits.
    const counting = countWhilePulling(ada);
    await inside(bob, ({ replica }) => replica.mutate.del({ key: "m" }));
    await allSent(bob);
    await holds(ada, "m", 0);
    const ids = await counting;
    const unsent = await inside(ada, ({ replica }) => replica.unsent());
    assertEquals(
      unsent.map(({ args }) => args),
      [{ key: "m", value: "2" }, ...ids.map((id) => ({ id }))],
    );
    engine.instead = () => undefined;
    await allSent(ada);
    assertEquals(await engine.tallies(), ids.map((id) => [id, 1]));
    await until(ada, async (test) => (await test.rejections()).length === 1);
    const [{ name, code }] = await inside(ada, (test) => test.rejections());
    assertEquals([name, code], ["edit", "not-found"]);
  },
);

browserTest(
  "What the server forgot runs again once, and nothing of it is mixed up with what is made meanwhile (R6)",
  async (device) => {
    await using engine = await Engine.start();
    const page = await device(engine.url);
    await open(page, engine, "ada");
    await inside(
      page,
      ({ replica }) => replica.mutate.put({ key: "m", value: "1" }),
    );
    await allSent(page);
    await page.context().setOffline(true);
    const lost = await count(page, "lost", 0, 10);
    await inside(
      page,
      ({ replica }) => replica.mutate.edit({ key: "m", value: "2" }),
    );
    const before = await inside(page, (test) => test.clientID());
    await engine.wipe(); // and with it what the edit edits
    await page.context().setOffline(false);
    // From before the move to a new client until after it.
    const outcomes = await page.evaluate(async (before) => {
      const ends: Promise<string>[] = [];
      const { mutate } = test.replica;
      for (let after = 0; after < 10;) {
        const n = ends.length;
        ends.push(
          mutate.edit({ key: "missing", value: "Refused" })
            .then(() => "made", ({ code }) => code),
          mutate.count({ id: `new-${n}` }).then(() => "made"),
        );
        await new Promise(requestAnimationFrame);
        if (await test.clientID() !== before) after++;
      }
      return await Promise.all(ends);
    }, before);
    await allSent(page);
    assertEquals(
      new Set(outcomes.filter((_, i) => i % 2 === 0)),
      new Set(["not-found"]),
    );
    assertEquals(
      new Set(outcomes.filter((_, i) => i % 2 === 1)),
      new Set(["made"]),
    );
    const tallies = await engine.tallies();
    assertEquals(tallies.filter(([, times]) => times !== 1), []);
    assertEquals(
      tallies.map(([id]) => id).filter((id) => lost.includes(id)),
      lost,
    );
    assertEquals(tallies.length, lost.length + outcomes.length / 2);
    // The edit was not refused here: its author is told by the server.
    await until(page, async (test) => (await test.rejections()).length === 1);
  },
);

/** Makes two in each frame until a pull has brought that `m` is gone; gives back their IDs. */
const countWhilePulling = (page: Page): Promise<string[]> =>
  page.evaluate(async () => {
    const ids: string[] = [];
    while (await test.replica.query((tx) => tx.has("m"))) {
      const two = [`made-${ids.length}`, `made-${ids.length + 1}`];
      ids.push(...two);
      await Promise.all(two.map((id) => test.replica.mutate.count({ id })));
      await new Promise(requestAnimationFrame);
    }
    return ids;
  });
