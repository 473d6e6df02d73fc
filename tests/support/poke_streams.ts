// The poke streams that a browser holds, as its requests show them.
import type { BrowserContext, Page, Request } from "playwright-core";

export class PokeStreams {
  #open = new Set<Request>();
  #next = Promise.withResolvers<void>();

  constructor(context: BrowserContext) {
    const isStream = (request: Request) =>
      request.url().includes("/api/replicache/poke?");
    context.on("response", (response) => {
      if (!isStream(response.request()) || response.status() !== 200) return;
      this.#open.add(response.request());
      this.#next.resolve();
      this.#next = Promise.withResolvers();
    });
    const end = (request: Request) => this.#open.delete(request);
    context.on("requestfinished", end);
    context.on("requestfailed", end);
  }

  get open(): Request[] {
    return [...this.#open].filter((each) => !each.frame().page().isClosed());
  }

  /** Whether there is one, and this page holds it. */
  isOf(page: Page): boolean {
    const pages = this.open.map((request) => request.frame().page());
    return pages.length === 1 && pages[0] === page;
  }

  /** Resolves when one more has been opened. */
  next(): Promise<void> {
    return this.#next.promise;
  }
}
