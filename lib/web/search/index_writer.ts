// Brings the index of a room in step with its log, a chunk of its messages at a time.
import { MESSAGES } from "../../chat/queries.ts";
import type { Message } from "../../chat/schema.ts";
import {
  type Change,
  type Changes,
  commitOrUnavailable,
  type Head,
} from "../../sync/mod.ts";
import type { ChatSync } from "../chat/domain.ts";
import {
  deleteIndex,
  type IndexHead,
  indexKeys,
  NO_INDEX,
} from "./index_store.ts";
import { bucketOf, BUCKETS, termsOfMessage } from "./index_terms.ts";
import {
  CHUNK,
  EMPTY,
  encodeBucket,
  encodeTimes,
  type Span,
  SPANS,
  type Time,
  withSpan,
} from "./posting_lists.ts";

const chunkOf = (seq: number): number => Math.floor(seq / CHUNK);

/** Messages that are read at once: 7 MB at the most. */
const MESSAGES_PER_READ = 128;

/** Of a commit; KV takes 819,200. Chunks with more take several, and stand in the head as stale until the last. */
const BYTES_PER_COMMIT = 400_000;

/** The newest of those that have changed, and, should that one change all the time, one more. */
const CHUNKS_PER_STEP = 2;

/** Rooms whose newest chunk is remembered, if it has no more than so many bytes. */
const MAX_REMEMBERED = 16;
const MAX_REMEMBERED_BYTES = 150_000;

/** A chunk in the making: its terms by bucket, each with the places of its messages, and their times. */
class Chunk {
  readonly buckets = Array.from(
    { length: BUCKETS },
    () => new Map<string, number[]>(),
  );
  readonly times: Time[] = [];
  /** The places of all terms that are in buckets already. */
  readonly #placesOf = new Map<string, number[]>();
  readonly #places = new Set<number>();

  constructor(readonly number: number) {}

  /** Adds a message behind the others. */
  add(seq: number, message: Message): void {
    const place = seq - CHUNK * this.number;
    this.#places.add(place);
    this.times.push({ place, at: secondsOf(message.createdAt) });
    for (const term of termsOfMessage(message)) {
      const places = this.#placesOf.get(term);
      if (places) {
        places.push(place);
        continue;
      }
      const first = [place];
      this.#placesOf.set(term, first);
      this.buckets[bucketOf(term)].set(term, first);
    }
  }

  /**
   * Adds what has been written; false where that is anything but messages
   * behind the others. Some may be there already, as of a later moment: what
   * has become of them follows in the log.
   */
  append(changes: readonly Change[]): boolean {
    for (const { key, value, was, now } of changes) {
      if (!key.startsWith(MESSAGES)) continue;
      const isHere = [was, now].some((seq) =>
        seq !== undefined && chunkOf(seq) === this.number
      );
      if (!isHere) continue;
      if (was !== undefined) return false;
      const place = now! - CHUNK * this.number;
      if (this.#places.has(place)) continue;
      if (place < (this.times.at(-1)?.place ?? 0)) return false;
      this.add(now!, value as Message);
    }
    return true;
  }

  get span(): Span {
    return this.times.reduce(({ from, to }, { at }) => ({
      from: Math.min(from, at),
      to: Math.max(to, at),
    }), EMPTY);
  }

  recordsIn(space: string): IndexRecord[] {
    const { buckets, times, number } = this;
    return [
      ...buckets.map((terms, bucket): IndexRecord => [
        indexKeys.terms(space, bucket, number),
        terms.size === 0 ? undefined : encodeBucket(terms),
      ]),
      [
        indexKeys.times(space, number),
        times.length === 0 ? undefined : encodeTimes(times),
      ],
    ];
  }
}

/** A record, or none where there is to be none. */
type IndexRecord = [key: Deno.KvKey, value: Uint8Array | undefined];

/** The newest chunk of a room, as of a place in its log. */
type Remembered = { head: Head; chunk: Chunk };

/** Writes the index, and remembers the newest chunks of some rooms: there most is written. */
export class IndexWriter {
  /** By space; the one used last comes last. */
  readonly #newest = new Map<string, Remembered>();

  constructor(
    private readonly kv: Deno.Kv,
    private readonly sync: ChatSync,
  ) {}

