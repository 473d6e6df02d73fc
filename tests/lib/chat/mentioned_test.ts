// Whom texts mention, of very many people: the same whom they mention when each is asked for alone.
import { assert, assertEquals } from "@std/assert";
import {
  mayBeMentionedIn,
  mentionFinder,
} from "../../../lib/chat/mentioned.ts";
import { mentionsName } from "../../../lib/chat/mentions.ts";
import { randomFrom } from "../../support/random.ts";
import { chosenSeed } from "../../support/seeds.ts";

/** The names of those of `people` whom a text mentions. */
function mentioned(text: string, names: readonly string[]): string[] {
  const mayBe = mayBeMentionedIn([text]);
  const some = names.filter(mayBe).map((name) => ({ name }));
  return mentionFinder(some)(text).map(({ name }) => name);
}

Deno.test("Those whom a text mentions are found in their order, of namesakes all, and of names that begin alike the longest", () => {
  const names = ["Ada", "ada", "Ada Lovelace", "Bob", "Cleo"];
  assertEquals(
    mentioned("@Bob, @Ada Lovelace and @ADA; `@Cleo`, me@Cleo", names),
    ["Bob", "Ada Lovelace", "Ada", "ada"],
  );
  assertEquals(mentioned("nobody @ all", names), []);
});

Deno.test("A name is found in whichever form it is typed", () => {
  for (
    const name of [
      "한나",
      "がく",
      "パク",
      "Åsa",
      "Zoë",
      "नूर",
      "👩‍👩‍👧",
      "ﬁona",
      "é",
      "ßen",
    ]
  ) {
    for (const form of ["NFC", "NFD", "NFKC", "NFKD"]) {
      for (const other of ["NFC", "NFD"]) {
        const typed = `@${name.normalize(form)}!`;
        const known = name.normalize(other);
        assertEquals(
          mentioned(typed, [known]).length,
          Number(mentionsName(typed, known)),
          `${typed} ${form} ${other}`,
        );
        assert(mentionsName(typed, known), typed);
      }
    }
  }
});

Deno.test("A name is found behind what is not seen", () => {
  for (const hidden of ["\u00ad", "\u200b", "\ufe0f", "\u2066\u00ad"]) {
    const typed = `@${hidden}Ada`;
    assertEquals(mentioned(typed, ["Ada"]), ["Ada"], JSON.stringify(typed));
    assert(mentionsName(typed, "Ada"));
  }
});

Deno.test("Who is mentioned is so though very many others might be (a property)", () => {
  const PIECES = [
    ...["a", "A", "b", " ", "  ", "\u00a0", "\n", "@", "@", "`", "_", "1", "."],
    ...[
      "é",
      "e\u0301",
      "\u0301",
      "\u200d",
      "\ufe0f",
      "👩",
      "한",
      "한".normalize("NFD"),
    ],
    ...[
      "\u1112",
      "が",
      "か\u3099",
      "\u3099",
      "ﬁ",
      "ß",
      "ı",
      "İ",
      "\u00ad",
      "\ud83d",
    ],
  ];
  const first = chosenSeed();
  for (let seed = first; seed < first + 3_000; seed++) {
    const random = randomFrom(seed);
    const some = (most: number) =>
      Array.from({ length: 1 + random.below(most) }, () => random.pick(PIECES))
        .join("");
    const name = some(3).trim();
    const text = random.chance(0.7) ? `${some(2)}@${name}${some(3)}` : some(8);
    assertEquals(
      mentioned(text, [name]).length,
      Number(mentionsName(text, name)),
      `${JSON.stringify({ text, name })} SEED=${seed}`,
    );
  }
});
