// Reads a message's text as a little Markdown. It is the one large part of the chat: loaded on use.
import { fromMarkdown, type Options } from "mdast-util-from-markdown";
import { safeAddress } from "./links.ts";
import { costOf } from "./markdown_cost.ts";
import { MaskedText, MAX_DEPTH } from "./markdown_mask.ts";
import {
  type ElementName,
  isPlain,
  lineNodes,
  parsePlain,
  type RichNode,
  textOf,
} from "./rich_text.ts";

type Node = ReturnType<typeof fromMarkdown>["children"][number];

type Parent = { children: Node[] };

// A chat is no document: what would make headings, images, HTML or references
// is what somebody typed, and stays to be read.
const disable = {
  null: [
    "headingAtx",
    "setextUnderline",
    "thematicBreak",
    "codeIndented",
    "htmlFlow",
    "htmlText",
    "definition",
    "labelStartImage",
    "characterEscape",
    "characterReference",
    "hardBreakEscape",
  ],
};

/** What reads tables, strikethrough and task lists; see `markdown_gfm.ts`. */
export type Gfm = Pick<Options, "extensions" | "mdastExtensions">;

const GFM =
  /~~|^[ \t]*(?:[-*]|\d{1,9}[.)])[ \t]+\[[ xX]\][ \t]|^[ \t]*\|?[ \t]*:?-+:?[ \t]*\|/m;

/** Whether a text may hold a table, strikethrough or a task list. */
export const needsGfm = (content: string): boolean => GFM.test(content);

/**
 * What the text of a message is made of: formatting restyles its words, and
 * each of them is there to be read. What is not clearly meant as formatting,
 * and a text that would take long to read (see `costOf`), stays as typed.
 */
export function parseMarkdown(content: string, gfm?: Gfm): RichNode[] {
  if (isPlain(content)) return parsePlain(content);
  try {
    const masked = new MaskedText(content);
    if (costOf(masked.text) > MAX_COST) return parsePlain(content);
    const root = fromMarkdown(masked.text, {
      extensions: [{ disable }, ...gfm?.extensions ?? []],
      mdastExtensions: gfm?.mdastExtensions,
    });
    const reader = new Reader(masked);
    const nodes = root.children.flatMap((node) => reader.read(node));
    // Whatever the parser does with what people type: no letter may get lost.
    const isWhole = lettersOf(reader.shown) === lettersOf(content);
    if (isWhole && textOf(nodes)) return nodes;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error; // too much to mask, or too deep
  }
  return parsePlain(content);
}

/** The most that reading a text may take, as `costOf` has it: a page shows hundreds of them. */
const MAX_COST = 1_200;

/** A text's characters in order, but for white space and what formatting is written with. */
const lettersOf = (text: string): string =>
  text.replaceAll(/[\s*_`~>|:\-[\]()]/g, "");

/** Makes a tree of ours out of the parser's, and notes what of the text is to be read in it. */
class Reader {
  /** Letters in their order, with the addresses of links. */
  shown = "";

  constructor(private readonly masked: MaskedText) {}

  read(node: Node, depth = 1, isInLink = false): RichNode[] {
    const { masked } = this;
    if (depth > 2 * MAX_DEPTH) return this.#typed(node);
    const inside = (isInside = isInLink) =>
      "children" in node
        ? node.children.flatMap((child) =>
          this.read(child, depth + 1, isInside)
        )
        : [];
    switch (node.type) {
      case "text":
        return this.#text(node.value, isInLink);
      case "break":
        return [{ tag: "br" }];
      case "inlineCode":
        return [{ tag: "code", in: [this.#show(masked.unmask(node.value))] }];
      case "code":
        return this.#code(node);
      case "list": {
        const { ordered } = node;
        return [{ tag: ordered ? "ol" : "ul", in: inside() }];
      }
      case "listItem": {
        const [number] = this.#source(node).match(/^\d+[.)]/) ?? [];
        const markers = number ? [this.#show(number)] : [];
        if (node.checked) this.#show("x");
        if (node.checked != null) markers.push(node.checked ? "☑" : "☐");
        return [{
          tag: "li",
          in: [
            ...markers.map((marker): RichNode => ({
              tag: "marker",
              in: [`${marker} `],
            })),
            ...inside(),
          ],
        }];
      }
      case "link": {
        const label = inside(true);
        const address = masked.unmask(node.url);
        this.#show(address);
        const href = safeAddress(address);
        return href
          ? [{ tag: "a", href, in: label }]
          : [...label, ` (${address})`];
      }
      case "table": {
        const [head, ...rows] = node.children;
        const headings = head.children
          .flatMap((cell) => this.#cell("th", cell, depth));
        return [{
          tag: "table",
          in: [
            { tag: "tr", in: headings },
            ...rows.map(({ children }): RichNode => ({
              tag: "tr",
              in: children.flatMap((cell) => this.#cell("td", cell, depth)),
            })),
          ],
        }];
      }
      default: {
        const tag = TAGS.get(node.type);
        // Signs alone are no words to restyle, but a face: *_*
        const isFace = INLINE.has(node.type) &&
          !WORD.test(masked.unmask(this.#source(node)));
        return tag && !isFace ? [{ tag, in: inside() }] : this.#typed(node);
      }
    }
  }

  #cell(
    tag: "th" | "td",
    { children }: Parent,
    depth: number,
  ): RichNode[] {
    const inside = children.flatMap((child) => this.read(child, depth + 2));
    return [{ tag, in: inside }];
  }

  /** A text with links for the addresses in it. */
  #text(value: string, isInLink: boolean): RichNode[] {
    return this.masked.pieces(value).flatMap(({ text, href }): RichNode[] => {
      this.#show(text);
      return href && !isInLink
        ? [{ tag: "a", href, in: [text] }]
        : lineNodes(text);
    });
  }

  /** A block of code; what follows its fence is a language, or else its first line. */
  #code(node: Node & { type: "code" }): RichNode[] {
    const [first] = this.#source(node).split("\n", 1);
    const info = this.masked.unmask(first.replace(/^`+/, "")).trim();
    const value = this.masked.unmask(node.value);
    this.#show(info);
    this.#show(value);
    if (/^[\w+#.-]{1,20}$/.test(info)) {
      return [{ tag: "pre", language: info, in: [value] }];
    }
    return [{ tag: "pre", in: [info ? `${info}\n${value}` : value] }];
  }

  /** What a node was made of, as it was typed. */
  #typed(node: Node): RichNode[] {
    return lineNodes(this.#show(this.masked.unmask(this.#source(node))));
  }

  #source({ position }: Node): string {
    return this.masked.text.slice(
      position!.start.offset,
      position!.end.offset,
    );
  }

  #show(text: string): string {
    this.shown += text;
    return text;
  }
}

const INLINE: ReadonlySet<string> = new Set(["emphasis", "strong", "delete"]);
/** A letter, a digit or an emoji. */
const WORD = /[\p{L}\p{N}\p{Extended_Pictographic}]/u;

const TAGS: ReadonlyMap<string, ElementName> = new Map<string, ElementName>([
  ["paragraph", "p"],
  ["emphasis", "em"],
  ["strong", "strong"],
  ["delete", "del"],
  ["blockquote", "blockquote"],
]);
