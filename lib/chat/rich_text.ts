// What a message's text is made of once it is read as a little Markdown: a tree of few kinds.

/** The elements that a text can be made of; what is none of them stays text. */
export type ElementName =
  | "p"
  | "br"
  | "strong"
  | "em"
  | "code"
  | "pre"
  | "ul"
  | "ol"
  | "li"
  | "blockquote"
  | "a";

/** A text, or an element around others. It is plain JSON: a page can carry it to its island. */
export type RichNode = string | RichElement;

export type RichElement = {
  tag: ElementName;
  /** Of a link: its address, which is http(s) or mailto. */
  href?: string;
  /** Of a numbered list that does not begin with 1. */
  start?: number;
  in?: RichNode[];
};

// Each is needed for some Markdown or a bare address; where none is, the
// parser would find lines and paragraphs alone.
const SYNTAX =
  /[*_`[<\\@]|:\/\/|www\.|^[ \t]*(?:[-+>]|\d{1,9}[.)]|~~~)|^[ \t]{4}/im;

/** Whether a text holds no Markdown and no address, so that it needs no parser. */
export const isPlain = (content: string): boolean => !SYNTAX.test(content);

/** A text without its Markdown: lines and paragraphs only. Of a plain text it is what the parser makes. */
export function parsePlain(content: string): RichNode[] {
  return content.replaceAll(/\r\n?/g, "\n").split(/\n(?:[ \t]*\n)+/)
    .map((block) => block.replaceAll(/^[ \t]+|[ \t]+$/gm, ""))
    .filter((block) => block !== "")
    .map((block) => ({ tag: "p", in: lineNodes(block) }));
}

/** A text with its line breaks as elements. */
export function lineNodes(text: string): RichNode[] {
  return text.split(/\r\n?|\n/).flatMap((line, i): RichNode[] =>
    i === 0 ? [line] : [{ tag: "br" }, line]
  ).filter((mark) => mark !== "");
}

/** The words alone, as a quote shows them: one line, without any marks. */
export function textOf(marks: readonly RichNode[]): string {
  return marks.map((mark) => {
    if (typeof mark === "string") return mark;
    if (mark.tag === "br") return " ";
    const words = textOf(mark.in ?? []);
    return BLOCKS.has(mark.tag) ? `${words} ` : words;
  }).join("").replaceAll(/\s+/g, " ");
}

const BLOCKS = new Set<ElementName>(["p", "pre", "li", "blockquote"]);
