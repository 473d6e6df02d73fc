// Tabs that the browser freezes, as phones do it to those in the background, and the checks by which others find that out.
import type { Page } from "playwright-core";

/** `thaw` has it run again, as the end of a test does: a browser waits for it. */
type Frozen = AsyncDisposable & { thaw: () => Promise<void> };

/**
 * Nothing in a tab runs any more until it is thawed. A headless browser freezes
 * no tab, as all are visible: a debugger stops it.
 */
export async function freeze(page: Page): Promise<Frozen> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Debugger.enable");
  const isFrozen = new Promise((resolve) =>
    devtools.once("Debugger.paused", resolve)
  );
  // Once it has nothing to do: what it has begun on the disk holds others up.
  const expression = "requestIdleCallback(() => { debugger; })";
  await devtools.send("Runtime.evaluate", { expression });
  await isFrozen;
  const thaw = () => devtools.detach().catch(() => {}); // it was thawed already
  return { thaw, [Symbol.asyncDispose]: thaw };
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
