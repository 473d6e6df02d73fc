// Parses the texts of a page's messages on the server, within a budget of time.
import { gfm } from "../../chat/markdown_gfm.ts";
import {
  mentionable,
  needsGfm,
  parseText,
  withMentions,
} from "../../chat/message_text.ts";
import {
  isPlain,
  parsePlain,
  type RichNode,
  textOf,
} from "../../chat/rich_text.ts";
import type { RoomView } from "../../chat/views.ts";

/** What the texts of one page may take of the server; browsers parse the rest. */
const MAX_MS_PER_PAGE = 50;
/** Of the texts whose trees are remembered, in UTF-16 units. */
const MAX_REMEMBERED_LENGTH = 2_000_000;

/** Trees by the texts that they are of, the one used last comes last. */
const remembered = new Map<string, RichNode[]>();
let rememberedLength = 0;

function parse(content: string): RichNode[] {
  const known = remembered.get(content);
  if (known) {
    remembered.delete(content);
    remembered.set(content, known);
    return known;
  }
  const nodes = parseText(content, needsGfm(content) ? gfm : undefined);
  remembered.set(content, nodes);
  rememberedLength += content.length;
  for (const oldest of remembered.keys()) {
    if (rememberedLength <= MAX_REMEMBERED_LENGTH) break;
    remembered.delete(oldest);
    rememberedLength -= oldest.length;
  }
  return nodes;
}

/** A message's text without formatting, in one line. */
export const wordsOf = (content: string): string =>
  textOf(isPlain(content) ? parsePlain(content) : parse(content));

/**
 * The trees of messages' texts by the messages' IDs, for those that have
 * formatting: the newest first, as long as the time lasts.
 */
export function richTextsOf(
  { messages, members }: Pick<RoomView, "messages" | "members">,
  reader: string,
): Map<string, RichNode[]> {
  const people = mentionable(members, reader);
  const end = performance.now() + MAX_MS_PER_PAGE;
  const trees = new Map<string, RichNode[]>();
  for (const { id, content } of messages.toReversed()) {
    if (isPlain(content)) continue;
    trees.set(id, withMentions(parse(content), people));
    if (performance.now() > end) break;
  }
  return trees;
}
