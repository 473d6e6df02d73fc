// Every page and state, looked at by axe in both themes and on a phone.
import { assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { browserTest } from "../support/browser.ts";
import { inTheme, playScenes } from "../support/scenes.ts";
import { startServer } from "../support/server.ts";

/** All that another theme can be wrong about. */
const COLORS = ["color-contrast", "link-in-text-block"];

browserTest(
  "On no page and in no state does axe find anything serious",
  async (device) => {
    await using server = await startServer();
    const found: string[] = [];
    let looked = 0;
    await playScenes(device, server.url, async (name, page) => {
      await inTheme(page, "light");
      found.push(...await faults(page, name));
      await inTheme(page, "dark");
      found.push(...await faults(page, `${name}, dark`, COLORS));
      looked++;
    });
    assertEquals(found, []);
    assertEquals(looked > 20, true);
  },
);

browserTest("Axe finds what is wrong with a page", async (device) => {
  await using server = await startServer();
  const page = await device(server.url);
  await page.goto("/signin");
  await page.evaluate(() => {
    document.querySelector("#name")!.removeAttribute("aria-describedby");
    document.querySelector("label")!.remove();
    document.querySelector("h1")!.style.color = "#eee";
  });
  const found = (await faults(page, "spoilt")).map((fault) =>
    fault.split(": ")[1]
  );
  assertEquals(found.sort(), ["color-contrast", "label"]);
});

/** What is serious or critical, in a line each; of these rules if some are named. */
async function faults(
  page: Page,
  where: string,
  rules?: string[],
): Promise<string[]> {
  // Imported here, as plain `deno test` may not read what it asks for.
  const { default: axe } = await import("axe-core");
  // Not by a script element, which the page's policy forbids.
  if (!await page.evaluate("'axe' in globalThis")) {
    await page.evaluate(axe.source);
  }
  const violations = await page.evaluate(async (runOnly) => {
    const { axe } = globalThis as unknown as { axe: typeof import("axe-core") };
    const { violations } = await axe.run({
      resultTypes: ["violations"],
      ...runOnly && { runOnly },
    });
    return violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(({ id, nodes }) => ({ id, html: nodes.map(({ html }) => html) }));
  }, rules);
  return violations.map(({ id, html }) =>
    `${where}: ${id}: ${html.join(" ").slice(0, 300)}`
  );
}
