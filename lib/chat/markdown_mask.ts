// Prepares a text for the Markdown parser: what is not clearly meant as formatting is masked, so that it stays as typed.
import { bareLinks } from "./links.ts";

/**
 * A text in which each piece that the parser must leave alone is one character
 * of the Private Use Area, and what `unmask` needs to put the pieces back.
 */
export class MaskedText {
  readonly text: string;
  readonly #pieces: Piece[] = [];

  /** Throws a `RangeError` for a text with more pieces than there are characters to mask them by. */
  constructor(content: string) {
    const lines = content.replaceAll(/\r\n?/g, "\n").split("\n");
    this.text = this.#maskLines(lines, 0).join("\n");
  }

  /** A part of the text with what was masked in it put back. */
  unmask(text: string): string {
    return this.pieces(text).map(({ text }) => text).join("");
  }

  /** A part of the text, taken apart at the addresses in it. */
  pieces(text: string): Piece[] {
    const pieces: Piece[] = [];
    let plain = "";
    let from = 0;
    for (const { index, 0: mask } of text.matchAll(MASK)) {
      plain += text.slice(from, index);
      from = index + mask.length;
      const piece = this.#pieces[mask.charCodeAt(0) - FIRST];
      if (!piece.href) plain += piece.text;
      else {
        pieces.push({ text: plain }, piece);
        plain = "";
      }
    }
    pieces.push({ text: plain + text.slice(from) });
    return pieces.filter(({ text }) => text !== "");
  }

  #mask(text: string, href?: string): string {
    if (text === "") return "";
    if (this.#pieces.length > LAST - FIRST) {
      throw new RangeError("More is to be masked than there are masks.");
    }
    this.#pieces.push({ text, href });
    return String.fromCharCode(FIRST + this.#pieces.length - 1);
  }

