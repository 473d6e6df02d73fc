// What is read out of what somebody types into the search.
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  hasFilters,
  isEmpty,
  parseQuery,
  passes,
  searchParamsOf,
  type SearchQuery,
} from "../../../lib/chat/search_query.ts";
import { chosenSeed } from "../../support/seeds.ts";

const NONE: SearchQuery = { terms: [], from: [], in: [], hasFile: false };

Deno.test("Filters are told from words, wherever they stand and however they are written (A9)", () => {
  for (
    const [text, query] of [
      ["Café tea", { terms: ["cafe", "tea"] }],
      ["tea from:Ada in:kitchen", {
        terms: ["tea"],
        from: ["ada"],
        in: ["kitchen"],
      }],
      ['FROM:"Ada Lovelace" x', { from: ["ada", "lovelace"], terms: ["x"] }],
      ['from:"Ada Love', { from: ["ada", "love"] }],
      ["from:ada from:love", { from: ["ada", "love"] }],
      ["has:file", { hasFile: true }],
      ["has:FILES tea", { hasFile: true, terms: ["tea"] }],
      ["from: in: before:", {}],
      ["has:cat", { terms: ["has:cat"] }],
      ["before:soon", { terms: ["before:soon"] }],
      ["after:2026-02-31", { terms: ["after:2026-02-31"] }],
      ["xfrom:ada https://a.b/c:d", {
        terms: ["xfrom:ada", "https://a.b/c:d"],
      }],
      ["  ", {}],
      ["from:@Dora in:#Harbour", { from: ["dora"], in: ["harbour"] }],
      ['from:"@Dora L." in:@', { from: ["dora", "l"] }],
      ['walrus, "number 3" (really?) seal. 7.', {
        terms: ["walrus", "number", "3", "really", "seal", "7."],
      }],
      ["c++, C# .env :) () don't it's…", {
        terms: ["c++", "c#", ".env", ":)", "()", "don't", "it's"],
      }],
      ["constructor:x __proto__:y", {
        terms: ["constructor:x", "__proto__:y"],
      }],
    ] as [string, Partial<SearchQuery>][]
  ) {
    assertEquals(parseQuery(text), { ...NONE, ...query }, text);
  }
});

Deno.test("Neither the day of before: nor that of after: is found (A9)", () => {
  const day = (n: number, hour: number) => new Date(2026, 0, n, hour).getTime();
  const query = parseQuery("after:2026-01-29 before:2026-01-31");
  const found = [[29, 23], [30, 0], [30, 23], [31, 0]].map(([n, hour]) =>
    passes(query, { from: "", content: "", createdAt: day(n, hour) })
  );
  assertEquals(found, [false, true, true, false]);
});

Deno.test("A query that asks for nothing is empty, and one of filters alone is not (A9)", () => {
  assertEquals(
    ["", " from: ", "\u200b"].map((text) => isEmpty(parseQuery(text))),
    [true, true, true],
  );
  for (const text of ["a", "from:a", "has:file", "before:2026-01-31"]) {
    assertEquals(isEmpty(parseQuery(text)), false, text);
    assertEquals(hasFilters(parseQuery(text)), text !== "a", text);
  }
});

Deno.test("Whatever is typed, the server is asked for what the device looks for (A9, T90)", () => {
  const part = fc.oneof(
    fc.string({ unit: "grapheme", maxLength: 6 }),
    fc.constantFrom("from:", "in:", '"', "has:file", "after:2026-01-31", " "),
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
      const query = parseQuery(parts.join(""));
      const asked = searchParamsOf(query);
      const back = (name: string) => (asked.get(name) ?? "").split(" ");
      const words = (all: string[]) => all.length > 0 ? all : [""];
      assertEquals(back("q"), words(query.terms));
      assertEquals(back("from"), words(query.from));
      assertEquals(asked.get("file"), query.hasFile ? "1" : null);
      assertEquals([...asked].length === 0, isEmpty(query));
    }),
    { seed: chosenSeed(), numRuns: 500 },
  );
});
