// Parses a message's text as a subset of Markdown. It is large, so browsers load it on use.
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

// A chat message is no document: headings, images, HTML and code by four spaces
// are shown as they were typed.
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

// A thousand nested quotes are a tree too deep to walk. Below this depth the
// text is shown as it was typed.
const MAX_DEPTH = 12;

/** Parses the text of a message. Of a text that is not blank something is always shown. */
export function parseMarkdown(content: string): RichNode[] {
  if (isSlow(content)) return parsePlain(content);
  const root = fromMarkdown(content, {
    extensions: [gfmAutolinkLiteral(), { disable }],
    mdastExtensions: [gfmAutolinkLiteralFromMarkdown()],
  });
  const nodes = root.children.flatMap((node) => richNodesOf(node, content));
  return textOf(nodes).trim() ? nodes : parsePlain(content);
}

// The parser's time grows with the square of these: 4,000 times ">" take half a
// second, and a page parses fifty messages.
const DEEP_LINE = /^(?:[ \t]*(?:>|[-+*]|\d{1,9}[.)])){20}/m;
const MAX_EMPHASIS_MARKERS = 400;

const isSlow = (content: string): boolean =>
  DEEP_LINE.test(content) ||
  (content.match(/[*_]/g)?.length ?? 0) > MAX_EMPHASIS_MARKERS;

const TAGS: Partial<Record<Node["type"], ElementName>> = {
  paragraph: "p",
  emphasis: "em",
  strong: "strong",
  blockquote: "blockquote",
  listItem: "li",
};

function richNodesOf(node: Node, content: string, depth = 1): RichNode[] {
  if (depth > MAX_DEPTH) {
    const { start, end } = node.position!;
    return lineNodes(content.slice(start.offset, end.offset));
  }
  const inside = () =>
    "children" in node
      ? node.children.flatMap((child) => richNodesOf(child, content, depth + 1))
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
