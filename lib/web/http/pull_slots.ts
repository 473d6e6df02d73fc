// Limits concurrent pulls per person; each answer can be as large as a room's history.
import { LimitReached } from "./rate_limits.ts";

const MAX_PULLS_PER_PERSON = 6; // a browser opens as many connections to a host
const MAX_WAITING_PER_PERSON = 200;
/**
 * A piece of an answer, in bytes, and for how long nothing may be read: at 100
 * kbit/s a piece takes 1.3 s.
 */
const PIECE_BYTES = 16 * 1024;
const READ_TIMEOUT_MS = 20_000;

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

function* inPieces(
  answer: Iterable<string>,
): Generator<Uint8Array, void> {
  for (const text of answer) {
    const bytes = encoder.encode(text);
    for (let i = 0; i < bytes.length; i += PIECE_BYTES) {
      yield bytes.subarray(i, i + PIECE_BYTES);
    }
  }
}

/** The body of an answer to a pull; see `bodyOf`. */
export const streamOf = (
  answer: Iterable<string>,
  done: () => void,
): ReadableStream<Uint8Array> => bodyOf(inPieces(answer), done);

/**
 * The body of an answer, made piece by piece as it is read; then, or when it
 * is given up, `done` is called once. An answer of which nothing is read for
 * 20 s is broken off, as the rest of it takes up memory. (What the system's
 * buffers take counts as read: between two processes of one machine 4 MB.)
 */
export function bodyOf(
  pieces: Generator<Uint8Array, void> | AsyncGenerator<Uint8Array, void>,
  done: () => void,
): ReadableStream<Uint8Array> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let ended = false;
  const end = () => {
    clearTimeout(timer);
    if (ended) return;
    ended = true;
    pieces.return(undefined);
    done();
  };
  return new ReadableStream({
    async pull(controller) {
      clearTimeout(timer);
      try {
        const { done: isLast, value } = await pieces.next();
        if (ended) return; // given up meanwhile
        if (!isLast) controller.enqueue(value);
        else {
          end();
          return controller.close();
        }
      } catch (error) {
        end();
        throw error;
      }
      timer = setTimeout(() => {
        end();
        controller.error(new LimitReached(503, 1, "The answer is not read."));
      }, READ_TIMEOUT_MS);
    },
    cancel: end,
  });
}
