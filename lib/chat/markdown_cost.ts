// Estimates how long a text takes to parse, from the text alone: the same in every browser and on the server.

/**
 * About how long the parser takes for a masked text, in microseconds on the
 * machine on which the figures were taken (see `tests/lib/chat/slow_text_test.ts`).
 */
export function costOf(text: string): number {
  let cost = text.length / 10;
  let delimiters = 0;
  for (const [found] of text.matchAll(COSTS)) {
    if (found[0] === "\n") {
      cost += 5;
      for (const char of found) cost += IN_PREFIX.get(char) ?? 0;
    } else if (COST.has(found[0])) cost += COST.get(found[0])!;
    else delimiters++;
  }
  // Each that ends formatting looks back for one that begins it.
  return cost + 3 * delimiters + delimiters ** 2 / 80;
}

const COSTS =
  /[*_~]+|`+|\]\(|\||\n[ \t]*(?:(?:[-*>]|\d{1,9}[.)])[ \t]+)*(?:\[[ xX]\])?/g;
const COST: ReadonlyMap<string, number> = new Map([
  ["`", 3],
  ["]", 26],
  ["|", 8],
]);
/** Of the markers before the text of a line. */
const IN_PREFIX: ReadonlyMap<string, number> = new Map([
  ["-", 24],
  ["*", 24],
  [".", 24],
  [")", 24],
  ["[", 12],
  [">", 18],
]);
