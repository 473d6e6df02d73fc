// Reads a message's text as a little Markdown. It is the one large part of the chat: loaded on use.
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmAutolinkLiteralFromMarkdown } from "mdast-util-gfm-autolink-literal";
import { gfmAutolinkLiteral } from "micromark-extension-gfm-autolink-literal";
import {
  type ElementName,
  lineNodes,
  parsePlain,
  type RichNode,
  textOf,
} from "./rich_text.ts";

type Node = ReturnType<typeof fromMarkdown>["children"][number];

// A chat is no document: what would make headings, images, HTML or something
// out of four spaces is what somebody typed, and stays to be read.
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
    "characterReference",
  ],
};

// A thousand quotes in each other are a tree too deep to walk: below this it
// is shown as it was typed.
const DEEPEST = 12;

/** What the text of a message is made of. It shows something of any text that is not blank. */
export function parseMarkdown(content: string): RichNode[] {
  if (isSlow(content)) return parsePlain(content);
  const root = fromMarkdown(content, {
    extensions: [gfmAutolinkLiteral(), { disable }],
    mdastExtensions: [gfmAutolinkLiteralFromMarkdown()],
  });
  const marks = root.children.flatMap((node) => marksOf(node, content));
  return textOf(marks).trim() ? marks : parsePlain(content);
}

// What the parser takes time for that grows with the square of it: 4,000 times
// ">" are half a second, and a page reads fifty messages.
const DEEP_LINE = /^(?:[ \t]*(?:>|[-+*]|\d{1,9}[.)])){20}/m;
const MOST_MARKERS = 400;

const isSlow = (content: string): boolean =>
  DEEP_LINE.test(content) ||
  (content.match(/[*_]/g)?.length ?? 0) > MOST_MARKERS;

const TAGS: Partial<Record<Node["type"], ElementName>> = {
  paragraph: "p",
  emphasis: "em",
  strong: "strong",
  blockquote: "blockquote",
  listItem: "li",
};

function marksOf(node: Node, content: string, depth = 1): RichNode[] {
  if (depth > DEEPEST) {
    const { start, end } = node.position!;
    return lineNodes(content.slice(start.offset, end.offset));
  }
  const inside = () =>
    "children" in node
      ? node.children.flatMap((child) => marksOf(child, content, depth + 1))
      : [];
  switch (node.type) {
    case "text":
      return lineNodes(node.value);
    case "break":
      return [{ tag: "br" }];
    case "inlineCode":
      return [{ tag: "code", in: [node.value] }];
    case "code":
      return [{ tag: "pre", in: [node.value] }];
    case "list": {
      const { ordered, start } = node;
      if (!ordered) return [{ tag: "ul", in: inside() }];
      const number = start != null && start !== 1 ? { start } : {};
      return [{ tag: "ol", ...number, in: inside() }];
    }
    case "link": {
      const href = safe(node.url);
      return href ? [{ tag: "a", href, in: inside() }] : inside();
    }
    case "html":
      return []; // not parsed as such: dropped, should that ever change
    default: {
      const tag = TAGS[node.type];
      return tag ? [{ tag, in: inside() }] : inside();
    }
  }
}

const PROTOCOLS = ["http:", "https:", "mailto:"];

/** An address that is safe to click, in full; undefined for any other. */
function safe(address: string): string | undefined {
  const url = URL.parse(address);
  return url && PROTOCOLS.includes(url.protocol) ? url.href : undefined;
}