  /**
   * Does the next step: the head of the index moves to the end of what the log
   * tells, by a commit that also rebuilds the newest of the chunks that have
   * changed. The others wait in the head. A chunk is made of the messages as
   * they are, so that each step can be done twice, and a death in between loses
   * nothing; of two that do it at once one fails. Says whether there is more to
   * do, as far as it has seen. Throws what reading and commits throw.
   */
  async next(space: string): Promise<boolean> {
    const { kv, sync } = this;
    const stored = await kv.get<IndexHead>(indexKeys.head(space));
    const before = stored.value;
    if (!before) {
      if (await sync.stateOf(space) === undefined) return false;
      // It is there before the room is read: who deletes the index changes it.
      await commitOrUnavailable(
        kv.atomic().check(stored).set(stored.key, NO_INDEX),
      );
      return true;
    }
    const read = await sync.changesSince(space, before.head);
    if (!read) {
      await deleteIndex(kv, space);
      return false;
    }
    const moved = !isSame(before.head, read.head);
    if (!moved && before.stale.length === 0) return false;
    const changed = read.changes
      ? chunksIn(read.changes)
      : await allChunks(sync, space, before);
    const stale = [...new Set([...before.stale, ...changed])]
      .sort((a, b) => a - b);
    const numbers = stale.slice(-CHUNKS_PER_STEP);
    const rest = stale.slice(0, -CHUNKS_PER_STEP);
    const chunks = await this.#build(space, numbers, before, read);
    const records = await this.#recordsOf(space, chunks);
    const head: IndexHead = {
      head: read.head,
      stale,
      chunks: Math.max(before.chunks, (numbers.at(-1) ?? -1) + 1),
    };
    let check: Deno.AtomicCheck = stored;
    let atomic = kv.atomic();
    let bytes = 0;
    for (const [key, value] of records) {
      if (value) atomic.set(key, value);
      else atomic.delete(key);
      bytes += value?.length ?? 0;
      if (bytes < BYTES_PER_COMMIT) continue;
      // Each part changes the head: two that write parts at once can't mix them.
      const part = await atomic.check(check).set(stored.key, head).commit();
      if (!part.ok) return true; // as another has begun
      check = { key: stored.key, versionstamp: part.versionstamp };
      atomic = kv.atomic();
      bytes = 0;
    }
    atomic.check(check).set(stored.key, { ...head, stale: rest });
    if (!await commitOrUnavailable(atomic)) return true;
    this.#remember(space, read.head, chunks.at(-1), records);
    return read.more || rest.length > 0;
  }

  /** The chunks of these numbers as the messages are now, out of the log where it only adds to what is remembered. */
  async #build(
    space: string,
    numbers: readonly number[],
    before: IndexHead,
    { changes }: Changes,
  ): Promise<Chunk[]> {
    const known = this.#newest.get(space);
    this.#newest.delete(space); // until what it becomes is stored
    const chunks: Chunk[] = [];
    for (const number of numbers) {
      const isNew = number >= before.chunks;
      const isKnown = known?.chunk.number === number &&
        isSame(known.head, before.head);
      const chunk = isNew
        ? new Chunk(number)
        : isKnown
        ? known.chunk
        : undefined;
      chunks.push(
        chunk && changes && chunk.append(changes)
          ? chunk
          : await this.#read(space, number),
      );
    }
    return chunks;
  }

  async #read(space: string, number: number): Promise<Chunk> {
    const chunk = new Chunk(number);
    const first = number * CHUNK;
    for (let from = first; from < first + CHUNK; from += MESSAGES_PER_READ) {
      const below = from + MESSAGES_PER_READ;
      const some = await this.sync.between(space, MESSAGES, from, below);
      for (const { order, value } of some) chunk.add(order, value as Message);
    }
    return chunk;
  }

  /** The records of some chunks, and of when they are; without any that of a room without messages, which is indexed with it. */
  async #recordsOf(
    space: string,
    chunks: readonly Chunk[],
  ): Promise<IndexRecord[]> {
    const spans = new Map<number, Uint8Array>();
    const load = async (n: number) => {
      const { value } = await this.kv.get<Uint8Array>(
        indexKeys.spans(space, n),
      );
      return value ?? new Uint8Array();
    };
    if (chunks.length === 0) spans.set(0, await load(0));
    for (const { number, span } of chunks) {
      const n = Math.floor(number / SPANS);
      const others = spans.get(n) ?? await load(n);
      spans.set(n, withSpan(others, number % SPANS, span));
    }
    return [
      ...chunks.flatMap((chunk) => chunk.recordsIn(space)),
      ...[...spans].map(([n, value]): IndexRecord => [
        indexKeys.spans(space, n),
        value,
      ]),
    ];
  }

  #remember(
    space: string,
    head: Head,
    chunk: Chunk | undefined,
    records: readonly IndexRecord[],
  ): void {
    const bytes = records.reduce(
      (sum, [, each]) => sum + (each?.length ?? 0),
      0,
    );
    if (!chunk || bytes > MAX_REMEMBERED_BYTES) return;
    this.#newest.set(space, { head, chunk });
    if (this.#newest.size <= MAX_REMEMBERED) return;
    this.#newest.delete(this.#newest.keys().next().value!);
  }
}

const isSame = (a: Head, b: Head): boolean =>
  a.version === b.version && a.mark === b.mark;

/** When something was, in seconds since 1970; never none. */
const secondsOf = (ms: number): number => Math.max(1, Math.floor(ms / 1_000));

function chunksIn(changes: readonly Change[]): Set<number> {
  const chunks = new Set<number>();
  for (const { key, was, now } of changes) {
    if (!key.startsWith(MESSAGES)) continue;
    if (was !== undefined) chunks.add(chunkOf(was));
    if (now !== undefined) chunks.add(chunkOf(now));
  }
  return chunks;
}

/** All chunks that there are, in the room or in its index. */
async function allChunks(
  sync: ChatSync,
  space: string,
  before: IndexHead,
): Promise<number[]> {
  const [newest] = await sync.newest(space, MESSAGES, 1);
  const there = newest ? chunkOf(newest.order) + 1 : 0;
  const length = Math.max(there, before.chunks);
  return Array.from({ length }, (_, i) => i);
}
