// How the index is encoded: which messages of a chunk have which terms, when they were written, and from when to when chunks are.

/**
 * How many messages' numbers a chunk spans: what is rebuilt when one changes. A
 * multiple of eight.
 */
export const CHUNK = 1_024;

/** Which messages of a chunk: a bit for each. */
export type Bits = Uint8Array;
export const noBits = (): Bits => new Uint8Array(CHUNK / 8);
export const allBits = (): Bits => noBits().fill(255);

/** Of a KV value of 65,536 bytes. */
const MAX_BUCKET_BYTES = 60_000;

/** A bucket that had no room for its terms: any message may have any of them. */
const ANYTHING = new Uint8Array(0);

const encoder = new TextEncoder();

/** Puts a number of up to 32 bits in as few bytes as it needs, seven bits in each (LEB128). */
function pushNumber(bytes: number[], n: number): void {
  for (; n > 127; n >>>= 7) bytes.push(n & 127 | 128);
  bytes.push(n);
}

/** Takes numbers out again, one after the other. */
class Numbers {
  constructor(private readonly bytes: Uint8Array, private at = 0) {}

  get more(): boolean {
    return this.at < this.bytes.length;
  }

  next(): number {
    let [n, shift, byte] = [0, 0, 0];
    do {
      byte = this.bytes[this.at++];
      n |= (byte & 127) << shift;
      shift += 7;
    } while (byte > 127);
    return n >>> 0;
  }
}

/** The messages that have a term, ascending: what lies between them, or a bit for each where that is shorter. */
function encodePostings(places: readonly number[]): number[] {
  const bytes: number[] = [];
  let last = -1;
  for (const place of places) {
    pushNumber(bytes, place - last - 1);
    last = place;
    if (bytes.length < CHUNK / 8) continue;
    const bits = noBits();
    for (const each of places) bits[each >> 3] |= 1 << (each & 7);
    return [...bits];
  }
  return bytes;
}

/** A bucket: each of its terms with the places of the messages that have it, in their chunk, ascending. */
export function encodeBucket(terms: ReadonlyMap<string, number[]>): Uint8Array {
  const bytes: number[] = [];
  for (const [term, places] of terms) {
    const name = encoder.encode(term);
    const postings = encodePostings(places);
    bytes.push(name.length, postings.length, ...name, ...postings);
    if (bytes.length > MAX_BUCKET_BYTES) return ANYTHING;
  }
  return Uint8Array.from(bytes);
}

/** The messages of a chunk that have a term, or one that begins so, by the bucket that would hold it. */
export function bitsIn(
  bucket: Uint8Array,
  term: Uint8Array,
  exact: boolean,
): Bits {
  if (bucket.length === 0) return allBits();
  const bits = noBits();
  for (let at = 0; at < bucket.length;) {
    const name = at + 2;
    const postings = name + bucket[at];
    const end = postings + bucket[at + 1];
    at = end;
    const length = postings - name;
    if (exact ? length !== term.length : length < term.length) continue;
    let same = 0;
    while (same < term.length && bucket[name + same] === term[same]) same++;
    if (same < term.length) continue;
    if (end - postings === bits.length) {
      for (let i = 0; i < bits.length; i++) bits[i] |= bucket[postings + i];
      continue;
    }
    const gaps = new Numbers(bucket.subarray(postings, end));
    for (let place = -1; gaps.more;) {
      place += gaps.next() + 1;
      bits[place >> 3] |= 1 << (place & 7);
    }
  }
  return bits;
}

/** Keeps of `bits` what `others` have, too; false when nothing is left. */
export function intersect(bits: Bits, others: Bits): boolean {
  let any = 0;
  for (let i = 0; i < bits.length; i++) any |= bits[i] &= others[i];
  return any !== 0;
}

/** A message of a chunk: its place there, and when it was written, in seconds since 1970. */
export type Time = { place: number; at: number };

const zigzag = (n: number): number => n << 1 ^ n >> 31;
const unzigzag = (n: number): number => n >>> 1 ^ -(n & 1);

/** The times of all messages of a chunk, ascending by their places. */
export function encodeTimes(times: readonly Time[]): Uint8Array {
  const bytes: number[] = [];
  let last: Time = { place: -1, at: 0 };
  for (const time of times) {
    pushNumber(bytes, time.place - last.place - 1);
    pushNumber(bytes, zigzag(time.at - last.at | 0) >>> 0);
    last = time;
  }
  return Uint8Array.from(bytes);
}

export function timesIn(bytes: Uint8Array): Time[] {
  const numbers = new Numbers(bytes);
  const times: Time[] = [];
  let last: Time = { place: -1, at: 0 };
  while (numbers.more) {
    const place = last.place + numbers.next() + 1;
    const at = last.at + unzigzag(numbers.next()) >>> 0;
    times.push(last = { place, at });
  }
  return times;
}

/** From when to when the messages of a chunk are, in seconds since 1970. */
export type Span = { from: number; to: number };
/** Of a chunk without messages. */
export const EMPTY: Span = { from: 0xffffffff, to: 0 };
/** Whether it is of a chunk that is not indexed yet. */
export const isUnknown = ({ from, to }: Span): boolean =>
  from === 0 && to === 0;

const SPAN_BYTES = 8;
/** How many chunks' spans are in one record. */
export const SPANS = 4_096;

export function spansIn(bytes: Uint8Array): Span[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length / SPAN_BYTES }, (_, i) => ({
    from: view.getUint32(SPAN_BYTES * i),
    to: view.getUint32(SPAN_BYTES * i + 4),
  }));
}

/** `bytes` with another span at `i`; what lies between is unknown. */
export function withSpan(
  bytes: Uint8Array,
  i: number,
  { from, to }: Span,
): Uint8Array {
  const length = Math.max(bytes.length, SPAN_BYTES * (i + 1));
  const next = new Uint8Array(length);
  next.set(bytes);
  const view = new DataView(next.buffer);
  view.setUint32(SPAN_BYTES * i, from);
  view.setUint32(SPAN_BYTES * i + 4, to);
  return next;
}
