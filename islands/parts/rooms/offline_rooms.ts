// Lists the rooms from the copies on this device, for when the server does not answer.
import "../shared/shared_chunk.ts";
import {
  memberIn,
  membershipsOf,
  messagesIn,
  readStateOf,
  roomIn,
} from "../../../lib/chat/queries.ts";
import { readSeqIn } from "../../../lib/chat/read_state.ts";
import { roomSpace } from "../../../lib/chat/spaces.ts";
import type { RoomSummary } from "../../../lib/chat/views.ts";
import { queryCopiesOf } from "../shared/query_copies.ts";

/** The service worker's cache of pages, each with a header that names its owner. */
const PAGES = "pages-1";

/** The userID whose pages are on this device; undefined when there are none. */
export async function offlineOwner(): Promise<string | undefined> {
  const pages = await globalThis.caches?.open(PAGES);
  const [page] = await pages?.matchAll() ?? [];
  return page?.headers.get("page-owner") ?? undefined;
}

/**
 * A person's rooms by the copies on this device, and those of `known`, an older
 * list of the server's. `onDevice` says of each whether its page is here.
 */
export async function offlineRooms(
  userID: string,
  known: readonly RoomSummary[],
): Promise<RoomSummary[]> {
  const copies = await queryCopiesOf(userID, async (tx) => {
    const room = await roomIn(tx);
    const memberships = await membershipsOf(tx);
    const messages = await messagesIn(tx);
    return {
      room: room && {
        ...room,
        // Own messages that are not sent yet are not unread.
        messageCount: room.messageCount -
          messages.filter(({ pending }) => pending).length,
      },
      member: await memberIn(tx, userID) !== undefined,
      memberOf: await Promise.all(
        memberships.map(async ({ roomID, name }) => ({
          roomID,
          name,
          readSeq: await readStateOf(tx, roomID),
        })),
      ),
    };
  });
  const rooms = new Map(known.map((each) => [each.roomID, each]));
  const add = (news: { roomID: string } & Partial<RoomSummary>) => {
    const before: RoomSummary = rooms.get(news.roomID) ?? {
      roomID: news.roomID,
      space: roomSpace(news.roomID),
      name: "",
      topic: "",
      visibility: "public",
      member: false,
      messageCount: 0,
      readSeq: 0,
    };
    const { messageCount = 0, readSeq = 0 } = news;
    rooms.set(news.roomID, {
      ...before,
      ...news,
      // Either may be older: the copy, or the list.
      messageCount: Math.max(before.messageCount, messageCount),
      readSeq: Math.max(before.readSeq, readSeq),
    });
  };
  for (const { memberOf } of copies) {
    for (const each of memberOf) add({ ...each, member: true });
  }
  for (const { room, member } of copies) {
    if (!room || !member) continue;
    const { id: roomID, name, topic, visibility, messageCount } = room;
    const { readSeq: marked = 0 } = rooms.get(roomID) ?? {};
    const readSeq = readSeqIn(room, userID, marked);
    add({ roomID, name, topic, visibility, messageCount, member, readSeq });
  }
  return await Promise.all(
    [...rooms.values()].map(async (room) => ({
      ...room,
      onDevice: await isOnDevice(`/rooms/${room.roomID}`),
    })),
  );
}

/** True also where there are no caches, as on plain http. */
const isOnDevice = async (path: string): Promise<boolean> =>
  !globalThis.caches ||
  await caches.match(path, { cacheName: PAGES }) !== undefined;
