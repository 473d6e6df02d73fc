// What a search finds in a text, and what it shows of it.
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  excerptsOf,
  looseRelevance,
  relevance,
  searchable,
  termsOf,
} from "../../../lib/chat/text_search.ts";
import { fold } from "../../../lib/chat/fold.ts";
import { graphemesOf } from "../../../lib/chat/graphemes.ts";
import { chosenSeed } from "../../support/seeds.ts";

const finds = (query: string, text: string): boolean =>
  relevance(searchable(text), termsOf(query)) !== undefined;

const marked = (text: string, query: string): string[] =>
  excerptsOf(text)(termsOf(query)).filter(({ marked }) => marked)
    .map(({ text }) => text);

Deno.test("A search finds what people type, however it is written (A9)", () => {
  for (
    const [query, text] of [
      ["strasse", "In der Straße"],
      ["STRAßE", "strasse"],
      ["cafe", "The café opens"],
      ["елка", "Ёлка"],
      ["αθηνα", "Αθήνα"],
      ["istanbul", "İSTANBUL"],
      ["full", "Ｆｕｌｌ width"],
      ["fish", "ﬁsh"],
      ["soren", "Søren Łuk"],
      ["don't", "Don’t"],
      ["cooperate", "co\u00adoperate"],
      ["C++", "I like C++."],
      ["c++", "(C++17)"],
      ["c#", "C# or F#?"],
      ["node.js", "use Node.js!"],
      ["case", "my_snake_case_name"],
      ["snake_case", "a.snake_case()"],
      ["handler", "onClickHandler"],
      ["b/c", "see a/b/c"],
      ["1,5", "about 1,5 m"],
      ["#tag", "a #tag here"],
      ["@ada", "hi @Ada Lovelace"],
      ["->", "a -> b"],
      ["++", "i++"],
      ["🎉", "hurray🎉🎉"],
      ["👍🏽", "ok 👍🏽"],
      ["👩‍🚀", "an 👩‍🚀!"],
      ["🇩🇪", "🇫🇷🇩🇪"],
      ["❤", "I ❤️ you"],
      ["❤️", "I ❤ you"],
      ["東京", "私は東京都に住んでいる"],
      ["한국", "나는 한국어를"],
      ["سلام", "قال السلام\u200f عليكم"],
      ["שלום", "ה־שלום!"],
      ["ต้น", "ที่ต้นไม้"],
      ["https://example.com/a?b", "at https://example.com/a?b=c"],
      ["two one", "One, then two"],
      ["line two", "line one\nand two"],
      ["{}", "const a = {};"],
    ]
  ) {
    assert(finds(query, text), `${query} in ${text}`);
  }
});

Deno.test("A search does not take one letter for another, nor a part of the words for all", () => {
  for (
    const [query, text] of [
      ["パパ", "ババ"],
      ["ハ", "パン"],
      ["र", "क"],
      ["C++", "C--"],
      ["two three", "one two"],
      ["👍🏽", "👍"],
      ["snake_case", "snake case"],
    ]
  ) {
    assert(!finds(query, text), `${query} in ${text}`);
  }
});

Deno.test("A query without anything that can be seen looks for nothing", () => {
  for (const query of ["", "  \n", "\u200b\u00ad", "\ufe0f"]) {
    assertEquals(termsOf(query), []);
  }
});

Deno.test("Words that begin as the query does come before words that hold it", () => {
  const terms = termsOf("cat");
  const inside = relevance(searchable("concatenate"), terms)!;
  assert(relevance(searchable("the cats"), terms)! > inside);
  assert(relevance(searchable("Cat"), terms)! > inside);
});

Deno.test("A longer word may have one letter wrong, missing or too much", () => {
  const nearly = (query: string, text: string) =>
    looseRelevance(searchable(text), termsOf(query)) !== undefined;
  for (const query of ["umbrela", "umbrrella", "unbrella", "umbrellx"]) {
    assert(nearly(query, "the blue umbrella"), query);
    assert(nearly(`${query} blue`, "the blue umbrellas"), query);
  }
  assert(nearly("mbrella", "umbrella")); // as it stands
  assert(!nearly("zebra", "algebra"));
  assert(!nearly("umrela", "umbrella"));
  assert(!nearly("dog", "dig"));
  assert(!nearly("zebra", "z e b r"));
  assert(!nearly("umbrela green", "umbrella"));
});

Deno.test("What is marked are the words as they were typed, whole characters of them", () => {
  assertEquals(marked("In der Straße, STRASSE", "strasse"), [
    "Straße",
    "STRASSE",
  ]);
  assertEquals(marked("Jose\u0301 and José", "jose"), ["Jose\u0301", "José"]);
  assertEquals(marked("ﬁsh", "f"), ["ﬁ"]);
  assertEquals(marked("hi 👍🏽!", "👍"), ["👍🏽"]);
  assertEquals(marked("snake_case", "case"), ["case"]);
  assertEquals(marked("İzmir", "i"), ["İ", "i"]);
  assertEquals(marked("catcat", "cat at"), ["catcat"]);
  assertEquals(marked("nothing", "x"), []);
});

Deno.test("An excerpt begins a little before the first word that was found", () => {
  const [before, found, after] = excerptsOf(
    `${"👨‍👩‍👧‍👦".repeat(100)} here ${"x".repeat(5_000)}`,
  )(["here"]);
  assertEquals(before.text, `…${"👨‍👩‍👧‍👦".repeat(39)} `);
  assertEquals(found, { text: "here", marked: true });
  assert(after.text.length < 500);
  assertEquals(excerptsOf("all of it")(["it"])[0].text, "all of ");
});

Deno.test("A text folded by grapheme is the folded text, so that marks stand where the words are", () => {
  const unit = fc.oneof(
    fc.string({ unit: "grapheme", maxLength: 3 }),
    fc.string({ unit: "binary", maxLength: 3 }),
    fc.constantFrom(
      "ß",
      "Σ",
      "ΟΣ ",
      "İ",
      "ﬁ",
      "e\u0301",
      "각",
      "ｶﾞ",
      "👍🏽",
      "\u102b",
    ),
  );
  fc.assert(
    fc.property(fc.array(unit), (units) => {
      const text = units.join("");
      const whole = [...graphemesOf(text)].map(fold).join("");
      assertEquals(whole, fold(text));
      const pieces = excerptsOf(text)(termsOf(text.slice(0, 5)));
      assert(pieces.map(({ text }) => text).join("").length <= text.length + 1);
    }),
    { seed: chosenSeed(), numRuns: 1_000 },
  );
});
