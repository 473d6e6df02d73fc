// A message's text as elements. Nothing in it is ever taken for HTML.
import { type ComponentChild, type ComponentType, h } from "preact";
import { BLOCKS, type RichNode } from "../../../lib/chat/rich_text.ts";

type RichTextProps = {
  nodes: readonly RichNode[];
  /** Shows a block of code with what one can do with it, once that is loaded. */
  CodeBlock?: ComponentType<CodeBlockProps>;
};

export type CodeBlockProps = { code: string; language?: string };

const LINK = { target: "_blank", rel: "noopener noreferrer nofollow" };

export function RichText({ nodes, CodeBlock }: RichTextProps) {
  // Made by h(): JSX that is compiled for the server escapes a list of texts
  // twice, and in place.
  const show = (node: RichNode): ComponentChild => {
    if (typeof node === "string") return node;
    const { tag, href, mine, large, language } = node;
    const inside = (node.in ?? []).map(show);
    switch (tag) {
      case "pre": {
        const code = inside.join("");
        if (CodeBlock) return h(CodeBlock, { code, language });
        // Its lines can be wider than the screen: keys must reach them, too.
        return h(tag, { tabIndex: 0 }, code);
      }
      case "a":
        return h("a", { href, ...LINK }, ...inside);
      case "marker":
      case "mention":
        // Set apart, so that a name does not turn the text around it round.
        return h("bdi", { class: mine ? "mention mine" : tag }, ...inside);
      case "table":
        return h(
          "div",
          { class: tag, tabIndex: 0 },
          h(tag, null, ...inside),
        );
    }
    const props = BLOCKS.test(tag)
      ? { dir: "auto" as const, class: large && "large" }
      : null;
    return h(tag, props, ...inside);
  };
  return h("div", { class: "content" }, ...nodes.map(show));
}
