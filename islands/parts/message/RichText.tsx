// A message's text as elements, its mentions picked out. Nothing here is ever taken for HTML.
import { type ComponentChild, Fragment, h } from "preact";
import type { RichNode } from "../../../lib/chat/rich_text.ts";
import { type Names, splitAtMentions } from "../../../lib/chat/mentions.ts";

type RichTextProps = {
  marks: readonly RichNode[];
  /** The names that can be mentioned, and the reader's own. */
  names: Names;
  myName: Names;
};

const LINK = { target: "_blank", rel: "noopener noreferrer nofollow" };

export function RichText({ marks, names, myName }: RichTextProps) {
  // Made by h(): JSX that is compiled for the server escapes a list of texts
  // twice, and in place.
  const show = (mark: RichNode): ComponentChild => {
    if (typeof mark === "string") return h(Fragment, null, ...spoken(mark));
    const { tag, href, start, in: inside = [] } = mark;
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
  const spoken = (text: string): ComponentChild[] => {
    if (!text.includes("@")) return [text];
    return splitAtMentions(text, names).map(({ text, mention }) => {
      if (!mention) return text;
      const mine = splitAtMentions(text, myName)[0].mention;
      const name = mine ? "mention mine" : "mention";
      return h("span", { class: name }, text);
    });
  };
  return h("div", { class: "content" }, ...marks.map(show));
}
