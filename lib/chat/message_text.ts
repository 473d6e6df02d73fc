// Parses the text of a message: its formatting, and whom it mentions.
import { type Gfm, needsGfm, parseMarkdown } from "./markdown.ts";
import { type Names, namesToFind, splitAtMentions } from "./mentions.ts";
import { type ElementName, lineNodes, type RichNode } from "./rich_text.ts";

export { needsGfm };

/** Who can be mentioned in a room, and which of them the reader is. */
export type Mentionable = { all: Names; reader: Names };

export const mentionable = (
  members: readonly { name: string }[],
  reader: string,
): Mentionable => ({
  all: namesToFind(members),
  reader: namesToFind([{ name: reader }]),
});

let gfm: Gfm | undefined;

/**
 * A parser of texts, with the mentions of these people marked. The parser of
 * tables, strikethrough and tasks is loaded with the first text that may have
 * one, by `loadGfm`: `onLoaded` is called, and texts are to be parsed again.
 */
export function messageParser(
  members: readonly { name: string }[],
  reader: string,
  loadGfm: () => Promise<Gfm>,
  onLoaded: () => void,
): (content: string) => RichNode[] {
  const people = mentionable(members, reader);
  return (content) => {
    if (!gfm && needsGfm(content)) {
      loadGfm().then((loaded) => {
        gfm = loaded;
        onLoaded();
      }, () => {}); // offline: the next such text tries again
    }
    return withMentions(parseText(content, gfm), people);
  };
}

/** A text as a tree that has yet to be told who can be mentioned. */
export function parseText(content: string, gfm?: Gfm): RichNode[] {
  return isOnlyEmoji(content)
    ? [{ tag: "p", large: true, in: lineNodes(content) }]
    : parseMarkdown(content, gfm);
}

/** A tree with its mentions as elements, other than in code and links. */
export function withMentions(
  nodes: RichNode[],
  people: Mentionable,
): RichNode[] {
  return nodes.flatMap((node): RichNode[] => {
    if (typeof node === "string") return mentionsIn(node, people);
    if (!node.in || WITHOUT_MENTIONS.has(node.tag)) return [node];
    return [{ ...node, in: withMentions(node.in, people) }];
  });
}

const WITHOUT_MENTIONS = new Set<ElementName>(["code", "pre", "a"]);

function mentionsIn(text: string, { all, reader }: Mentionable): RichNode[] {
  if (!text.includes("@")) return [text];
  return splitAtMentions(text, all).map(({ text, mention }): RichNode => {
    if (!mention) return text;
    const isReader = splitAtMentions(text, reader)[0].mention;
    return { tag: "mention", ...isReader && { mine: true }, in: [text] };
  });
}

const ONLY_EMOJI =
  /^(?:[\p{Extended_Pictographic}\p{Emoji_Modifier}\p{Regional_Indicator}\u200d\ufe0f\s]|[\d#*]\ufe0f?\u20e3){1,60}$/u;

/** Whether a text is a few emoji and nothing else, which are shown large. */
export const isOnlyEmoji = (content: string): boolean =>
  ONLY_EMOJI.test(content) &&
  /[\p{Extended_Pictographic}\p{Regional_Indicator}\u20e3]/u.test(content) &&
  !/^[©®™‼⁉ℹ↔-↪ⓂⓇ〰〽㊗㊙\s]+$/u.test(content);
