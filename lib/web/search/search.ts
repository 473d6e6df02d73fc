// Answers a search over all that a person may read.
import * as v from "@badrap/valita";
import { blockedBy, membershipsOf, MESSAGES } from "../../chat/queries.ts";
import { Refusal } from "../../chat/refusal.ts";
import { type Membership, type Message, valid } from "../../chat/schema.ts";
import {
  isEmpty,
  isInRoom,
  MAX_QUERY,
  passes,
  searchedText,
  type SearchQuery,
} from "../../chat/search_query.ts";
import { DIRECTORY, roomSpace, userSpace } from "../../chat/spaces.ts";
import { relevance, termsOf } from "../../chat/text_search.ts";
import type { FoundMessage, SearchPage } from "../../chat/views.ts";
import { mayRead } from "../auth/access.ts";
import { actorOf, type ChatSync } from "../chat/domain.ts";
import type { State } from "../state.ts";
import {
  candidatesFor,
  chunksOf,
  type Hold,
  type Place,
  ReadBudget,
} from "./candidates.ts";

const PAGE = 20; // messages
const PUBLIC_ROOMS = 100; // of those one is not in, the newest
/** Messages that the index names, read for one answer: some may not have what is asked for. */
const MAX_READ = 300;
const READ_AT_ONCE = 30;
/** How many bytes a character of JSON takes once it is parsed, about. */
const IN_MEMORY = 3;
/** Messages of a room that lie so close together are read with those in between. */
const MAX_GAP = 4;

const words = v.string().assert(
  ({ length }) => length <= MAX_QUERY,
  `A search has at most ${MAX_QUERY} characters.`,
).map(termsOf).optional(() => []);

const time = v.string().assert(
  (text) => /^\d{1,16}$/.test(text),
  "This is no time in milliseconds since 1970.",
).map(Number).optional();

const place = v.string().chain((text) => {
  const [, at, roomID, seq] =
    text.match(/^(\d{1,10})\.(?:([A-Za-z0-9_-]{1,64})\.(\d{1,16}))?$/) ?? [];
  if (!at) return v.err("This is no place in what was found.");
  return v.ok<Place>(
    roomID
      ? { at: Number(at), space: roomSpace(roomID), seq: Number(seq) }
      : { at: Number(at), ...FIRST_OF_SECOND },
  );
});

/** With a second, what comes before all messages of it. */
const FIRST_OF_SECOND = { space: "", seq: Infinity };

const Query = v.object({
  q: words,
  from: words,
  in: words,
  file: v.literal("1").optional(),
  before: time,
  after: time,
  next: place.optional(),
});

export type SearchRequest = { query: SearchQuery; next?: Place };

/** The search that an address asks for. Throws a `bad-args` refusal that names the field. */
export function searchRequestIn({ searchParams }: URL): SearchRequest {
  const { q, file, next, ...rest } = valid(
    Query,
    Object.fromEntries(searchParams),
  );
  const query = { terms: q, hasFile: file !== undefined, ...rest };
  if (!isEmpty(query)) return { query, next };
  throw new Refusal("bad-args", "q: Say what to look for.");
}

/** Of a place that comes behind another: what `next` takes. */
const textOf = ({ at, space, seq }: Place): string =>
  space === "" ? `${at}.` : `${at}.${space.slice(roomSpace("").length)}.${seq}`;

type Services = Pick<State, "kv" | "sync" | "roomDigests">;
type Named = Pick<Membership, "roomID" | "name" | "direct">;

/**
 * A page of the messages that answer a search, newest first, in the person's
 * own rooms and the newest public ones. Who may read each room is asked after
 * the last read. A page that is not full has `until` where the most that is read
 * for one was reached. `hold` is told what is read. Throws what that and reading
 * throw.
 */
export async function searchFor(
  services: Services,
  userID: string,
  { query, next }: SearchRequest,
  hold: Hold,
): Promise<SearchPage> {
  const { kv, sync } = services;
  const { rooms, blocked } = await scopeOf(services, userID, query, hold);
  const indexed = await chunksOf(kv, [...rooms.keys()]);
  const budget = new ReadBudget(hold);
  const found: { place: Place; message: Message }[] = [];
  const answers = (message: Message) =>
    !blocked.has(message.authorID) && passes(query, message) &&
    relevance(searchedText(message), query.terms) !== undefined;
  let last = next ?? beginningOf(query);
  let told = last;
  let isEnd = false;
  let isBound = false;
  let { isIncomplete } = indexed;
  for (let read = 0; found.length < PAGE && !isEnd && !isBound;) {
    const { places, end, isPassingOver } = await candidatesFor(
      kv,
      indexed,
      query,
      last,
      READ_AT_ONCE,
      budget,
    );
    isIncomplete ||= isPassingOver;
    const messages = await messagesAt(sync, places, hold);
    const mayShow = await readableIn(sync, userID, places);
    read += places.length;
    let taken = 0;
    for (const place of places) {
      last = place;
      taken++;
      // Of a room that one may not read any more not even the place is told.
      if (!mayShow(place)) continue;
      told = place;
      const message = messages.get(place);
      if (!message || !answers(message)) continue;
      found.push({ place, message });
      if (found.length === PAGE) break;
    }
    if (taken < places.length) break;
    if (end) [last, told, isBound] = [end, end, true];
    else if (places.length < READ_AT_ONCE) isEnd = true;
    else isBound = read >= MAX_READ || budget.isSpent;
  }
  const messages = await Promise.all(found.map(async ({ place, message }) => {
    const room = rooms.get(place.space)!;
    const name = await nameSeenBy(services, userID, room);
    return foundMessage(message, { ...room, name });
  }));
  const mayShow = await readableIn(sync, userID, found.map((f) => f.place));
  const goesOn = !isEnd && told.at < Infinity;
  return {
    messages: messages.filter((_, i) => mayShow(found[i].place)),
    next: goesOn ? textOf(told) : null,
    ...goesOn && isBound && found.length < PAGE && { until: 1_000 * told.at },
    ...isIncomplete && { incomplete: true as const },
  };
}

