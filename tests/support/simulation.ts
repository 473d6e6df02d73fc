// Simulates time and the order of events from a seed, so that any run can be repeated.
import { setImmediate } from "node:timers";
import { type Random, randomFrom } from "./random.ts";

const MAX_DURATION = 3_600_000; // ms

type Task = { run: () => Promise<void> };
type Timer = { id: number; at: number; fire: () => void; every?: number };

/** The result of what does not end, in a process that has. */
export const NEVER = Symbol();

/** Turns of the event loop that what is tested asks for, one after the other: a push to be frozen and to be joined by others, a poke. */
const MAX_TURNS = 4;

/** The end of this turn of the real event loop, and of those that it asks for. */
async function turns(): Promise<void> {
  for (let i = 0; i <= MAX_TURNS; i++) {
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}

/**
 * One event at a time, picked by the seed from those that could be next; the
 * clock stands still but for them, so that waiting takes no time. (FoundationDB
 * is tested in this way: Zhou et al., SIGMOD 2021, section 4.)
 */
export class Simulation {
  now = Date.UTC(2026, 0, 1, 12);
  readonly random: Random;
  readonly #end = this.now + MAX_DURATION;
  #tasks: Task[] = [];
  #timers: Timer[] = [];
  #timerID = 1;

  constructor(seed: number) {
    this.random = randomFrom(seed);
  }

  /** Does something when its turn comes; who waits for `NEVER` does so for ever. */
  soon<T>(run: () => Promise<T | typeof NEVER>): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const settle = (result: T | typeof NEVER) => {
      if (result !== NEVER) resolve(result);
    };
    this.#tasks.push({ run: () => run().then(settle, reject) });
    return promise;
  }

  sleep(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#plan(resolve, ms);
    return promise;
  }

  #plan(fire: () => void, ms = 0, every?: number): number {
    const id = this.#timerID++;
    this.#timers.push({ id, at: this.now + Math.max(0, ms), fire, every });
    return id;
  }

  #cancel(id: number | undefined): void {
    this.#timers = this.#timers.filter((timer) => timer.id !== id);
  }

  /**
   * Runs something to its end in this world, the clock, timers and
   * `Math.random` of which are the only ones meanwhile. Throws when it waits
   * for what will never happen.
   */
  async run<T>(story: () => Promise<T>): Promise<T> {
    const restore = this.#takeOver();
    try {
      let ended = false;
      const end = story().finally(() => ended = true);
      end.catch(() => {}); // it is awaited below
      for (;;) {
        await turns();
        if (ended) return await end;
        await this.#next();
      }
    } finally {
      restore();
    }
  }

  async #next(): Promise<void> {
    const { random } = this;
    if (this.now > this.#end) throw new Error("It has no end.");
    this.now += random.real() * 2;
    const due = this.#timers.filter(({ at }) => at <= this.now);
    const choice = random.below(this.#tasks.length + due.length);
    if (choice < this.#tasks.length) {
      await this.#tasks.splice(choice, 1)[0].run();
      return;
    }
    const timer = due[choice - this.#tasks.length] ?? this.#earliest();
    this.now = Math.max(this.now, timer.at);
    this.#cancel(timer.id);
    const { every } = timer;
    if (every) this.#timers.push({ ...timer, at: this.now + every });
    timer.fire();
  }

  #earliest(): Timer {
    const sooner = (a: Timer, b: Timer) => b.at < a.at ? b : a;
    if (this.#timers.length > 0) return this.#timers.reduce(sooner);
    throw new Error("Something waits for what will never happen.");
  }

  /** Puts the world's clock in the place of the real one; gives back how to undo that. */
  #takeOver(): () => void {
    const real = {
      setTimeout,
      clearTimeout,
      setInterval,
      clearInterval,
    };
    const { now } = Date;
    const { random } = Math;
    const monotonic = performance.now;
    Object.assign(globalThis, {
      setTimeout: (fire: () => void, ms?: number) => this.#plan(fire, ms),
      clearTimeout: (id?: number) => this.#cancel(id),
      setInterval: (fire: () => void, ms = 0) => this.#plan(fire, ms, ms),
      clearInterval: (id?: number) => this.#cancel(id),
    });
    Date.now = () => Math.floor(this.now);
    performance.now = () => this.now;
    Math.random = this.random.real;
    return () => {
      Object.assign(globalThis, real);
      Date.now = now;
      performance.now = monotonic;
      Math.random = random;
    };
  }
}
