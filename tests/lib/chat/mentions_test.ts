// Whom a text speaks to.
import { assert, assertEquals, assertFalse } from "@std/assert";
import {
  mentionsName,
  namesToFind,
  splitAtMentions,
} from "../../../lib/chat/mentions.ts";

const names = namesToFind([
  { name: "Ada" },
  { name: "Ada Lovelace" },
  { name: "نور" },
  { name: "C++" },
]);
const found = (text: string) =>
  splitAtMentions(text, names).filter(({ mention }) => mention)
    .map(({ text }) => text);

Deno.test("A mention is the longest name after an @, however it is written", () => {
  assertEquals(found("@Ada Lovelace and @ada, and @نور!"), [
    "@Ada Lovelace",
    "@ada",
    "@نور",
  ]);
  assertEquals(found("@C++."), ["@C++"]);
});

Deno.test("What only begins like a name is no mention, nor is an address", () => {
  assertEquals(found("@Adam @Ada1 me@Ada.org @nobody @"), []);
});

Deno.test("The pieces of a text are all of it", () => {
  for (const text of ["@Ada", "x @Ada y @نور", "@@Ada", "none", ""]) {
    assertEquals(
      splitAtMentions(text, names).map(({ text }) => text).join(""),
      text,
    );
  }
});

Deno.test("A person is mentioned as people see their name (A13)", () => {
  assert(mentionsName("hello @BOB.", "Bob"));
  assert(mentionsName("@José and @jose", "Jose\u0301"));
  assert(mentionsName("@Ｂob", "Bob"));
  assert(mentionsName("@राम!", "राम"));
  assert(mentionsName("@Bob's", "Bob"));
  assertFalse(mentionsName("hello Bob, @Bobby", "Bob"));
  assertFalse(mentionsName("@रामा", "राम"));
  assertFalse(mentionsName("@👩‍🚀", "👩"));
  assertFalse(mentionsName("@👍🏽", "👍"));
  assertFalse(mentionsName("@パパ", "ババ"));
  assertFalse(mentionsName("@Zoe\u0308", "Zo"));
});

Deno.test("Names of forty emoji can be mentioned", () => {
  for (const emoji of ["🎉", "👨‍👩‍👧‍👦", "🇩🇪"]) {
    assert(mentionsName(`hi @${emoji.repeat(40)} there`, emoji.repeat(40)));
    assertFalse(mentionsName(`@${emoji.repeat(39)}`, emoji.repeat(40)));
  }
});

Deno.test("Nobody is mentioned in code (A13)", () => {
  assertFalse(mentionsName("`@Bob`", "Bob"));
  assertFalse(mentionsName("``a ` @Bob``", "Bob"));
  assertFalse(mentionsName("@Ada`x`Lovelace", "Ada Lovelace"));
  assertFalse(mentionsName("x\n```\n@Bob\n```", "Bob"));
  assert(mentionsName("`a` @Bob `b`", "Bob"));
  assert(mentionsName("```\n@Bob", "Bob")); // without an end it is text
  assert(mentionsName("`` @Bob `", "Bob"));
});