/** The place before all messages that a query lets through. */
const beginningOf = ({ before }: SearchQuery): Place => ({
  at: before === undefined ? Infinity : Math.floor((before - 1) / 1_000),
  ...FIRST_OF_SECOND,
});

/** By their spaces, the rooms that are searched for a person, and whose messages they do not want to see. */
async function scopeOf(
  services: Services,
  userID: string,
  query: SearchQuery,
  hold: Hold,
): Promise<{ rooms: Map<string, Named>; blocked: Set<string> }> {
  const { sync } = services;
  const [own, listings] = await Promise.all([
    sync.view(userSpace(userID), actorOf(userID), 1, (bytes) => {
      hold(bytes);
      return true;
    }),
    sync.newest(DIRECTORY, "listing/", PUBLIC_ROOMS),
  ]);
  const memberships = await membershipsOf(own);
  const inOwn = new Set(memberships.map(({ roomID }) => roomID));
  const others = listings.map(({ value }) => value as Named)
    .filter(({ roomID }) => !inOwn.has(roomID));
  // Of who is banned from one what it has is not even looked for.
  const isOpen = await Promise.all(
    others.map(({ roomID }) => mayRead(sync, userID, roomSpace(roomID))),
  );
  const all: Named[] = [
    ...others.filter((_, i) => isOpen[i]),
    ...memberships,
  ];
  // Of direct messages each name is a look at their room.
  const isSought = await Promise.all(
    all.map(async (room) =>
      query.in.length === 0 ||
      isInRoom(query, await nameSeenBy(services, userID, room))
    ),
  );
  return {
    rooms: new Map(
      all.filter((_, i) => isSought[i])
        .map((room) => [roomSpace(room.roomID), room]),
    ),
    blocked: new Set((await blockedBy(own)).map(({ id }) => id)),
  };
}

/** What a room is called to a person. */
const nameSeenBy = async (
  { roomDigests }: Services,
  userID: string,
  { roomID, name, direct }: Named,
): Promise<string> =>
  direct && await roomDigests.nameOf(roomID, userID) || name;

/** The messages at some places, without those that are not there any more. */
async function messagesAt(
  sync: ChatSync,
  places: readonly Place[],
  hold: Hold,
): Promise<Map<Place, Message>> {
  const found = new Map<Place, Message>();
  const bySpace = Map.groupBy(places, ({ space }) => space);
  await Promise.all(
    [...bySpace].flatMap(([space, some]) =>
      runsOf(some).map(async (run) => {
        const from = run[0].seq;
        const below = run.at(-1)!.seq + 1;
        const bySeq = new Map(run.map((place) => [place.seq, place]));
        const entries = await sync.between(space, MESSAGES, from, below);
        for (const { order, value } of entries) {
          hold(IN_MEMORY * JSON.stringify(value).length);
          const place = bySeq.get(order);
          if (place) found.set(place, value as Message);
        }
      })
    ),
  );
  return found;
}

/** Places of a room in runs that are read together, each ascending. */
function runsOf(places: readonly Place[]): Place[][] {
  const runs: Place[][] = [];
  for (const place of places.toSorted((a, b) => a.seq - b.seq)) {
    const last = runs.at(-1)?.at(-1)?.seq ?? -Infinity;
    if (place.seq - last <= MAX_GAP) runs.at(-1)!.push(place);
    else runs.push([place]);
  }
  return runs;
}

/** Whether a person may read the rooms of some places, as of now. */
async function readableIn(
  sync: ChatSync,
  userID: string,
  places: readonly Place[],
): Promise<(place: Place) => boolean> {
  const spaces = [...new Set(places.map(({ space }) => space))];
  const may = await Promise.all(
    spaces.map((space) => mayRead(sync, userID, space)),
  );
  const readable = new Set(spaces.filter((_, i) => may[i]));
  return ({ space }) => readable.has(space);
}

function foundMessage(
  { id, authorID, from, content, createdAt, files }: Message,
  { roomID, name: room }: Named,
): FoundMessage {
  const names = files?.map(({ name }) => ({ name }));
  const message = { id, authorID, from, content, createdAt };
  return { ...message, roomID, room, ...names && { files: names } };
}
