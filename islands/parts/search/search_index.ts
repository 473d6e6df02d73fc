// Searches the rooms, people and messages on this device, as they are when the search is opened.
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
  type ExcerptPiece,
  excerptsOf,
  looseRelevance,
  relevance,
  searchable,
  termsOf,
} from "../../../lib/chat/text_search.ts";
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
export type FoundPerson = {
  userID: string;
  name: string;
  /** What tells them from others of the name. */
  tag: string | undefined;
  roomID: string;
  room: string;
};

/** How many were found, and the best of them. */
type Best<T> = { count: number; best: T[] };

export type Results = { messages: Best<Found>; people: Best<FoundPerson> };

/** Undefined when there is no word to look for. */
export type Search = (query: string) => Results | undefined;

const MAX_SHOWN = 50;
const MAX_PEOPLE = 5;
/** Folding many texts lets the page do other things after so many milliseconds. */
const TURN = 20;

export async function openSearch(userID: string): Promise<Search> {
  const copies = await queryCopiesOf(userID, async (tx) => {
    const room = await roomIn(tx);
    const of = <T>(all: T[]) => room ? all.map((it) => ({ ...it, room })) : [];
    return {
      messages: of(await messagesIn(tx)),
      members: of(await membersIn(tx)),
      blocked: await blockedBy(tx),
    };
  });
  const peopleWith = peopleFinder(
    copies.flatMap(({ members }) => members)
      .filter(({ id }) => id !== userID),
  );
  const blocked = new Set(
    copies.flatMap((it) => it.blocked.map(({ id }) => id)),
  );
  const newestFirst = copies.flatMap(({ messages }) => messages)
    .filter(({ authorID }) => !blocked.has(authorID))
    .sort((a, b) => b.createdAt - a.createdAt);
  // As it was typed: to parse all would take much longer than to search them.
  const texts: string[] = [];
  let turn = performance.now();
  for (const { from, content } of newestFirst) {
    texts.push(searchable(`${from} ${content}`));
    if (performance.now() - turn < TURN) continue;
    await new Promise((resolve) => setTimeout(resolve));
    turn = performance.now();
  }

  function ranked(terms: string[], relevanceOf: typeof relevance) {
    const found: { i: number; rank: number }[] = [];
    for (const [i, text] of texts.entries()) {
      const rank = relevanceOf(text, terms);
      if (rank !== undefined) found.push({ i, rank });
    }
    return found.sort((a, b) => b.rank - a.rank); // else as before: newest first
  }

  const excerpts = new Map<number, ReturnType<typeof excerptsOf>>();
  function contentExcerpts(i: number) {
    let those = excerpts.get(i);
    if (!those) {
      those = excerptsOf(textOf(parseMarkdown(newestFirst[i].content)));
      excerpts.set(i, those);
    }
    return those;
  }

  return (query) => {
    const terms = termsOf(query);
    if (terms.length === 0) return undefined;
    let found = ranked(terms, relevance);
    if (found.length === 0) found = ranked(terms, looseRelevance);
    const best = found.slice(0, MAX_SHOWN).map(({ i }) => {
      const { id, room, from, createdAt } = newestFirst[i];
      return {
        id,
        createdAt,
        roomID: room.id,
        room: room.name,
        from: excerptsOf(from)(terms),
        content: contentExcerpts(i)(terms),
      };
    });
    const messages = { count: found.length, best };
    return { messages, people: peopleWith(terms) };
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
      .map(({ person: { id, name, room }, tag }) => ({
        userID: id,
        name,
        tag,
        roomID: room.id,
        room: room.name,
      }));
    return { count: found.length, best };
  };
}
