// Searches the people and messages on this device, as they are when the search is opened, and puts what the server finds among them.
import { asSeenBy } from "../../../lib/chat/direct.ts";
import { parseMarkdown } from "../../../lib/chat/markdown.ts";
import { nameTagsFor } from "../../../lib/chat/name_tags.ts";
import {
  blockedBy,
  membersIn,
  messagesIn,
  roomIn,
} from "../../../lib/chat/queries.ts";
import { textOf } from "../../../lib/chat/rich_text.ts";
import type { Member } from "../../../lib/chat/schema.ts";
import {
  filesOf,
  hasFilters,
  isEmpty,
  isInRoom,
  passes,
  searchedText,
  type SearchQuery,
} from "../../../lib/chat/search_query.ts";
import {
  type ExcerptPiece,
  excerptsOf,
  looseRelevance,
  relevance,
  searchable,
} from "../../../lib/chat/text_search.ts";
import type { FoundMessage, Person } from "../../../lib/chat/views.ts";
import { queryCopiesOf } from "../shared/query_copies.ts";

/** A message that was found. */
export type Found = {
  id: string;
  roomID: string;
  room: string;
  from: ExcerptPiece[];
  content: ExcerptPiece[];
  createdAt: number;
};

/** A person who was found, and a room that they are in. */
export type FoundPerson = Person & {
  /** What tells them from others of the name. */
  tag: string | undefined;
  roomID: string;
  room: string;
};

/** How many were found, and the best of them. */
type Best<T> = { count: number; best: T[] };

export type Results = { messages: Best<Found>; people: Best<FoundPerson> };

/** What answers a query, `others` of the server's among it; undefined when nothing is asked for. */
export type Search = (
  query: SearchQuery,
  others: readonly FoundMessage[],
) => Results | undefined;

const MAX_SHOWN = 50;
const MAX_PEOPLE = 5;
/** Folding many texts lets the page do other things after so many milliseconds. */
const TURN = 20;

/** Reads what is on the device. */
const readCopies = (userID: string) =>
  queryCopiesOf(userID, async (tx) => {
    const members = await membersIn(tx);
    const stored = await roomIn(tx);
    const room = stored && asSeenBy(stored, members, userID);
    const of = <T>(all: T[]) => room ? all.map((it) => ({ ...it, room })) : [];
    const messages = (await messagesIn(tx)).map((
      { id, authorID, from, content, createdAt, files },
    ) => ({ id, authorID, from, content, createdAt, files }));
    return {
      messages: room
        ? messages.map((it) => ({ ...it, roomID: room.id, room: room.name }))
        : [],
      // With whom one has direct messages alone may have left all other rooms.
      members: room?.direct ? [] : of(members),
      blocked: await blockedBy(tx),
    };
  });

export const openSearch = async (userID: string): Promise<Search> =>
  await searchOver(userID, await readCopies(userID));

/** A search where nothing on the device can be read. */
export const openServerSearch = (userID: string): Promise<Search> =>
  searchOver(userID, []);

async function searchOver(
  userID: string,
  copies: Awaited<ReturnType<typeof readCopies>>,
): Promise<Search> {
  const peopleWith = peopleFinder(
    copies.flatMap(({ members }) => members)
      .filter(({ id }) => id !== userID),
  );
  const blocked = new Set(
    copies.flatMap((it) => it.blocked.map(({ id }) => id)),
  );
  const isShown = ({ authorID }: FoundMessage) => !blocked.has(authorID);
  const newestFirst: FoundMessage[] = copies
    .flatMap(({ messages }) => messages).filter(isShown)
    .sort((a, b) => b.createdAt - a.createdAt);
  const texts = new Map<FoundMessage, string>();
  let turn = performance.now();
  for (const message of newestFirst) {
    texts.set(message, searchedText(message));
    if (performance.now() - turn < TURN) continue;
    await new Promise((resolve) => setTimeout(resolve));
    turn = performance.now();
  }

  function ranked(query: SearchQuery, relevanceOf: typeof relevance) {
    const found: { message: FoundMessage; rank: number }[] = [];
    for (const [message, text] of texts) {
      if (!passes(query, message) || !isInRoom(query, message.room)) continue;
      const rank = relevanceOf(text, query.terms);
      if (rank !== undefined) found.push({ message, rank });
    }
    return found;
  }

  /** Those of the server, but for what was found here: of that this device may know more. */
  function rankedOthers(
    { terms }: SearchQuery,
    others: readonly FoundMessage[],
    found: ReturnType<typeof ranked>,
  ) {
    const here = new Set(found.map(({ message }) => message.id));
    return others.filter((it) => isShown(it) && !here.has(it.id))
      .map((message) => ({
        message,
        rank: relevance(searchedText(message), terms) ?? 0,
      }));
  }

  const excerpts = new WeakMap<FoundMessage, ReturnType<typeof excerptsOf>>();
  function contentExcerpts(message: FoundMessage) {
    let those = excerpts.get(message);
    if (!those) {
      const text = textOf(parseMarkdown(message.content));
      const parts = [text, filesOf(message)].filter(Boolean);
      those = excerptsOf(parts.join(" · "));
      excerpts.set(message, those);
    }
    return those;
  }

  return (query, others) => {
    if (isEmpty(query)) return undefined;
    let found = ranked(query, relevance);
    found.push(...rankedOthers(query, others, found));
    if (found.length === 0) found = ranked(query, looseRelevance);
    found.sort((a, b) =>
      b.rank - a.rank || b.message.createdAt - a.message.createdAt
    );
    const { terms, from } = query;
    const best = found.slice(0, MAX_SHOWN + others.length)
      .map(({ message }) => ({
        id: message.id,
        createdAt: message.createdAt,
        roomID: message.roomID,
        room: message.room,
        from: excerptsOf(message.from)([...terms, ...from]),
        content: contentExcerpts(message)(terms),
      }));
    const people = hasFilters(query)
      ? { count: 0, best: [] }
      : peopleWith(terms);
    return { messages: { count: found.length, best }, people };
  };
}

/** Finds people by name, each once, of whatever rooms they are members. */
function peopleFinder(
  members: (Member & { room: { id: string; name: string } })[],
): (terms: string[]) => Best<FoundPerson> {
  const people = [...new Map(members.map((each) => [each.id, each])).values()];
  const tagOf = nameTagsFor(people);
  const names = people.map(({ name }) => searchable(name));
  return (terms) => {
    const found = people
      .map((person, i) => ({ person, rank: relevance(names[i], terms) }))
      .filter(({ rank }) => rank !== undefined)
      .sort((a, b) => b.rank! - a.rank!);
    const best = found.slice(0, MAX_PEOPLE)
      .map(({ person }) => ({ person, tag: tagOf(person) }))
      .map(({ person: { id, name, avatar, room }, tag }) => ({
        id,
        name,
        avatar,
        tag,
        roomID: room.id,
        room: room.name,
      }));
    return { count: found.length, best };
  };
}
