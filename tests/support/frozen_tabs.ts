// Tabs that the browser freezes, as phones do it to those in the background, and the checks by which others find that out.
import type { Page } from "playwright-core";

/** `thaw` has it run again, as the end of a test does: a browser waits for it. */
type Frozen = AsyncDisposable & { thaw: () => Promise<void> };
export type Freeze = () => Promise<Frozen>;

/**
 * Before a page is opened: returns what freezes it, so that nothing in it runs
 * any more until it is thawed. A headless browser freezes no tab, as all are
 * visible: a debugger stops it, between what it does on the disk, which would
 * hold others up for a minute.
 */
export async function freezable(page: Page): Promise<Freeze> {
  await page.addInitScript(() => {
    const { transaction } = IDBDatabase.prototype;
    let open = 0;
    const end = () => open--;
    IDBDatabase.prototype.transaction = function (...args) {
      const begun = transaction.apply(this, args);
      open++;
      begun.addEventListener("complete", end);
      begun.addEventListener("abort", end);
      return begun;
    };
    const stop = () => {
      if (open > 0) return requestIdleCallback(stop);
      // deno-lint-ignore no-debugger -- that it stops is what this is for
      debugger;
    };
    Object.assign(globalThis, { stop });
  });
  return async () => {
    const devtools = await page.context().newCDPSession(page);
    await devtools.send("Debugger.enable");
    const isFrozen = new Promise((resolve) =>
      devtools.once("Debugger.paused", resolve)
    );
    const expression = "requestIdleCallback(stop)";
    await devtools.send("Runtime.evaluate", { expression });
    await isFrozen;
    const thaw = () => devtools.detach().catch(() => {}); // it was thawed already
    return { thaw, [Symbol.asyncDispose]: thaw };
  };
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
