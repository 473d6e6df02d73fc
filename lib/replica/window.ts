// How much of its space's large collections a replica asks for: the newest so many of each.
import type { Puller } from "replicache";

export class Window {
  #size: number | undefined;
  /** What the last pull that was answered had asked for. */
  #pulled = 0;

  /** `size` is undefined for as many as the server thinks fit. */
  constructor(private readonly space: string, size: number | undefined) {
    this.#size = size;
  }

  /** Where to pull now. */
  readonly url = (): string => {
    const where = new URLSearchParams({ space: this.space });
    if (this.#size) where.set("window", String(this.#size));
    return `/api/replicache/pull?${where}`;
  };

  /** The same puller, its answers noted here. */
  noting(puller: Puller): Puller {
    return async (...request) => {
      const asked = this.#size ?? 0;
      const result = await puller(...request);
      if (result.response && !("error" in result.response)) {
        this.#pulled = asked;
      }
      return result;
    };
  }

  /**
   * Pulls until an answer has brought at least `size`. `pull` does not say
   * whether there was one: when none has, this rejects, and asks for no more
   * than before.
   */
  async widen(size: number, pull: () => Promise<void>): Promise<void> {
    const before = this.#size;
    const wanted = this.#size = Math.max(size, before ?? 0);
    // The first pull to end may be one that was under way: it asked for less.
    for (let i = 0; i < 3 && this.#pulled < size; i++) await pull();
    if (this.#pulled >= size) return;
    if (this.#size === wanted) this.#size = before;
    throw new Error("No answer");
  }
}
