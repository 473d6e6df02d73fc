// How the index is encoded: what goes in comes out.
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  bitsIn,
  CHUNK,
  encodeBucket,
  encodeTimes,
  isUnknown,
  spansIn,
  timesIn,
  withSpan,
} from "../../../../lib/web/search/posting_lists.ts";
import { chosenSeed } from "../../../support/seeds.ts";

const places = fc.uniqueArray(fc.nat(CHUNK - 1), {
  minLength: 1,
  maxLength: CHUNK,
}).map((all) => all.sort((a, b) => a - b));

const placesIn = (bits: Uint8Array) =>
  Array.from({ length: CHUNK }, (_, i) => i)
    .filter((i) => bits[i >> 3] & 1 << (i & 7));

const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("A term is found in its bucket with just the messages that have it, and by its beginning with those of all that begin so (T93)", () => {
  const term = fc.string({ unit: "grapheme", minLength: 1, maxLength: 4 });
  const entries = fc.uniqueArray(fc.tuple(term, places), {
    selector: ([term]) => term,
    maxLength: 12,
  });
  fc.assert(
    fc.property(entries, (entries) => {
      const bucket = encodeBucket(new Map(entries));
      if (entries.length === 0) return;
      for (const [term, places] of entries) {
        assertEquals(placesIn(bitsIn(bucket, bytes(term), true)), places);
        const [begin] = term;
        const all = entries.filter(([other]) => other.startsWith(begin))
          .flatMap(([, places]) => places);
        assertEquals(
          placesIn(bitsIn(bucket, bytes(begin), false)),
          [...new Set(all)].sort((a, b) => a - b),
        );
      }
    }),
    { seed: chosenSeed(), numRuns: 200 },
  );
});

Deno.test("A bucket fits a value of KV; one that would not names all messages (T95)", () => {
  const all = Array.from({ length: CHUNK }, (_, i) => i);
  const terms = Array.from({ length: 400 }, (_, n) => `${n}`);
  const bucket = encodeBucket(new Map(terms.map((term) => [term, all])));
  assert(bucket.length <= 60_000 && bucket.length > 50_000);
  const more = Array.from({ length: 600 }, (_, n) => `${n}`);
  const full = encodeBucket(new Map(more.map((term) => [term, all])));
  assert(full.length < 10);
  assertEquals(placesIn(bitsIn(full, bytes("x"), true)), all);
});

Deno.test("Times come out as they went in, in any order (T93)", () => {
  const time = fc.integer({ min: 1, max: 2 ** 32 - 1 });
  fc.assert(
    fc.property(places, fc.array(time, { minLength: 1 }), (places, ats) => {
      const times = places.map((place, i) => ({
        place,
        at: ats[i % ats.length],
      }));
      assertEquals(timesIn(encodeTimes(times)), times);
    }),
    { seed: chosenSeed(), numRuns: 200 },
  );
});

Deno.test("Chunks before the first that is indexed are known to be unknown (T90)", () => {
  const span = { from: 5, to: 2 ** 32 - 2 };
  const spans = spansIn(withSpan(new Uint8Array(), 2, span));
  assertEquals(spans.map(isUnknown), [true, true, false]);
  assertEquals(spans[2], span);
  const next = spansIn(withSpan(withSpan(new Uint8Array(), 2, span), 0, span));
  assertEquals(next.map(isUnknown), [false, true, false]);
});
