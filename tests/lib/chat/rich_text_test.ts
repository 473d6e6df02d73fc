// What can be told of a text without the parser.
import { assertEquals } from "@std/assert";
import { isOnlyEmoji } from "../../../lib/chat/message_text.ts";
import { textOf } from "../../../lib/chat/rich_text.ts";

Deno.test("A few emoji and nothing else are shown large", () => {
  for (
    const text of ["👍", "👍🏽 🎉", "👨‍👩‍👧‍👦", "🇩🇪🇫🇷", "❤️", "1️⃣", "☺️\n🙂", "👩‍🚀"]
  ) {
    assertEquals(isOnlyEmoji(text), true, text);
  }
  for (
    const text of [
      "",
      " ",
      "👍!",
      "12",
      "#",
      "a👍",
      "©",
      "™",
      "→",
      "👍".repeat(80),
      "\u200d",
    ]
  ) {
    assertEquals(isOnlyEmoji(text), false, text);
  }
});

Deno.test("A quote shows a text in one line, with what tells its parts apart", () => {
  assertEquals(
    textOf([
      { tag: "p", in: ["a", { tag: "br" }, "b"] },
      {
        tag: "table",
        in: [{
          tag: "tr",
          in: [{ tag: "td", in: ["1"] }, { tag: "td", in: ["2"] }],
        }],
      },
      {
        tag: "ol",
        in: [{
          tag: "li",
          in: [{ tag: "marker", in: ["3. "] }, { tag: "p", in: ["c"] }],
        }],
      },
    ]),
    "a b 1 2 3. c",
  );
});
