// The memory that bodies of requests and answers to pulls may hold, of the whole process.
import { getHeapStatistics } from "node:v8";
import { LimitReached } from "./rate_limits.ts";

/** Parts of the most that the heap can be. */
const SHARE = 1 / 4; // of all that is held
const CACHES_SHARE = 1 / 16; // of caches; JSON takes three times its bytes in memory
const FULL = .85; // of what is in use for whatever reason: then nothing more is held
/** Of what is held, what one address may hold, and what is left to requests that hold little. */
const ADDRESS_SHARE = 1 / 4;
const SMALL_SHARE = 1 / 4;
const SMALL_BYTES = 256 * 1024;

/** The heap as V8 counts it, in bytes. */
type Heap = {
  heap_size_limit: number;
  used_heap_size: number;
  external_memory: number;
};

/** How many bytes caches may hold: those of the JSON that they were read from. */
export const cacheBytes = (): number =>
  getHeapStatistics().heap_size_limit * CACHES_SHARE;

/**
 * One budget for all that a process holds for requests under way, in bytes. It
 * is a part of the heap's limit (`--max-old-space-size` sets that), and nothing
 * more is held while the heap is nearly full.
 */
export class MemoryBudget {
  readonly #shares = new Map<string, Share>();
  #bytes = 0;

  /** Addresses have shares where it is `limited`; the budget itself holds in any case. */
  constructor(
    private readonly limited: boolean,
    private readonly heap: () => Heap = getHeapStatistics,
  ) {}

  /** What one request or answer from an address will hold; nothing yet. */
  hold(address: string): Held {
    return new Held((held, more) => this.#change(address, held, more));
  }

  /** How many bytes are held. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Takes `more` bytes for a holder, or gives them back, below zero; false when there is no room. */
  #change(address: string, held: Held, more: number): boolean {
    const share = this.#shares.get(address) ?? { bytes: 0 };
    if (more > 0 && !this.#hasRoom(share, held, more)) return false;
    this.#bytes += more;
    if (share.larger !== held) share.bytes += more;
    else if (held.bytes + more === 0) share.larger = undefined;
    if (share.bytes > 0 || share.larger) this.#shares.set(address, share);
    else this.#shares.delete(address);
    return true;
  }

  #hasRoom(share: Share, held: Held, more: number): boolean {
    const heap = this.heap();
    const used = heap.used_heap_size + heap.external_memory;
    if (used + more > FULL * heap.heap_size_limit) return false;
    const all = SHARE * heap.heap_size_limit;
    const isSmall = held.bytes + more <= SMALL_BYTES;
    const most = isSmall ? all : (1 - SMALL_SHARE) * all;
    if (this.#bytes + more > most) return false;
    const isIn = !this.limited || share.larger === held ||
      share.bytes + more <= ADDRESS_SHARE * all;
    if (isIn || share.larger) return isIn;
    share.larger = held;
    share.bytes -= held.bytes;
    return true;
  }
}

/**
 * Of an address: the bytes of all that it holds but for one, which may be larger
 * than its share, as else an answer of that size could never be had.
 */
type Share = { bytes: number; larger?: Held };

/** The bytes that one request or answer holds, until it is disposed of. */
export class Held implements Disposable {
  #bytes = 0;
  #isOver = false;

  constructor(
    private readonly change: (held: Held, more: number) => boolean,
  ) {}

  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Holds so many more, or, below zero, fewer. False, and holds them not, when
   * there is no room for them, or it was disposed of: reads that go on in vain
   * would never give them back.
   */
  readonly tryAdd = (bytes: number): boolean => {
    if (this.#isOver || !this.change(this, bytes)) return false;
    this.#bytes += bytes;
    return true;
  };

  /** As `tryAdd`, but throws a `LimitReached` of 503. */
  add(bytes: number): void {
    if (this.tryAdd(bytes)) return;
    throw new LimitReached(503, 5, "The server is busy. Try again soon.");
  }

  [Symbol.dispose](): void {
    this.tryAdd(-this.#bytes);
    this.#isOver = true;
  }
}
