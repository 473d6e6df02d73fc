// A bounded cache of what was read from KV, never older than what its owner knows.

/** What a value takes beside its bytes, about: its key, its place in the map. */
export const OVERHEAD_BYTES = 100;

/** `usedAt` counts all uses: that of the last one. */
type Remembered<V> = { value: V; bytes: number; usedAt: number };

/** What stays when there are too many: some fewer, so that they are not dropped one by one. */
const KEPT_SHARE = .9;

/**
 * Values by key; above a number of values or bytes those used longest ago are
 * dropped. A value that is being read while `set`, `delete` or `clear` changes its key is
 * given to the callers who asked for it, and not remembered.
 */
export class Cache<V> {
  readonly #values = new Map<string, Remembered<V>>();
  readonly #reading = new Map<string, Promise<V>>();
  #bytes = 0;
  #uses = 0;

  constructor(
    private readonly maxValues: number,
    private readonly maxBytes = Infinity,
  ) {}

  /** How much the values take up that are remembered. */
  get bytes(): number {
    return this.#bytes;
  }

  /** What is remembered, else what `read` gives; callers who ask meanwhile share the read. */
  get(
    key: string,
    read: () => Promise<{ value: V; bytes?: number }>,
  ): V | Promise<V> {
    const known = this.#values.get(key);
    if (known) {
      known.usedAt = ++this.#uses;
      return known.value;
    }
    return this.#reading.get(key) ?? this.#read(key, read);
  }

  /** Whether `get` gives it without a read. */
  has(key: string): boolean {
    return this.#values.has(key);
  }

  #read(
    key: string,
    read: () => Promise<{ value: V; bytes?: number }>,
  ): Promise<V> {
    const reading = read().then(({ value, bytes }) => {
      if (this.#reading.get(key) === reading) this.set(key, value, bytes);
      return value;
    }).finally(() => {
      if (this.#reading.get(key) === reading) this.#reading.delete(key);
    });
    this.#reading.set(key, reading);
    return reading;
  }

  /** Remembers a value that takes so many bytes. */
  set(key: string, value: V, bytes = 0): void {
    this.delete(key);
    this.#values.set(key, { value, bytes, usedAt: ++this.#uses });
    this.#bytes += bytes + OVERHEAD_BYTES;
    if (this.#isAbove(1)) this.#dropOldest();
  }

  #isAbove(share: number): boolean {
    return this.#values.size > share * this.maxValues ||
      this.#bytes > share * this.maxBytes;
  }

  #dropOldest(): void {
    const oldestFirst = [...this.#values]
      .sort(([, a], [, b]) => a.usedAt - b.usedAt);
    for (const [key] of oldestFirst) {
      if (!this.#isAbove(KEPT_SHARE)) return;
      this.delete(key);
    }
  }

  delete(key: string): void {
    this.#reading.delete(key);
    const known = this.#values.get(key);
    if (!known) return;
    this.#values.delete(key);
    this.#bytes -= known.bytes + OVERHEAD_BYTES;
  }

  clear(): void {
    this.#values.clear();
    this.#reading.clear();
    this.#bytes = 0;
  }
}
