// Indexes the messages on this device. Made anew each time that the search is opened.
import MiniSearch from "minisearch";
import { parseMarkdown } from "../../../lib/chat/markdown.ts";
import { textOf } from "../../../lib/chat/rich_text.ts";
import { messagesIn, roomIn } from "../../../lib/chat/queries.ts";
import { queryCopiesOf } from "../shared/query_copies.ts";

/** A message that was found. */
export type Found = {
  id: string;
  roomID: string;
  room: string;
  from: string;
  content: string;
  createdAt: number;
};

const MAX_RESULTS = 50;

/** Finds messages, the best first; none when there is no word to look for. */
export type Search = (words: string) => Found[];

export async function openSearch(userID: string): Promise<Search> {
  const copies = await queryCopiesOf(userID, async (tx) => {
    const room = await roomIn(tx);
    if (!room) return [];
    return (await messagesIn(tx)).map((
      { id, from, content, createdAt },
    ): Found => ({
      id,
      from,
      createdAt,
      // Without its Markdown, which is not searched.
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
    processTerm: folded,
    searchOptions: {
      prefix: true,
      fuzzy: (term) => term.length > 4 ? 0.2 : false,
      combineWith: "AND",
      boost: { content: 2 },
    },
  });
  index.addAll([...byID.values()]);
  return (words) =>
    index.search(words).slice(0, MAX_RESULTS).map(({ id }) => byID.get(id)!);
}

const segmenter = new Intl.Segmenter(undefined, { granularity: "word" });

/** The words of a text, in languages that write without spaces as well. */
const termsOf = (text: string): string[] =>
  [...segmenter.segment(text)]
    .filter(({ isWordLike }) => isWordLike)
    .map(({ segment }) => segment);

/** A word without case and accents. */
const folded = (word: string): string =>
  word.normalize("NFKD").replaceAll(/\p{M}/gu, "").toLowerCase();