  /** Masks white space: the parser takes what it gets for white space, too, but does not cut it. */
  #maskSpace(text: string): string {
    return text && this.#mask(text) + SPACE;
  }

  #maskLines(lines: readonly string[], depth: number): string[] {
    const kinds = kindsOf(lines, depth);
    const masked: string[] = [];
    for (let i = 0; i < lines.length;) {
      const kind = kinds[i];
      // Formatting ends where its lines end: the parser would go on with a
      // line of text as a part of the quote or item above it.
      const before = kinds[i - 1];
      const ends = before === "quote"
        ? kind !== "blank" // all of its lines are taken at once
        : IN_LIST.has(before) && !IN_LIST.has(kind) && kind !== "blank";
      if (ends) masked.push("");
      let end = i + 1;
      if (kind === "quote") {
        while (kinds[end] === "quote") end++;
        const inside = lines.slice(i, end)
          .map((line) => line.replace(QUOTE, ""));
        masked.push(
          ...this.#maskLines(inside, depth + 1).map((line) => `> ${line}`),
        );
      } else masked.push(this.#maskLine(lines[i], kind));
      i = end;
    }
    return masked;
  }

  #maskLine(line: string, kind: Kind): string {
    switch (kind) {
      case "blank":
        return line;
      case "fence": {
        const [fence] = line.match(/^[ ]*`+/)!;
        return fence + this.#maskInline(line.slice(fence.length));
      }
      case "code":
        return this.#maskInline(line);
      case "item": {
        const [marker] = line.match(ITEM_START)!;
        const [task] = line.slice(marker.length).match(TASK) ?? [""];
        return marker + task +
          this.#maskInline(line.slice(marker.length + task.length));
      }
      case "in-item": {
        const [indent] = line.match(/^[ \t]*/)!;
        return indent + this.#maskStart(line.slice(indent.length));
      }
      default: {
        const [indent] = line.match(/^[ \t]*/)!;
        return this.#maskSpace(indent) +
          this.#maskStart(line.slice(indent.length));
      }
    }
  }

  /** The beginning of a line that is text: no marker of a list, a quote or a block of code. */
  #maskStart(line: string): string {
    const [marker] = line.match(MARKER) ?? [""];
    return this.#mask(marker) + this.#maskInline(line.slice(marker.length));
  }

  #maskInline(line: string): string {
    const links = bareLinks(line);
    const mayLink = line.includes("](");
    let masked = "";
    let from = 0;
    let next = 0;
    const plainTo = (index: number) => {
      masked += line.slice(from, index);
      from = index;
    };
    SPECIAL.lastIndex = 0;
    while (from < line.length) {
      SPECIAL.lastIndex = Math.max(SPECIAL.lastIndex, from);
      const found = SPECIAL.exec(line);
      while (next < links.length && links[next].from < from) next++;
      const link = links[next];
      if (link && (!found || link.from <= found.index)) {
        plainTo(link.from);
        masked += this.#mask(line.slice(link.from, link.to), link.href);
        from = SPECIAL.lastIndex = link.to;
        continue;
      }
      if (!found) break;
      const { index, 0: special } = found;
      plainTo(index);
      const written = special === "[" && mayLink && writtenLink(line, index);
      if (written) {
        const { label, address, to } = written;
        masked += `[${this.#maskInline(label)}](<${this.#mask(address)}>)`;
        from = SPECIAL.lastIndex = to;
        continue;
      }
      from += special.length;
      masked += special.startsWith("`") || isDelimiter(line, index, special)
        ? special
        : this.#mask(special);
    }
    return masked + line.slice(from);
  }
}

/** A text, or an address in one. */
export type Piece = { text: string; href?: string };

const FIRST = 0xe000;
const LAST = 0xf8ff;
const SPACE = "\u1680"; // white space to the parser, and no space or tab
const MASK = /[\ue000-\uf8ff]\u1680?/g;

// A run of backticks; what can begin or end formatting, or mean something else
// to the parser; and what a mask could be taken for.
const SPECIAL = /`+|\*+|_+|~+|[\\<[\]\ue000-\uf8ff\u1680]/g;

type Kind =
  | "text"
  | "blank"
  | "quote"
  | "item" // the first line of an item of a list
  | "in-item" // a further line of one
  | "fence" // the first or last line of a block of code
  | "code";

const IN_LIST: ReadonlySet<Kind | undefined> = new Set(["item", "in-item"]);

/** Quotes in quotes, lists in lists: below this it is text. */
export const MAX_DEPTH = 12;

const QUOTE = /^ {0,3}> ?/;
const QUOTE_START = /^ {0,3}> /;
const EMPTY_QUOTE = /^ {0,3}>[ \t]*$/;
const ITEM = /^([ \t]*)([-*]|\d{1,9}[.)])[ \t]+\S/;
const ITEM_START = /^[ \t]*(?:[-*]|\d{1,9}[.)])[ \t]+/;
const TASK = /^\[[ xX]\](?=[ \t]+\S)/;
// `---` and `-:` alone would make a table of the line above.
const MARKER =
  /^(?:>|:?-+:?(?=[ \t]*$)|(?:[-+*]|\d{1,9}[.)])(?=[ \t]|$)|`{3,}(?=[^`]*$))/;
const FENCE = /^ {0,3}(`{3,})[^`]*$/;

/** What each line is, by itself and by the lines beside it. */
function kindsOf(lines: readonly string[], depth: number): Kind[] {
  const kinds = lines.map((line): Kind => {
    if (/^[ \t]*$/.test(line)) return "blank";
    if (depth < MAX_DEPTH && QUOTE_START.test(line)) return "quote";
    return ITEM.test(line) ? "item" : "text";
  });
  markCode(lines, kinds);
  markEmptyQuotes(lines, kinds);
  markItems(lines, kinds);
  return kinds;
}

/** Blocks of code that have an end. */
function markCode(lines: readonly string[], kinds: Kind[]): void {
  // How long the last fence is that may close a block, for each line the
  // longest that comes after it: so that no line is looked at twice.
  const closing = lines.map((line) =>
    line.match(/^ {0,3}(`{3,})[ \t]*$/)?.[1].length ?? 0
  );
  const longest = closing.toReversed();
  for (let i = 1; i < longest.length; i++) {
    longest[i] = Math.max(longest[i], longest[i - 1]);
  }
  longest.reverse();
  for (let i = 0; i < lines.length; i++) {
    const length = lines[i].match(FENCE)?.[1].length ?? 0;
    if (length === 0 || (longest[i + 1] ?? 0) < length) continue;
    kinds[i] = "fence";
    while (closing[++i] < length) kinds[i] = "code";
    kinds[i] = "fence";
  }
}

/** An empty line of a quote, ">" alone, is one beside another line of it. */
function markEmptyQuotes(lines: readonly string[], kinds: Kind[]): void {
  const isBare = (i: number) =>
    kinds[i] === "text" && EMPTY_QUOTE.test(lines[i]);
  for (let i = 0; i < lines.length; i++) {
    if (isBare(i) && kinds[i - 1] === "quote") kinds[i] = "quote";
  }
}

/**
 * A list has at least two items of one kind at one depth. Lines below an item
 * that are set further in are part of it; a single item is text.
 */
function markItems(lines: readonly string[], kinds: Kind[]): void {
  for (let i = 0; i < lines.length; i++) {
    if (kinds[i] !== "item") continue;
    const start = i;
    for (let end = i; end < lines.length; end++) {
      if (kinds[end] === "item") i = end;
      else if (kinds[end] === "blank" && kinds[end + 1] === "item") continue;
      else if (kinds[end] === "text" && isIndented(lines[end])) i = end;
      else break;
    }
    markList(lines, kinds, start, i + 1);
  }
}

type Item = { indent: number; marker: string; line: number; alone: boolean };

