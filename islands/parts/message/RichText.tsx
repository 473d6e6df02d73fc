// A message's text as elements, its mentions marked. Nothing in it is ever taken for HTML.
import { type ComponentChild, Fragment, h } from "preact";
import { type Names, splitAtMentions } from "../../../lib/chat/mentions.ts";
import type { RichNode } from "../../../lib/chat/rich_text.ts";

type RichTextProps = {
  nodes: readonly RichNode[];
  /** The names that can be mentioned, and the reader's own. */
  names: Names;
  myName: Names;
};

const LINK = { target: "_blank", rel: "noopener noreferrer nofollow" };

export function RichText({ nodes, names, myName }: RichTextProps) {
  // Made by h(): JSX that is compiled for the server escapes a list of texts
  // twice, and in place.
  const show = (node: RichNode): ComponentChild => {
    if (typeof node === "string") {
      return h(Fragment, null, ...withMentions(node));
    }
    const { tag, href, start, in: inside = [] } = node;
    switch (tag) {
      case "br":
        return h("br", null);
      case "code":
        return h("code", null, inside.join(""));
      case "pre":
        // Its lines can be wider than the screen: keys must reach them, too.
        return h("pre", { tabIndex: 0 }, h("code", null, inside.join("")));
      case "a":
        return h("a", { href, ...LINK }, ...inside.map(show));
      case "ol":
        return h("ol", { start }, ...inside.map(show));
      case "p":
      case "li":
      case "blockquote":
        return h(tag, { dir: "auto" }, ...inside.map(show));
      default:
        return h(tag, null, ...inside.map(show));
    }
  };
  const withMentions = (text: string): ComponentChild[] => {
    if (!text.includes("@")) return [text];
    return splitAtMentions(text, names).map(({ text, mention }) => {
      if (!mention) return text;
      const isMine = splitAtMentions(text, myName)[0].mention;
      return h("span", { class: isMine ? "mention mine" : "mention" }, text);
    });
  };
  return h("div", { class: "content" }, ...nodes.map(show));
}
