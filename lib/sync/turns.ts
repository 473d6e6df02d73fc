// Turns: while several processes commit to a space, each of them gets its turn.
import { keys } from "./keys.ts";

/** Between two looks at whose turn it is, in ms. */
const LOOK_MS = 1;
/** How long a turn is before the next may go: as long as so many commits of ours, … */
const COMMITS_PER_TURN = 4;
const MAX_TURN_MS = 250; // … but at most this, …
const MIN_LOOKS_PER_TURN = 8; // … and at least so many looks
const NEWEST_COUNTS = 0.2; // of a duration, in the moving averages
const MAX_PROCESSES = 20; // in a queue
/** A queue that no one has changed for so long, in ms, is of the past. */
const EXPIRE_MS = 10_000;

/** What is needed of the space. */
type TurnSpace = { name: string; version: number; refresh(): Promise<void> };

/**
 * Whose turn it is to commit to a space, as one of its processes knows it.
 *
 * KV lets the fastest commit, and that is again and again the process that has
 * just committed: it knows the version at once, while the others must read it.
 * One that was outrun twice therefore puts itself first in a queue of processes
 * in KV, the one that committed longest ago first. Each commit checks that the
 * queue is as it is known, so that the others hear of it, and while there is one
 * puts its process last. A process goes when it is first; and when those before
 * it have let their turns pass, which leaves them out. The queue only advises:
 * what keeps commits apart is their check of the version.
 */
export class Turns {
  readonly #self = crypto.randomUUID().slice(0, 8);
  readonly #key: Deno.KvKey;
  #queue: readonly string[] = [];
  /** Of the queue; null where there is none, which is taken for granted at first. */
  #versionstamp: string | null = null;
  /** How many processes before us have let their turn pass. */
  #passed = 0;
  /** Up to where we have committed: beyond it others have. */
  #committed = 0;
  /** How long a commit and a look take, in ms, as moving averages. */
  #commitMs = 1;
  #lookMs = 1;

  constructor(private readonly kv: Deno.Kv, private readonly space: TurnSpace) {
    this.#key = keys.turns(space.name);
  }

  /** None is taken for granted; a commit finds out. */
  ready(): Promise<void> {
    return Promise.resolve();
  }

  /** Reads the queue from KV. */
  async refresh(): Promise<void> {
    const { value, versionstamp } = await this.kv.get<string[]>(this.#key);
    this.#know(value ?? [], versionstamp);
  }

  /** Asks for a turn: those who commit all the time hear of it by their next commit. */
  async ask(): Promise<void> {
    if (this.#queue.includes(this.#self)) return;
    const queue = [this.#self, ...this.#queue].slice(0, MAX_PROCESSES);
    const asked = await this.kv.atomic()
      .check({ key: this.#key, versionstamp: this.#versionstamp })
      .set(this.#key, queue, { expireIn: EXPIRE_MS })
      .commit();
    if (asked.ok) this.#know(queue, asked.versionstamp);
  }

  /** Waits until it is our turn, or those before us have let theirs pass. */
  async wait(): Promise<void> {
    for (let looks = 0;; looks++) {
      const turn = Math.min(COMMITS_PER_TURN * this.#commitMs, MAX_TURN_MS);
      const perTurn = Math.max(
        turn / Math.max(this.#lookMs, LOOK_MS),
        MIN_LOOKS_PER_TURN,
      );
      const before = this.#before;
      this.#passed = Math.min(Math.floor(looks / perTurn), before);
      if (this.#passed === before) return;
      const begun = performance.now();
      const { version } = this.space;
      await pause(LOOK_MS);
      await Promise.all([this.space.refresh(), this.refresh()]);
      this.#lookMs = moved(this.#lookMs, performance.now() - begun);
      if (this.space.version !== version) looks = -1;
    }
  }

  /** How many processes are before us. */
  get #before(): number {
    const place = this.#queue.indexOf(this.#self);
    if (place >= 0) return place;
    // Those in the queue were waiting for us, or we for them.
    return this.#isLast ? this.#queue.length : 0;
  }

  get #isLast(): boolean {
    return this.space.version === this.#committed;
  }

  /**
   * Adds the check of the queue to a commit, and, while there is one, our place
   * in it from then on; gives back what is to be called once it has happened.
   */
  addTo(
    atomic: Deno.AtomicOperation,
  ): (versionstamp: string, version: number) => void {
    const begun = performance.now();
    const key = this.#key;
    atomic.check({ key, versionstamp: this.#versionstamp });
    const others = this.#queue.slice(this.#passed)
      .filter((each) => each !== this.#self);
    // There are others, too, when one has asked for the only turn.
    const isShared = others.length > 0 ||
      (this.#queue.length > 0 && !this.#isLast);
    const queue = isShared ? [...others, this.#self].slice(-MAX_PROCESSES) : [];
    if (isShared) atomic.set(key, queue, { expireIn: EXPIRE_MS });
    else if (this.#queue.length > 0) atomic.delete(key);
    return (versionstamp, version) => {
      this.#commitMs = moved(this.#commitMs, performance.now() - begun);
      this.#know(queue, isShared ? versionstamp : null);
      this.#committed = version;
    };
  }

  #know(queue: readonly string[], versionstamp: string | null): void {
    if (versionstamp !== this.#versionstamp) this.#passed = 0;
    this.#queue = queue;
    this.#versionstamp = versionstamp;
  }
}

const moved = (average: number, newest: number) =>
  average + NEWEST_COUNTS * (newest - average);

async function pause(ms: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  setTimeout(resolve, ms);
  await promise;
}
