// The index over the messages on this device, made anew each time that one begins to search.
import MiniSearch from "minisearch";
import { parseMarkdown } from "../../../lib/chat/markdown.ts";
import { textOf } from "../../../lib/chat/rich_text.ts";
import { messagesIn, roomIn } from "../../../lib/chat/queries.ts";
import { queryCopiesOf } from "../shared/copies.ts";

/** A message that was found. */
export type Found = {
  id: string;
  roomID: string;
  room: string;
  from: string;
  content: string;
  createdAt: number;
};

/** The most that are worth a look. */
const MOST = 50;

/** Answers with the best first; with nothing to look for, with nothing. */
export type Search = (words: string) => Found[];

export async function openSearch(userID: string): Promise<Search> {
  const copies = await queryCopiesOf(userID, async (tx) => {
    const room = await roomIn(tx);
    if (!room) return [];
    return (await messagesIn(tx)).map((
      { id, from, content, createdAt },
    ): Found => ({
      ...{ id, from, createdAt },
      // The words alone: marks are not to be found.
      content: textOf(parseMarkdown(content)),
      roomID: room.id,
      room: room.name,
    }));
  });
  const messages = copies.flat();
  const byID = new Map(messages.map((message) => [message.id, message]));
  const index = new MiniSearch<Found>({
    fields: ["content", "from"],
    tokenize: termsOf,
    processTerm: plain,
    searchOptions: {
      prefix: true,
      fuzzy: (term) => term.length > 4 ? 0.2 : false,
      combineWith: "AND",
      boost: { content: 2 },
    },
  });
  index.addAll([...byID.values()]);
  return (words) =>
    index.search(words).slice(0, MOST).map(({ id }) => byID.get(id)!);
}

const segmenter = new Intl.Segmenter(undefined, { granularity: "word" });

/** Also of languages that write without spaces. */
const termsOf = (text: string): string[] =>
  [...segmenter.segment(text)]
    .filter(({ isWordLike }) => isWordLike)
    .map(({ segment }) => segment);

/** Without case and accents. */
const plain = (word: string): string =>
  word.normalize("NFKD").replaceAll(/\p{M}/gu, "").toLowerCase();
