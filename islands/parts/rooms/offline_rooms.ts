// The rooms as this device knows them: what there is to go by when the server does not answer.
import "../shared/common.ts";
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
import { queryCopiesOf } from "../shared/copies.ts";

/** The service worker's pages; it notes on each whose it is. */
const PAGES = "pages-1";

/** Whose pages this device keeps; undefined when it keeps none. */
export async function offlineOwner(): Promise<string | undefined> {
  const pages = await globalThis.caches?.open(PAGES);
  const [page] = await pages?.matchAll() ?? [];
  return page?.headers.get("page-owner") ?? undefined;
}

/**
 * A person's rooms, and what `known` has besides, as an older list of the
 * server's. `kept` says of each whether its page is here.
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
        // What is not sent yet is nothing that one has to read.
        messageCount: room.messageCount -
          messages.filter(({ pending }) => pending).length,
      },
      member: await memberIn(tx, userID) !== undefined,
      joined: await Promise.all(
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
    const before = rooms.get(news.roomID) ?? {
      ...{ space: roomSpace(news.roomID), name: "", topic: "", member: false },
      ...{ visibility: "public" as const, messageCount: 0, readSeq: 0 },
    };
    const { messageCount = 0, readSeq = 0 } = news;
    rooms.set(news.roomID, {
      ...{ ...before, ...news },
      // The copy may be older than the list, and the list than the copy.
      messageCount: Math.max(before.messageCount, messageCount),
      readSeq: Math.max(before.readSeq, readSeq),
    });
  };
  for (const { joined } of copies) {
    for (const each of joined) add({ ...each, member: true });
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
      kept: await isKept(`/rooms/${room.roomID}`),
    })),
  );
}

/** True also where nobody can tell. */
const isKept = async (path: string): Promise<boolean> =>
  !globalThis.caches ||
  await caches.match(path, { cacheName: PAGES }) !== undefined;
