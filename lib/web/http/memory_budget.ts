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
  readonly #byAddress = new Map<string, number>();
  #bytes = 0;

  /** Addresses have shares where it is `limited`; the budget itself holds in any case. */
  constructor(
    private readonly limited: boolean,
    private readonly heap: () => Heap = getHeapStatistics,
  ) {}

  /** What one request or answer from an address will hold; nothing yet. */
  hold(address: string): Held {
    return new Held((more, own) => this.#change(address, more, own));
  }

  /** How many bytes are held. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Takes `more` bytes for a holder that has `own` so far, or gives them back; false when there is no room. */
  #change(address: string, more: number, own: number): boolean {
    const ofAddress = (this.#byAddress.get(address) ?? 0) + more;
    if (more > 0 && !this.#hasRoom(more, own, ofAddress)) return false;
    this.#bytes += more;
    if (ofAddress > 0) this.#byAddress.set(address, ofAddress);
    else this.#byAddress.delete(address);
    return true;
  }

  #hasRoom(more: number, own: number, ofAddress: number): boolean {
    const heap = this.heap();
    const used = heap.used_heap_size + heap.external_memory;
    if (used + more > FULL * heap.heap_size_limit) return false;
    const all = SHARE * heap.heap_size_limit;
    if (this.limited && ofAddress > ADDRESS_SHARE * all) return false;
    const isSmall = own + more <= SMALL_BYTES;
    return this.#bytes + more <= (isSmall ? all : (1 - SMALL_SHARE) * all);
  }
}

/** The bytes that one request or answer holds, until it is disposed of. */
export class Held implements Disposable {
  #bytes = 0;

  constructor(
    private readonly change: (more: number, own: number) => boolean,
  ) {}

  /** Holds so many more; false, and holds them not, when there is no room for them. */
  tryAdd(bytes: number): boolean {
    if (!this.change(bytes, this.#bytes)) return false;
    this.#bytes += bytes;
    return true;
  }

  /** As `tryAdd`, but throws a `LimitReached` of 503. */
  add(bytes: number): void {
    if (this.tryAdd(bytes)) return;
    throw new LimitReached(503, 5, "The server is busy. Try again soon.");
  }

  [Symbol.dispose](): void {
    this.change(-this.#bytes, this.#bytes);
    this.#bytes = 0;
  }
}
