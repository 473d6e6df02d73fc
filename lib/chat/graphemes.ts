// What people take for the characters of a text. Apart from folding, which a room's first load does without.

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

/** The graphemes of a text, one after the other. */
export function* graphemesOf(text: string): Generator<string> {
  for (const { segment } of graphemes.segment(text)) yield segment;
}

/** The first `most` graphemes of a text, with "…" when there are more. */
export function cutText(text: string, most: number): string {
  let cut = "";
  for (const grapheme of graphemesOf(text)) {
    if (most-- === 0) return `${cut.trimEnd()}…`;
    cut += grapheme;
  }
  return text;
}
