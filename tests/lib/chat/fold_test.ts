// What compares as the same: in mentions, names and searches.
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { cutText, fold, graphemesOf } from "../../../lib/chat/fold.ts";

Deno.test("Accents of Latin, Greek and Cyrillic, case and width are folded", () => {
  for (
    const [a, b] of [
      ["José", "jose"],
      ["Jose\u0301", "José"],
      ["Straße", "STRASSE"],
      ["Ελλάς", "ελλασ"],
      ["Ёлка", "елка"],
      ["Łódź", "lodz"],
      ["Ｆｕｌｌ", "full"],
      ["ﬁn", "fin"],
      ["Søren", "soren"],
      ["Tiếng Việt", "tieng viet"],
      ["co\u00adop", "coop"],
    ]
  ) {
    assertEquals(fold(a), fold(b), a);
  }
});

Deno.test("Marks that make other letters in other scripts are kept", () => {
  for (
    const [a, b] of [
      ["パパ", "ババ"],
      ["ハハ", "パパ"],
      ["रा", "र"],
      ["שׁ", "שׂ"],
      ["👩‍🚀", "👩"],
      ["กำ", "กา"],
    ]
  ) {
    assertNotEquals(fold(a), fold(b), a);
  }
});

Deno.test("Folding twice is folding once", () => {
  for (const text of ["İstanbul ΕΛΛΆΣ", "ß ẞ", "ﬀ Å ʼn", "パ ｶﾞ", "한국 नमस्ते"]) {
    assertEquals(fold(fold(text)), fold(text), text);
  }
});

Deno.test("A text is cut between what people take for characters", () => {
  const family = "👨‍👩‍👧‍👦";
  assertEquals(cutText(family.repeat(5), 3), `${family.repeat(3)}…`);
  assertEquals(cutText("Jose\u0301 x", 4), "Jose\u0301…");
  assertEquals(cutText("🇩🇪🇫🇷", 1), "🇩🇪…");
  assertEquals(cutText("short", 5), "short");
  assertEquals(cutText(family, 1), family);
  assert([...graphemesOf(cutText("a".repeat(50), 10))].length === 11);
});
