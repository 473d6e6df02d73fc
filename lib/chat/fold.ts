// Folds texts so that what people take for the same compares as the same: for mentions, names and search.

// Letters of Latin that Unicode does not take apart into a base and a mark.
const LETTERS: ReadonlyMap<string, string> = new Map([
  ["ß", "ss"],
  ["æ", "ae"],
  ["œ", "oe"],
  ["ø", "o"],
  ["đ", "d"],
  ["ð", "d"],
  ["þ", "th"],
  ["ł", "l"],
  ["ħ", "h"],
  ["ŧ", "t"],
  ["ı", "i"],
  ["ς", "σ"],
]);
const SPECIAL = RegExp(`[${[...LETTERS.keys()].join("")}]`, "g");

// Marks tell letters of other scripts apart (パ and バ, रा and र); in these they
// are accents that many leave out.
const ACCENTS =
  /(?<=[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}]\p{M}*)\p{M}/gu;
const INVISIBLE = /[\u00ad\u200b\u2060\ufeff]/g;

/**
 * A text in the form in which texts are compared: compatibility forms, case,
 * and accents of Latin, Greek and Cyrillic are folded (Unicode's UAX #15, and
 * #31 for the idea), other scripts' marks are kept.
 */
export function fold(text: string): string {
  if (/^[ -~]*$/.test(text)) return text.toLowerCase();
  return text.normalize("NFKD").replaceAll(INVISIBLE, "").toLowerCase()
    .replaceAll(ACCENTS, "").normalize("NFC")
    .replaceAll(SPECIAL, (letter) => LETTERS.get(letter)!);
}

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

/** What people take for the characters of a text, one after the other. */
export function* graphemesOf(text: string): Generator<string> {
  for (const { segment } of graphemes.segment(text)) yield segment;
}

/** The first characters of a text, as people count them, with "…" when there are more. */
export function cutText(text: string, most: number): string {
  if (text.length <= most) return text;
  let cut = "";
  let count = 0;
  for (const grapheme of graphemesOf(text)) {
    if (count++ === most) return `${cut.trimEnd()}…`;
    cut += grapheme;
  }
  return text;
}
