// Replaces timers and the clock in this process: timers end at once, and how long each was to take is noted.

/** Stands in for `setTimeout` and `performance.now` until it is disposed of. */
export class Timers implements Disposable {
  readonly #setTimeout = globalThis.setTimeout;
  readonly #now = performance.now;
  #passed = 0;
  /** How long each timer was to take, in milliseconds, as browsers take it. */
  readonly waited: number[] = [];

  constructor() {
    performance.now = () => this.#passed;
    globalThis.setTimeout = ((fn: () => void, milliseconds = 0) => {
      this.waited.push(milliseconds | 0); // beyond 2^31 they wait for nothing
      return this.#setTimeout(fn, 0);
    }) as typeof setTimeout;
  }

  /** Lets time go by. */
  pass(milliseconds: number): void {
    this.#passed += milliseconds;
  }

  [Symbol.dispose](): void {
    globalThis.setTimeout = this.#setTimeout;
    performance.now = this.#now;
  }
}
