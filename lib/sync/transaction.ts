// The transaction that mutators and queries are handed on the server: reads from a source, writes to an overlay of its own.
import type {
  AsyncIterableIteratorToArray,
  ReadonlyJSONValue,
  ReadTransaction,
  ScanNoIndexOptions,
  ScanOptions,
  ScanResult,
  WriteTransaction,
} from "replicache";
import { deepFreeze } from "./freeze.ts";

/** What a transaction reads from. Values are deeply frozen; keys come in the order of their UTF-8 bytes. */
export interface Source {
  entry(key: string): Promise<ReadonlyJSONValue | undefined>;
  entriesFrom(
    key: string,
  ): AsyncIterable<readonly [string, ReadonlyJSONValue]>;
}

/** A value that was set, with the JSON that will be stored; undefined when it was deleted. */
export type Written = { value: ReadonlyJSONValue; json: string } | undefined;

/**
 * Replicache's WriteTransaction on the server. Nothing that is set reaches the
 * source: `written` holds it, so that a mutator that throws leaves nothing
 * behind. What is set is copied and what is read is frozen, as mutators may
 * keep hold of either.
 */
export class Transaction implements WriteTransaction {
  readonly location = "server";
  readonly environment = "server";
  readonly reason = "authoritative";
  readonly written = new Map<string, Written>();

  constructor(
    private readonly source: Source,
    readonly clientID = "",
    readonly mutationID = 0,
  ) {}

  // The `any` of these two: Replicache's types let the caller name the type of
  // what is stored, which no implementation can check.
  // deno-lint-ignore no-explicit-any -- see above
  async get(key: string): Promise<any> {
    if (this.written.has(key)) return this.written.get(key)?.value;
    return await this.source.entry(key);
  }

  async has(key: string): Promise<boolean> {
    return await this.get(key) !== undefined;
  }

  async isEmpty(): Promise<boolean> {
    for await (const _ of this.scan({ limit: 1 })) return false;
    return true;
  }

  // deno-lint-ignore require-await -- a fault must reject, as Replicache's does
  async set(key: string, value: ReadonlyJSONValue): Promise<void> {
    const json = JSON.stringify(value);
    if (json === undefined) throw new TypeError(`No JSON value for ${key}`);
    this.written.set(key, { json, value: deepFreeze(JSON.parse(json)) });
  }

  /** Replicache's old name of `set`. */
  put(key: string, value: ReadonlyJSONValue): Promise<void> {
    return this.set(key, value);
  }

  async del(key: string): Promise<boolean> {
    const had = await this.has(key);
    this.written.set(key, undefined);
    return had;
  }

  // deno-lint-ignore no-explicit-any -- as with get()
  scan(options: ScanOptions = {}): ScanResult<any, any> {
    if ("indexName" in options) {
      throw new Error("There are no indexes on the server.");
    }
    const entries = () => this.#entries(options);
    const part = <T>(of: (entry: Entry) => T) =>
      withToArray((async function* () {
        for await (const entry of entries()) yield of(entry);
      })());
    const values = () => part(([, value]) => value);
    return {
      entries: () => part((entry) => entry),
      keys: () => part(([key]) => key),
      values,
      toArray: () => values().toArray(),
      [Symbol.asyncIterator]: values,
    };
  }

  async *#entries(options: ScanNoIndexOptions): AsyncGenerator<Entry> {
    const { prefix = "", start, limit = Infinity } = options;
    const from = start && compareKeys(start.key, prefix) > 0
      ? start.key
      : prefix;
    let left = limit;
    if (left <= 0) return;
    const merged = overlaid(this.source.entriesFrom(from), this.written, from);
    for await (const entry of merged) {
      const [key] = entry;
      if (!key.startsWith(prefix)) return;
      if (start?.exclusive && key === start.key) continue;
      yield entry;
      if (--left <= 0) return;
    }
  }
}

type Entry = readonly [key: string, value: ReadonlyJSONValue];

/** The entries of a source with others laid over them, in the order of their keys. */
export async function* overlaid(
  source: AsyncIterable<Entry>,
  overlay: ReadonlyMap<string, Written>,
  from: string,
): AsyncGenerator<Entry> {
  const laid = [...overlay]
    .filter(([key]) => compareKeys(key, from) >= 0)
    .sort(([a], [b]) => compareKeys(a, b));
  let next = 0;
  for await (const entry of source) {
    for (; next < laid.length; next++) {
      const [key, written] = laid[next];
      if (compareKeys(key, entry[0]) >= 0) break;
      if (written) yield [key, written.value];
    }
    if (!overlay.has(entry[0])) yield entry;
  }
  for (; next < laid.length; next++) {
    const [key, written] = laid[next];
    if (written) yield [key, written.value];
  }
}

/**
 * Compares keys by their UTF-8 bytes, as KV and Replicache sort them. It
 * differs from comparing strings where surrogates (U+D800…) meet U+E000–U+FFFF.
 */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    if (a.charCodeAt(i) !== b.charCodeAt(i)) {
      return a.codePointAt(i)! - b.codePointAt(i)!;
    }
  }
  return a.length - b.length;
}

/** A read transaction over entries in memory, such as a client view. */
export function transactionOver(
  entries: ReadonlyMap<string, ReadonlyJSONValue>,
): ReadTransaction {
  const sorted = [...entries].sort(([a], [b]) => compareKeys(a, b));
  return new Transaction({
    entry: (key) => Promise.resolve(entries.get(key)),
    async *entriesFrom(from) {
      for (const entry of sorted) {
        if (compareKeys(entry[0], from) >= 0) yield entry;
      }
    },
  });
}

function withToArray<T>(
  generator: AsyncGenerator<T>,
): AsyncIterableIteratorToArray<T> {
  return Object.assign(generator, {
    async toArray() {
      const all: T[] = [];
      for await (const each of generator) all.push(each);
      return all;
    },
  });
}
