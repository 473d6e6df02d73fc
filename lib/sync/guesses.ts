// For whom, and for which mutators, an entry that is not remembered may be taken to be absent without a look.

/** How long, in milliseconds, a guess that was wrong keeps others away. */
const SUSPENDED_MS = 60_000;
const MAX_SUSPENDED = 1_000; // users, and as many mutators

/** So often a mutator may ask in vain: what others use as well is not remembered at first. */
const MAX_IN_VAIN = 3;

/** Names that are suspended for a while once they were counted so often; the newest of them, if they are many. */
class Suspended {
  readonly #counted = new Map<string, { times: number; until: number }>();

  constructor(private readonly after: number) {}

  count(name: string): void {
    const times = this.#timesOf(name) + 1;
    this.#counted.delete(name);
    this.#counted.set(name, { times, until: performance.now() + SUSPENDED_MS });
    if (this.#counted.size <= MAX_SUSPENDED) return;
    this.#counted.delete(this.#counted.keys().next().value!);
  }

  has(name: string): boolean {
    return this.#timesOf(name) >= this.after;
  }

  #timesOf(name: string): number {
    const { times = 0, until = 0 } = this.#counted.get(name) ?? {};
    return performance.now() < until ? times : 0;
  }
}

/**
 * A mutation that creates an entry looks whether there is one already. It need
 * not: the commit checks that the key is absent. A wrong guess fails the commit
 * of all that are in it, so whoever was wrong is not guessed for in a while.
 */
export class Guesses {
  readonly #users = new Suspended(1);
  readonly #mutators = new Suspended(MAX_IN_VAIN);

  allow(userID: string, mutator: string): boolean {
    return !this.#users.has(userID) && !this.#mutators.has(mutator);
  }

  /** What a user's mutation took to be absent was there. */
  failed(userID: string): void {
    this.#users.count(userID);
  }

  /** A mutator has asked for entries that it does not set: it had to run again, with them. */
  inVain(mutator: string): void {
    this.#mutators.count(mutator);
  }
}
