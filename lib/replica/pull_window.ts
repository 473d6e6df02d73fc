// How much of its space's large collections a replica pulls: the newest so many members of each.

export class PullWindow {
  /** What the last pull that was answered had asked for. */
  pulled = 0;

  /** `size` is what to ask for now; undefined for as many as the server thinks fit. */
  constructor(public size: number | undefined) {}

  /**
   * Pulls until an answer has brought at least `size`. `pull` does not say
   * whether there was one: when none has, this rejects, and asks for no more
   * than before.
   */
  async widen(size: number, pull: () => Promise<void>): Promise<void> {
    const before = this.size;
    const wanted = this.size = Math.max(size, before ?? 0);
    // The first pull to end may be one that was under way: it asked for less.
    for (let i = 0; i < 3 && this.pulled < size; i++) await pull();
    if (this.pulled >= size) return;
    if (this.size === wanted) this.size = before;
    throw new Error("No answer");
  }
}
