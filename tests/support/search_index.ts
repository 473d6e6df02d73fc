// Indexes all rooms of a store at once, and searches it as a person would, page by page.
import { parseQuery, searchParamsOf } from "../../lib/chat/search_query.ts";
import type { Message } from "../../lib/chat/schema.ts";
import type { FoundMessage, SearchPage } from "../../lib/chat/views.ts";
import type { ChatSync } from "../../lib/web/chat/domain.ts";
import { RoomDigests } from "../../lib/web/chat/room_digests.ts";
import { IndexWriter } from "../../lib/web/search/index_writer.ts";
import { CHUNK } from "../../lib/web/search/posting_lists.ts";
import { searchFor, searchRequestIn } from "../../lib/web/search/search.ts";
import type { Random } from "./random.ts";

/** A KV and the engine over it. */
export type Store = { kv: Deno.Kv; sync: ChatSync };

export async function indexAll(
  { kv, sync }: Store,
  writer = new IndexWriter(kv, sync),
): Promise<void> {
  for await (const { space } of sync.scanSpaces("room:")) {
    while (await writer.next(space));
  }
}

/** A page of what a person finds who types that. */
export const searchPage = (
  store: Store,
  userID: string,
  text: string,
  next?: string,
  hold: (bytes: number) => void = () => {},
): Promise<SearchPage> => {
  const url = new URL("http://localhost/");
  url.search = `${searchParamsOf(parseQuery(text), next)}`;
  const services = { ...store, roomDigests: new RoomDigests(store.sync) };
  return searchFor(services, userID, searchRequestIn(url), hold);
};

/** All that a person finds who types that, and goes on to the end. */
export async function search(
  store: Store,
  userID: string,
  text: string,
): Promise<FoundMessage[]> {
  const found: FoundMessage[] = [];
  let page = await searchPage(store, userID, text);
  for (;;) {
    found.push(...page.messages);
    if (page.next === null) return found;
    page = await searchPage(store, userID, text, page.next);
  }
}

/** Their texts. */
export const texts = async (...args: Parameters<typeof search>) =>
  (await search(...args)).map(({ content }) => content);

/** A message as it is stored. */
export const messageOf = (
  id: string,
  seq: number,
  content: string,
  more: Partial<Message> = {},
): Message => ({
  id,
  seq,
  authorID: "ada",
  from: "Ada",
  content,
  createdAt: 1_700_000_000_000 + 1_000 * seq,
  reactions: {},
  ...more,
});

/** Puts messages into a room, without going through pushes. */
export const put = (sync: ChatSync, roomID: string, ...messages: Message[]) =>
  sync.write([`room:${roomID}`], async (there) => {
    for (const each of messages) await there.set(`message/${each.id}`, each);
  });

/** The rooms in which `changeSomething` does, and the words that it writes. */
export const ROOMS = ["r0", "r1", "r2"];
export const WORDS = Array.from({ length: 40 }, (_, n) => `word${n}x`);

/** Writes, edits or deletes a message of some room. */
export async function changeSomething(
  sync: ChatSync,
  random: Random,
): Promise<void> {
  const roomID = random.pick(ROOMS);
  const seq = 1 + random.below(random.pick([10, 3 * CHUNK]));
  const id = `${roomID}-${seq}`;
  if (random.chance(.3)) {
    await sync.write([`room:${roomID}`], async (there) => {
      await there.del(`message/${id}`);
    });
  } else {
    const text = `${random.pick(WORDS)} ${random.pick(WORDS)}`;
    await put(sync, roomID, messageOf(id, seq, text));
  }
}
