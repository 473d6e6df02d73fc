// The tree that a message's text is parsed into: a few kinds of elements, and text.

/** The elements that there are; all other Markdown stays the text that was typed. */
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

/** A text, or an element with others in it. It is plain JSON, so that a page can hand it to its island. */
export type RichNode = string | RichElement;

export type RichElement = {
  tag: ElementName;
  /** Of a link: its address, which is http(s) or mailto. */
  href?: string;
  /** Of a numbered list that does not begin with 1. */
  start?: number;
  in?: RichNode[];
};

// Markdown and bare addresses need one of these. In a text that has none the
// parser would find nothing but lines and paragraphs.
const SYNTAX =
  /[*_`[<\\@]|:\/\/|www\.|^[ \t]*(?:[-+>]|\d{1,9}[.)]|~~~)|^[ \t]{4}/im;

/** Whether a text holds no Markdown and no address, so that `parsePlain` is enough. */
export const isPlain = (content: string): boolean => !SYNTAX.test(content);

/** Parses lines and paragraphs only. Of a plain text it makes what `parseMarkdown` makes. */
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
  ).filter((node) => node !== "");
}

/** The text alone, as a quote shows it: in one line, without elements. */
export function textOf(nodes: readonly RichNode[]): string {
  return nodes.map((node) => {
    if (typeof node === "string") return node;
    if (node.tag === "br") return " ";
    const words = textOf(node.in ?? []);
    return BLOCKS.has(node.tag) ? `${words} ` : words;
  }).join("").replaceAll(/\s+/g, " ");
}

const BLOCKS = new Set<ElementName>(["p", "pre", "li", "blockquote"]);
