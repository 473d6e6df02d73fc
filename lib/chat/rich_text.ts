// What a message's text is made of once its formatting is read: a tree of few kinds of elements.

/** The elements that a text can be made of; anything else stays text. */
export type ElementName =
  | "p"
  | "br"
  | "strong"
  | "em"
  | "del"
  | "code"
  | "pre"
  | "ul"
  | "ol"
  | "li"
  | "blockquote"
  | "table"
  | "tr"
  | "th"
  | "td"
  | "a"
  | "mention"
  /** At the beginning of an item: its number as it was typed, "25.", or the box of a task. */
  | "marker";

/** A text, or an element around others. It is plain JSON: a page can carry it to its island. */
export type RichNode = string | RichElement;

export type RichElement = {
  tag: ElementName;
  /** Of a link: its address, which is http(s) or mailto. */
  href?: string;
  /** Of a mention: whether it is the reader's. */
  mine?: boolean;
  /** Of a paragraph: whether it is a few emoji and nothing else. */
  large?: boolean;
  /** Of a block of code: the language that its author named. */
  language?: string;
  in?: RichNode[];
};

// Each of these is needed for some formatting (emphasis, bullets, code, links,
// tables; quotes and lists), an address, a mention or an emoji. A text without
// them is lines and paragraphs alone.
const SYNTAX =
  /[*_`~[|]|^[ \t]*(?:> ?|- |\d{1,9}[.)][ \t])|https?:\/\/|www\.|mailto:|@\S|[\p{Emoji_Presentation}\ufe0f\u20e3]/imu;

/** Whether a text holds no formatting, address or mention, so that it needs no parser. */
export const isPlain = (content: string): boolean => !SYNTAX.test(content);

/** A text as it was typed, in lines and paragraphs only. */
export function parsePlain(content: string): RichNode[] {
  return content.replaceAll(/\r\n?/g, "\n")
    .replace(/^(?:[ \t]*\n)+/, "").replace(/[ \t\n]+$/, "")
    .split(/\n(?:[ \t]*\n)+/)
    .filter((paragraph) => /[^ \t]/.test(paragraph))
    .map((paragraph) => ({ tag: "p", in: lineNodes(paragraph) }));
}

/** A text with its line breaks as elements. */
export function lineNodes(text: string): RichNode[] {
  return text.split(/\r\n?|\n/).flatMap((line, i): RichNode[] =>
    i === 0 ? [line] : [{ tag: "br" }, line]
  ).filter((node) => node !== "");
}

/** The words alone, as a quote shows them: one line, with the numbers of lists and without formatting. */
export function textOf(nodes: readonly RichNode[]): string {
  return wordsIn(nodes).replaceAll(/\s+/g, " ").trim();
}

function wordsIn(nodes: readonly RichNode[]): string {
  return nodes.map((node) => {
    if (typeof node === "string") return node;
    if (node.tag === "br") return " ";
    const words = wordsIn(node.in ?? []);
    return BLOCKS.test(node.tag) ? `${words} ` : words;
  }).join("");
}

/** What stands apart from what comes after it, and may have a direction of its own. */
export const BLOCKS = /^(p|pre|li|t[hd]|blockquote)$/;
