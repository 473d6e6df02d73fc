// Turns: how many answers to pulls one person has on their way at a time, each as large as a room's history.
import { LimitReached } from "./rate_limits.ts";

const AT_ONCE = 6; // of one person; a browser opens as many connections to a host
const MOST_WAITING = 200;
const PATIENCE = 60_000; // ms that a piece of an answer may wait to be read

type Line = { taken: number; waiting: (() => void)[] };

/** Who has taken all of their turns waits for one of them to be given back. */
export class PullSlots {
  readonly #lines = new Map<string, Line>();

  constructor(private readonly limited: boolean) {}

  /**
   * Takes a turn of `whose`; call the answer once to give it back. Throws a
   * `LimitReached` of 503 when too many wait already.
   */
  async take(whose: string): Promise<() => void> {
    if (!this.limited) return () => {};
    const line = this.#lines.get(whose) ?? { taken: 0, waiting: [] };
    this.#lines.set(whose, line);
    if (line.taken < AT_ONCE) line.taken++;
    else if (line.waiting.length >= MOST_WAITING) {
      throw new LimitReached(503, 1, "There are too many pulls at once.");
    } else {
      await new Promise<void>((resolve) => line.waiting.push(resolve));
    }
    return () => {
      const next = line.waiting.shift();
      if (next) next(); // the turn is handed on
      else if (--line.taken === 0) this.#lines.delete(whose);
    };
  }
}

const encoder = new TextEncoder();

/**
 * The body of an answer, made piece by piece as it is read; then, or when it
 * is not wanted any more, `done` is called once. Who reads nothing of it for a
 * minute has it broken off, as what is left of it takes up memory.
 */
export function bodyOf(
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
      }, PATIENCE);
    },
    cancel: end,
  });
}
