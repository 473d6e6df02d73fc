// Whom a text speaks to.
import { assert, assertEquals, assertFalse } from "@std/assert";
import {
  foldedNames,
  mentionPrefix,
  mentionsName,
  splitAtMentions,
} from "../../../lib/chat/mentions.ts";

const names = foldedNames([
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

Deno.test("mentionsName() says whether a text mentions a person", () => {
  assert(mentionsName("hello @BOB.", "Bob"));
  assertFalse(mentionsName("hello Bob, @Bobby", "Bob"));
});

Deno.test("mentionPrefix() finds the beginning of a name between an @ and the caret", () => {
  assertEquals(mentionPrefix("hi @Ada Lo", 10), {
    from: 4,
    start: "Ada Lo",
  });
  assertEquals(mentionPrefix("hi @Ada Lo", 5), { from: 4, start: "A" });
  assertEquals(mentionPrefix("me@home", 7), undefined);
  assertEquals(mentionPrefix("hi", 2), undefined);
});
