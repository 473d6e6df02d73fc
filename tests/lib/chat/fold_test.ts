// What compares as the same: in mentions, names and searches.
import { assertEquals, assertNotEquals } from "@std/assert";
import { fold } from "../../../lib/chat/fold.ts";

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
      ["ẞ", "ss"],
      ["ＡＢＣ１", "abc1"],
      ["ｶﾞ", "ガ"],
      ["İI ıi", "ii ii"],
      ["мой", "мои"], // so it is with every accent of Cyrillic
      ["Ærø", "aero"],
      ["don’t", "don't"],
      ["“so–so”", '"so-so"'],
      ["❤️", "❤"],
      ["a\u200fb\u202c", "ab"],
      ["葛\u{e0100}", "葛"],
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
      ["👍🏽", "👍"],
      ["🏴󠁧󠁢󠁥󠁮󠁧󠁿", "🏴󠁧󠁢󠁳󠁣󠁴󠁿"],
      ["أ", "ا"],
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
