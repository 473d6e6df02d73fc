// Folds texts so that what people take for the same compares as the same: for mentions, names and search.

// Letters of Latin that Unicode does not take apart into a base and a mark, and signs that are written in two ways.
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
  // Phones type these signs by themselves.
  ["‘", "'"],
  ["’", "'"],
  ["ʼ", "'"],
  ["“", '"'],
  ["”", '"'],
  ["„", '"'],
  ["‐", "-"],
  ["–", "-"],
  ["—", "-"],
  ["−", "-"],
]);
const SPECIAL = RegExp(`[${[...LETTERS.keys()].join("")}]`, "g");

// Marks tell letters of other scripts apart (パ and バ, रा and र); in these they
// are accents that many leave out. Marks that take up space (Mc) are vowels of
// other scripts, whatever stands before them.
const ACCENTS =
  /(?<=[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}][\p{Mn}\p{Me}]*)[\p{Mn}\p{Me}]/gu;
// Soft hyphens, marks of direction, the choice between a coloured sign and one
// of text; not what joins emoji or makes flags of them.
const INVISIBLE =
  /(?![\u200d\u{e0020}-\u{e007f}])\p{Default_Ignorable_Code_Point}/gu;

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
