// What a message may say, and what of it is kept.
import { assertEquals, assertThrows } from "@std/assert";
import { Content, valid } from "../../../lib/chat/schema.ts";

Deno.test("Of a message only blank lines around it and white space at its end are cut (M5)", () => {
  for (
    const [typed, kept] of [
      ["    four", "    four"],
      ["\tx\n\t\ty", "\tx\n\t\ty"],
      ["\n \n\n  indented\n\n  more  \n \n", "  indented\n\n  more"],
      ["\r\n\r\n x\r\n", " x"],
      [" a ", " a"],
      ["\u00a0\n\u3000b", "\u3000b"],
    ]
  ) {
    assertEquals(valid(Content, typed), kept, JSON.stringify(typed));
  }
});

Deno.test("A message of nothing that can be seen is refused (M6)", () => {
  for (
    const text of [
      ..."\u200b\u2800\u3164\u00ad\u202e\u2060\ufeff\u180e\u034f\ufe0f\u115f\uffa0\u00a0\u3000\u061c\0\t",
      "",
      " \n ",
      "\u200b \u200d\n\u2800",
      "\u0301",
      "\u{e0020}\u{e007f}",
    ]
  ) {
    assertThrows(
      () => valid(Content, text),
      Error,
      "can be seen",
      JSON.stringify(text),
    );
  }
});

Deno.test("What is invisible in a visible message stays: joiners make emoji and letters", () => {
  for (const text of ["👩‍🚀", "नमस्‍ते", "a\u200bb", "\u202eabc", "🏴󠁧󠁢󠁥󠁮󠁧󠁿"]) {
    assertEquals(valid(Content, text), text);
  }
});

Deno.test("A message has at most 4,000 characters, however many units they take", () => {
  assertEquals(valid(Content, "👍".repeat(4_000)).length, 8_000);
  assertThrows(() => valid(Content, "👍".repeat(4_001)), Error, "4000");
  assertEquals(valid(Content, `\n${"x".repeat(4_000)}\n`).length, 4_000);
});
