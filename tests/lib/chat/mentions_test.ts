// Whom a text speaks to.
import { assert, assertEquals, assertFalse } from "@std/assert";
import { mentions, namesOf, piecesOf } from "../../../lib/chat/mentions.ts";
import { nameBeingWritten } from "../../../lib/chat/mention_prefix.ts";

const names = namesOf([
  { name: "Ada" },
  { name: "Ada Lovelace" },
  { name: "نور" },
  { name: "C++" },
]);
const found = (text: string) =>
  piecesOf(text, names).filter(({ mention }) => mention)
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
    assertEquals(piecesOf(text, names).map(({ text }) => text).join(""), text);
  }
});

Deno.test("mentions() knows whether a person is spoken to", () => {
  assert(mentions("hello @BOB.", "Bob"));
  assertFalse(mentions("hello Bob, @Bobby", "Bob"));
});

Deno.test("nameBeingWritten() is what stands between the @ and the caret", () => {
  assertEquals(nameBeingWritten("hi @Ada Lo", 10), {
    from: 4,
    start: "Ada Lo",
  });
  assertEquals(nameBeingWritten("hi @Ada Lo", 5), { from: 4, start: "A" });
  assertEquals(nameBeingWritten("me@home", 7), undefined);
  assertEquals(nameBeingWritten("hi", 2), undefined);
});
