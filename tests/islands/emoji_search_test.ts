// Which emoji a search finds first.
import { assert, assertEquals } from "@std/assert";
import { findEmoji } from "../../islands/parts/shared/emoji_search.ts";

const first = (query: string) => findEmoji(query)[0]?.unicode;

Deno.test("The emoji that is called so is found first", () => {
  for (
    const [query, emoji] of [
      ["rocket", "🚀"],
      ["Rocket", "🚀"],
      ["heart", "❤️"],
      ["red heart", "❤️"],
      ["thumbs_up", "👍"],
      ["+1", "👍"],
      ["-1", "👎"],
      ["tada", "🎉"],
      ["joy", "😂"],
      ["fire", "🔥"],
      ["dog", "🐕"],
      ["pinata", "🪅"],
      ["PIÑATA", "🪅"],
      ["flag germany", "🇩🇪"],
      ["germany", "🇩🇪"],
    ]
  ) {
    assertEquals(first(query), emoji, query);
  }
});

Deno.test("Each word of a search begins a word of what is found", () => {
  assertEquals(first("steam loco"), "🚂");
  assert(findEmoji("roc").slice(0, 2).some(({ unicode }) => unicode === "🚀"));
  assertEquals(findEmoji("qqq"), []);
  assertEquals(findEmoji("rocket qqq"), []);
});

Deno.test("Each emoji that can be chosen is one, as Unicode recommends it", () => {
  const all = findEmoji("");
  assert(all.length > 1_800);
  const odd = all.filter(({ unicode }) => !/^\p{RGI_Emoji}$/v.test(unicode));
  assertEquals(odd, []);
});
