// The tab that leads and is alive: what becomes of one that is frozen, and of several that take its place.
import { assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { browserTest, PLAIN_HOST } from "../../../support/browser.ts";
import {
  freezable,
  type Freeze,
  handChecks,
} from "../../../support/frozen_tabs.ts";
import { Engine, SPACE, until } from "../../../support/replica.ts";

/** In a page: what its candidacy has come to, and how often it has heard of one that leads. */
type Standing = { terms: string[]; heard: number };
declare global {
  var standing: Standing;
}

/** A tab, what has it check so often whether the one that leads is alive, and what freezes it. */
type Tab = {
  page: Page;
  check: (times: number) => Promise<void>;
  freeze: Freeze;
};

/** With Web Locks, and without them. */
for (const host of ["localhost", PLAIN_HOST]) {
  browserTest(
    `A tab on http://${host} that answers keeps the lead, and one that is frozen loses it to one other, whoever asks, and does not take it back (R25)`,
    async (device) => {
      await using engine = await Engine.start();
      const url = engine.url.replace("localhost", host);
      const page = await device(url);
      const newPage = () => page.context().newPage();
      const [first, second, third] = await Promise.all(
        [page, await newPage(), await newPage()].map((it) => opened(it, url)),
      );
      await stand(first);
      await termsAre(first, "began");
      await stand(second);
      await stand(third);

      await askedInVain(second);
      await using frozen = await first.freeze();
      await takesLead(second);
      await askedInVain(third);
      await frozen.thaw();
      // Where a lock is not stolen it takes until the next check, and then the
      // next in line has it.
      const isStolen = host === "localhost";
      const [leading, other] = isStolen ? [second, third] : [third, second];
      if (!isStolen) await first.check(1);
      await termsAre(first, "began", "ended");
      if (!isStolen) await termsAre(second, "began", "ended");
      await askedInVain(first);
      await askedInVain(other);
      await termsAre(leading, "began");

      // Two take its place at once.
      await using again = await leading.freeze();
      await Promise.all([first, other].map(({ check }) => check(3)));
      await again.thaw();
      if (!isStolen) await leading.check(1);
      await termsAre(leading, "began", "ended");
      await untilOneLeads([first, second, third]);
    },
  );
}

Deno.test("Tabs that a browser refuses every lock leave the lead to one of them (R25)", async () => {
  const { locks } = navigator;
  const refused = () => Promise.reject(new DOMException("", "SecurityError"));
  Object.defineProperty(navigator, "locks", {
    configurable: true,
    value: { request: refused, query: refused },
  });
  try {
    const { electLiving } = await import(
      "../../../../lib/replica/local/living_leader.ts"
    );
    let leading = 0;
    const ended = Promise.withResolvers<void>();
    const stand = () =>
      electLiving("lead", () => {
        leading++;
        return () => {
          leading--;
          ended.resolve();
        };
      });
    const resigns = [stand(), stand()];
    await ended.promise;
    assertEquals(leading, 1);
    for (const resign of resigns) resign();
    assertEquals(leading, 0);
  } finally {
    Object.defineProperty(navigator, "locks", {
      configurable: true,
      value: locks,
    });
  }
});

async function opened(page: Page, url: string): Promise<Tab> {
  const check = await handChecks(page);
  const freeze = await freezable(page);
  await page.goto(`${url}/?user=ada&space=${SPACE}`);
  await page.getByText("open").waitFor();
  return { page, check, freeze };
}

const stand = ({ page }: Tab) =>
  page.evaluate(() => {
    const standing: Standing = { terms: [], heard: 0 };
    globalThis.standing = standing;
    test.electLiving("test/lead", () => {
      standing.terms.push("began");
      return () => void standing.terms.push("ended");
    });
    // The younger of two is told last.
    new BroadcastChannel("lead/test/lead").onmessage = ({ data }) => {
      if (data > 0) standing.heard++;
    };
  });

const termsAre = ({ page }: Tab, ...terms: string[]) =>
  until(
    page,
    (_, terms) => globalThis.standing.terms.join() === terms.join(),
    terms,
  );

/** Has a tab ask the one that leads, which answers: so it does not take the lead. */
async function askedInVain({ page, check }: Tab): Promise<void> {
  const { heard, terms } = await page.evaluate(() => globalThis.standing);
  await check(2);
  await until(page, (_, heard) => globalThis.standing.heard > heard, heard);
  await check(1);
  assertEquals(await page.evaluate(() => globalThis.standing.terms), terms);
}

/** Has a tab ask one that does not answer, and waits until it leads. */
async function takesLead({ page, check }: Tab): Promise<void> {
  const { terms } = await page.evaluate(() => globalThis.standing);
  await check(3);
  await until(
    page,
    (_, before) => globalThis.standing.terms.length > before,
    terms.length,
  );
}

async function untilOneLeads(tabs: Tab[]): Promise<void> {
  for (;;) {
    const lead = await Promise.all(
      tabs.map(({ page }) =>
        page.evaluate(() => globalThis.standing.terms.at(-1) === "began")
      ),
    );
    if (lead.filter((leads) => leads).length === 1) return;
  }
}
