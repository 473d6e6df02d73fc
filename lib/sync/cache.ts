// What was read before and may be read again: bounded, and never older than what its owner knows.

/** What a value weighs beside its bytes, about: its key, its place in the map. */
const OVERHEAD = 100; // bytes

/**
 * Values by key, the ones put in first dropped above a number or a weight. A
 * value that is being read when `set`, `delete` or `clear` says better of its
 * key is given to who asked, but not remembered.
 */
export class Cache<V> {
  readonly #values = new Map<string, { value: V; bytes: number }>();
  readonly #reading = new Map<string, Promise<V>>();
  #bytes = 0;

  constructor(
    private readonly most: number,
    private readonly mostBytes = Infinity,
  ) {}

  /** What is remembered, else what `read` gives; who asks meanwhile shares the read. */
  get(
    key: string,
    read: () => Promise<{ value: V; bytes?: number }>,
  ): V | Promise<V> {
    const known = this.#values.get(key);
    if (known) return known.value;
    return this.#reading.get(key) ?? this.#read(key, read);
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
    this.#values.set(key, { value, bytes });
    this.#bytes += bytes + OVERHEAD;
    while (this.#values.size > this.most || this.#bytes > this.mostBytes) {
      this.delete(this.#values.keys().next().value!);
    }
  }

  delete(key: string): void {
    this.#reading.delete(key);
    const known = this.#values.get(key);
    if (!known) return;
    this.#values.delete(key);
    this.#bytes -= known.bytes + OVERHEAD;
  }

  clear(): void {
    this.#values.clear();
    this.#reading.clear();
    this.#bytes = 0;
  }
}
