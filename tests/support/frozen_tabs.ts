// Tabs that the browser freezes, as phones do it to those in the background, and the checks by which others find that out.
import type { Page } from "playwright-core";

/**
 * Nothing in a tab runs any more until what is returned is called. A headless
 * browser freezes no tab, as all are visible: a debugger stops it.
 */
export async function freeze(page: Page): Promise<() => Promise<void>> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Debugger.enable");
  const isFrozen = new Promise((resolve) =>
    devtools.once("Debugger.paused", resolve)
  );
  await devtools.send("Debugger.pause");
  // It stops at the next script, which is this.
  const expression = "undefined";
  devtools.send("Runtime.evaluate", { expression }).catch(() => {}); // the page may be closed
  await isFrozen;
  return () => devtools.detach();
}

/**
 * Before a page is opened: what it does every ten seconds, to see whether the
 * tabs that lead are alive, it does only when what is returned is called.
 */
export async function handChecks(
  page: Page,
): Promise<(times?: number) => Promise<void>> {
  type Checks = { checks: Map<number, () => void> };
  await page.addInitScript(() => {
    const { setInterval, clearInterval } = globalThis;
    const { checks } = Object.assign(
      globalThis,
      { checks: new Map() } satisfies Checks,
    );
    globalThis.setInterval = ((body: () => void, pause?: number) => {
      if (pause !== 10_000) return setInterval(body, pause);
      const id = setInterval(() => {}, pause);
      checks.set(id, body);
      return id;
    }) as typeof setInterval;
    globalThis.clearInterval = (id) => {
      checks.delete(id!);
      clearInterval(id);
    };
  });
  return (times = 1) =>
    page.evaluate((times) => {
      const { checks } = globalThis as unknown as Checks;
      for (let i = 0; i < times; i++) {
        for (const check of checks.values()) check();
      }
    }, times);
}
