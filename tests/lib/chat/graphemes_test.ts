// What people take for characters, and where a text is cut.
import { assert, assertEquals } from "@std/assert";
import { cutText, graphemesOf } from "../../../lib/chat/graphemes.ts";

Deno.test("A text is cut between what people take for characters", () => {
  const family = "👨‍👩‍👧‍👦";
  assertEquals(cutText(family.repeat(5), 3), `${family.repeat(3)}…`);
  assertEquals(cutText("Jose\u0301 x", 4), "Jose\u0301…");
  assertEquals(cutText("🇩🇪🇫🇷", 1), "🇩🇪…");
  assertEquals(cutText("short", 5), "short");
  assertEquals(cutText(family, 1), family);
  assert([...graphemesOf(cutText("a".repeat(50), 10))].length === 11);
});
