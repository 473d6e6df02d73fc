// The weight of a room: the JavaScript that its page loads before the first touch.
import { launchBrowser } from "../support/browser.ts";
import { enter } from "../support/room_page.ts";
import { sizeOf, watchScripts } from "../support/scripts.ts";
import { startServer } from "../support/server.ts";
import type { Row } from "./table.ts";

const BUDGET = 70; // kB (of 1,000 bytes), as it travels

/** One row per run: all of the room's scripts beside their budget. */
export async function benchScripts(): Promise<Row> {
  await using server = await startServer();
  const browser = await launchBrowser();
  try {
    const context = await browser.newContext({ baseURL: server.url });
    const first = await context.newPage();
    await enter(first, "Ada");
    const page = await context.newPage();
    const loaded = watchScripts(page);
    // Once it pulls, all that it comes alive with is there.
    const pulled = page.waitForResponse("**/api/replicache/pull?*");
    await page.goto(first.url());
    await pulled;
    const scripts = await loaded();
    return {
      what: "JavaScript of a room before the first touch, as it travels",
      figure: sizeOf(scripts) / 1_000,
      floor: BUDGET,
      unit: "kB",
      target: "<= 100 % of the floor",
      against: `the budget; ${scripts.length} scripts`,
    };
  } finally {
    await browser.close();
  }
}
