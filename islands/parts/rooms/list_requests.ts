// When the server is asked for the list of rooms: where nothing else tells in time of what has changed, and after a failure again, ever less often.
import { coalesce } from "../../../lib/replica/coalesce.ts";

/** In milliseconds: so long a poke waits for something that tells of it; */
const WAIT_FOR_NEWS = 3_000;
/** and so long after one request the next is made, unless it is asked for at once. */
const MIN_INTERVAL = 10_000;
/** The longest pause after a failure, in milliseconds; the shortest is `MIN_INTERVAL`. */
const MAX_RETRY_DELAY = 300_000;
/** Between two requests that are asked for at once, in milliseconds. */
const MIN_PAUSE = 1_000;

/** Stands for a request that has failed, among the spaces that are awaited. */
const REQUEST = "";

export class ListRequests {
  /** By space of which nothing has told since it was poked, when the server is to be asked. */
  #awaited = new Map<string, number>();
  #notBefore = -Infinity;
  #retryDelay = MIN_INTERVAL;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  /** `request` throws where there is no answer. */
  constructor(private readonly request: () => Promise<void>) {}

  /** A space has changed. */
  await(space: string): void {
    if (this.#awaited.has(space)) return;
    this.#awaited.set(space, performance.now() + WAIT_FOR_NEWS);
    this.#schedule();
  }

  /** Something has told of what has changed in a space. */
  told(space: string): void {
    if (this.#awaited.delete(space)) this.#schedule();
  }

  /** Asks the server; calls while it is asked share one more request. */
  readonly now: () => Promise<void> = coalesce(async () => {
    if (this.#closed) return;
    // What changes from here on may not be in the answer.
    const asked = this.#awaited;
    this.#awaited = new Map();
    this.#notBefore = performance.now() + MIN_INTERVAL;
    try {
      await this.request();
      this.#retryDelay = MIN_INTERVAL;
    } catch (error) {
      console.warn(error);
      asked.set(REQUEST, performance.now());
      this.#awaited = new Map([...this.#awaited, ...asked]);
      // What made one page wait has made many: they do not all come back at once.
      const delay = this.#retryDelay * (1 + Math.random());
      this.#notBefore = performance.now() + delay;
      this.#retryDelay = Math.min(this.#retryDelay * 2, MAX_RETRY_DELAY / 2);
    }
    this.#schedule();
  }, MIN_PAUSE);

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    if (this.#closed || this.#awaited.size === 0) return;
    const due = Math.max(Math.min(...this.#awaited.values()), this.#notBefore);
    this.#timer = setTimeout(this.now, due - performance.now());
  }
}
