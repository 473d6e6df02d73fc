// The poke streams that a browser holds, as its requests show them.
import type { BrowserContext, Page, Request } from "playwright-core";

export class PokeStreams {
  #open = new Set<Request>();
  #next = Promise.withResolvers<void>();
  #changed = Promise.withResolvers<void>();

  constructor(context: BrowserContext) {
    const isStream = (request: Request) =>
      request.url().includes("/api/replicache/poke?");
    context.on("response", (response) => {
      if (!isStream(response.request()) || response.status() !== 200) return;
      this.#open.add(response.request());
      this.#next.resolve();
      this.#next = Promise.withResolvers();
      this.#change();
    });
    const end = (request: Request) => {
      if (this.#open.delete(request)) this.#change();
    };
    context.on("requestfinished", end);
    context.on("requestfailed", end);
  }

  #change(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  /**
   * The one stream, when there is just one and, if `page` is given, when that
   * page holds it. Messages may be there before: they come by a pull, too.
   */
  async only(page?: Page): Promise<Request> {
    for (;;) {
      const open = [...this.#open].filter((each) =>
        !each.frame().page().isClosed()
      );
      const [first] = open;
      if (open.length === 1 && (!page || first.frame().page() === page)) {
        return first;
      }
      await this.#changed.promise;
    }
  }

  /** Resolves when one more has been opened. */
  next(): Promise<void> {
    return this.#next.promise;
  }
}
