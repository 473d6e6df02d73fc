// Limits concurrent pulls per person; each answer can be as large as a room's history.
import { LimitReached } from "./rate_limits.ts";

const MAX_PULLS_PER_PERSON = 6; // a browser opens as many connections to a host
const MAX_WAITING_PER_PERSON = 200;
const READ_TIMEOUT_MS = 60_000; // for a piece of an answer to be read

type Queue = { taken: number; waiting: (() => void)[] };

/** A person has a few slots; a pull beyond them waits until one is free. */
export class PullSlots {
  readonly #queues = new Map<string, Queue>();

  constructor(private readonly limited: boolean) {}

  /**
   * Takes a slot of a person's; call what it resolves to once, to free it.
   * Throws a `LimitReached` of 503 when too many wait already.
   */
  async take(userID: string): Promise<() => void> {
    if (!this.limited) return () => {};
    const queue = this.#queues.get(userID) ?? { taken: 0, waiting: [] };
    this.#queues.set(userID, queue);
    if (queue.taken < MAX_PULLS_PER_PERSON) queue.taken++;
    else if (queue.waiting.length >= MAX_WAITING_PER_PERSON) {
      throw new LimitReached(503, 1, "There are too many pulls at once.");
    } else {
      await new Promise<void>((resolve) => queue.waiting.push(resolve));
    }
    return () => {
      const next = queue.waiting.shift();
      if (next) next(); // the slot is handed on
      else if (--queue.taken === 0) this.#queues.delete(userID);
    };
  }
}

const encoder = new TextEncoder();

/**
 * The body of an answer, made piece by piece as it is read; then, or when it
 * is given up, `done` is called once. An answer of which nothing is read for a
 * minute is broken off, as the rest of it takes up memory.
 */
export function streamOf(
  answer: Iterable<string>,
  done: () => void,
): ReadableStream<Uint8Array> {
  const pieces = answer[Symbol.iterator]();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const end = () => {
    clearTimeout(timer);
    pieces.return?.();
    done();
  };
  return new ReadableStream({
    pull(controller) {
      clearTimeout(timer);
      const { done: isLast, value } = pieces.next();
      if (isLast) {
        end();
        return controller.close();
      }
      controller.enqueue(encoder.encode(value));
      timer = setTimeout(() => {
        end();
        controller.error(new LimitReached(503, 1, "The answer is not read."));
      }, READ_TIMEOUT_MS);
    },
    cancel: end,
  });
}
