// No text takes long to read, whatever it is made of: a seeded search for slow ones.
import { assert, assertEquals } from "@std/assert";
import { parseMarkdown } from "../../../lib/chat/markdown.ts";
import { gfm } from "../../../lib/chat/markdown_gfm.ts";
import { MAX_CONTENT } from "../../../lib/chat/lengths.ts";
import { type Random, randomFrom } from "../../support/random.ts";
import { chosenSeed } from "../../support/seeds.ts";

const PIECES = [
  ...["- a\n", "- a\n\n", "  - a\n", "- [ ] a\n", "1. a\n2. b\n", "- a\n  b\n"],
  ...["> ", "> a\n", "- ", "1. ", "> - ", "a\n", "a\n\n", " a", "\t", "\u1680"],
  ...["*a* ", "_a* ", "*a **b ", "*a**b*** ", "(*a* ", '"_a', "~~a~~ ", "_a\n"],
  ...[
    "`a` ",
    "`a ``b ",
    "`",
    "```\na\n```\n",
    "``` \n",
    "\\",
    "<",
    "(",
    "[",
    "[a](",
  ],
  ...[
    "[a](https://b.c) ",
    "https://a.b/c ",
    "https://((((",
    "www.a.b ",
    "a@b.c ",
  ],
  ...["@", "| a | b |\n|---|---|\n", "a|b\n-|-\n", "||", "😀", "\ue000"],
];

/** The fewest milliseconds of some tries: what else runs on the machine only adds to them. */
function fewest(tries: number, body: () => void): number {
  let best = Infinity;
  for (let i = 0; i < tries; i++) {
    const began = performance.now();
    body();
    best = Math.min(best, performance.now() - began);
  }
  return best;
}

const timeFor = (text: string, tries: number) =>
  fewest(tries, () => parseMarkdown(text, gfm));

function slowText({ below, pick, chance }: Random): string {
  const some = Array.from({ length: 1 + below(4) }, () => pick(PIECES));
  let text = "";
  while (text.length < MAX_CONTENT) {
    text += chance(.5) ? pick(some) : some.join("");
  }
  return text.slice(0, 1 + below(MAX_CONTENT));
}

// Prose of the greatest length with one word in italics: all of it is parsed.
const PROSE = `*Once* ${"upon a time there was a fox, and so on. ".repeat(100)}`
  .slice(0, MAX_CONTENT);

Deno.test("No text takes more than ten times as long to read as prose of the greatest length", () => {
  const seed = chosenSeed();
  const random = randomFrom(seed);
  for (let i = 0; i < 200; i++) timeFor(PROSE, 1); // compiled by then
  const floor = timeFor(PROSE, 50);
  for (let i = 0; i < 1_000; i++) {
    const text = slowText(random);
    if (timeFor(text, 1) <= 10 * floor) continue;
    // It may have been the machine, which then is as slow with prose.
    const again = timeFor(text, 20) / Math.max(floor, timeFor(PROSE, 20));
    assert(
      again <= 10,
      `${again} times: ${JSON.stringify(text)} (seed ${seed})`,
    );
  }
});

Deno.test("A text that would take long is shown as it was typed (A12)", () => {
  const slow = [
    "- ".repeat(19) + "a\n" + "a\n".repeat(1_600),
    "- a\n".repeat(1_000),
    "_a* ".repeat(1_000),
    "| a | b |\n|---|---|\n".repeat(180),
  ];
  for (const text of slow) {
    const tags = parseMarkdown(text, gfm)
      .flatMap((node) => typeof node === "string" ? [] : [node.tag]);
    assertEquals(tags.filter((tag) => tag !== "p"), []);
  }
  const [{ tag }] = parseMarkdown("- a\n".repeat(40)) as [{ tag: string }];
  assertEquals(tag, "ul"); // what people write is no such text
});