/** The items from one line to another, the end not included. */
function markList(
  lines: readonly string[],
  kinds: Kind[],
  from: number,
  to: number,
): void {
  const open: Item[] = [];
  const items: Item[] = [];
  for (let line = from; line < to; line++) {
    if (kinds[line] !== "item") continue;
    const [, space, written] = lines[line].match(ITEM)!;
    const indent = widthOf(space);
    // "-" and "*" are bullets, "." and ")" end numbers.
    const marker = written.at(-1)!;
    while (open.length > 0 && open.at(-1)!.indent > indent + 1) open.pop();
    const sibling = open.at(-1);
    if (sibling && indent <= sibling.indent + 1 && sibling.marker === marker) {
      sibling.alone = false;
      const item = { indent, marker, line, alone: false };
      open[open.length - 1] = item;
      items.push(item);
      continue;
    }
    if (sibling && indent <= sibling.indent + 1) open.pop();
    const item = { indent, marker, line, alone: true };
    items.push(item);
    if (open.length < MAX_DEPTH) open.push(item);
  }
  for (const { line, alone } of items) {
    if (alone) kinds[line] = "text";
  }
  // What stands below an item is part of it only if that is still one.
  let inList = false;
  for (let line = from; line < to; line++) {
    if (kinds[line] === "item") inList = true;
    else if (kinds[line] === "text") {
      if (inList && isIndented(lines[line])) kinds[line] = "in-item";
      else inList = false;
    }
  }
}

const isIndented = (line: string) => /^(?: {2}|\t)/.test(line);

const widthOf = (space: string) =>
  [...space].reduce((width, char) => width + (char === "\t" ? 4 : 1), 0);

/** A link as Markdown writes it, `[label](https://…)`; only for addresses that may be clicked. */
function writtenLink(line: string, from: number) {
  if (isInWord(line, from)) return;
  WRITTEN_LINK.lastIndex = from;
  const found = WRITTEN_LINK.exec(line);
  if (!found) return;
  const [whole, label, address] = found;
  if (label.trim() === "") return;
  return { label, address, to: from + whole.length };
}

const WRITTEN_LINK =
  /\[([^[\]\n]{1,500})\]\(((?:https?:\/\/|mailto:)[^\s<>()\ue000-\uf8ff]+(?:\([^\s<>()]*\)[^\s<>()]*)*)\)/iy;

// Words of these scripts stand without spaces between them.
const UNSPACED =
  /[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Hang}\p{scx=Thai}\p{scx=Laoo}\p{scx=Khmr}\p{scx=Mymr}]/u;

const isInWord = (line: string, index: number): boolean => {
  const before = charBefore(line, index);
  return /[\p{L}\p{N}_\\]/u.test(before) && !UNSPACED.test(before);
};

// What may stand before formatting that begins, and after formatting that ends.
const BEFORE = /[\s([{"'“‘«„‚¿¡—–*_~\p{Ps}\p{Pi}]/u;
const AFTER = /[\s)\]}"'”’».,;:!?…—–*_~\p{Pe}\p{Pf}、。，！？；：]/u;
// What formatting may begin and end with on its inside.
const BEGINS = /[\p{L}\p{N}\p{S}\p{M}"'“‘«„([{¿¡#@&*_~`\\!?\ue000-\uf8ff[]/u;
const ENDS_WITH = /[\p{L}\p{N}\p{S}\p{M}"'”’»)\]}.,;:!?…%*_~`\ue000-\uf8ff]/u;
const NEITHER = /[/\\=<>|+^$]/;
/** How long a run of a character may be that is formatting. */
const LENGTHS: ReadonlyMap<string, readonly number[]> = new Map([
  ["*", [1, 2, 3]],
  ["_", [1]],
  ["~", [2]],
]);

/**
 * Whether a run of `*`, `_` or `~` can begin or end formatting: only at the
 * borders of words, so that `2*3*4`, `snake_case` and globs stay as typed.
 */
function isDelimiter(line: string, index: number, run: string): boolean {
  const [char] = run;
  // "__" is a part of names that programmers write, "~" one of paths.
  const lengths = LENGTHS.get(char);
  if (!lengths?.includes(run.length)) return false;
  const before = charBefore(line, index);
  const after = charAt(line, index + run.length);
  // Faces: ¯_(ツ)_/¯, _(:3」∠)_
  if (char === "_" && /[()]/.test(before + after)) return false;
  const atStart = before === "" || BEFORE.test(before) || UNSPACED.test(before);
  const atEnd = after === "" || AFTER.test(after) || UNSPACED.test(after);
  return (atStart && after !== "" && BEGINS.test(after) &&
    !NEITHER.test(after)) ||
    (atEnd && before !== "" && ENDS_WITH.test(before) &&
      !NEITHER.test(before));
}

const charBefore = (line: string, index: number): string => {
  if (index === 0) return "";
  const isLow = /[\udc00-\udfff]/.test(line[index - 1]);
  return line.slice(Math.max(0, index - (isLow ? 2 : 1)), index);
};
const charAt = (line: string, index: number): string =>
  index < line.length ? String.fromCodePoint(line.codePointAt(index)!) : "";
