// A clock that stands still until a test lets time pass: timers end in their order, as if it had.

/** Stands in for `setTimeout`, `clearTimeout` and `performance.now` until it is disposed of. */
export class VirtualClock implements Disposable {
  readonly #real = { setTimeout, clearTimeout, now: performance.now };
  readonly #timers = new Map<number, { at: number; fn: () => void }>();
  #ids = 0;
  now = 0;

  constructor() {
    performance.now = () => this.now;
    globalThis.setTimeout = ((fn: () => void, milliseconds = 0) => {
      this.#timers.set(++this.#ids, { at: this.now + milliseconds, fn });
      return this.#ids;
    }) as typeof setTimeout;
    globalThis.clearTimeout = (id) => void this.#timers.delete(id as number);
  }

  /** Lets so many milliseconds pass, and what begins then come as far as it can. */
  async pass(milliseconds: number): Promise<void> {
    const end = this.now + milliseconds;
    for (;;) {
      await new Promise((resolve) => this.#real.setTimeout(resolve, 0));
      const [next] = [...this.#timers].filter(([, { at }]) => at <= end)
        .sort(([, a], [, b]) => a.at - b.at);
      if (!next) break;
      const [id, { at, fn }] = next;
      this.#timers.delete(id);
      this.now = Math.max(this.now, at);
      fn();
    }
    this.now = end;
  }

  [Symbol.dispose](): void {
    const { now, ...timers } = this.#real;
    Object.assign(globalThis, timers);
    performance.now = now;
  }
}
