// Lists the rooms from the copies on this device, for when the server does not answer.
import "../shared/shared_chunk.ts";
import { isUnwanted } from "../../../lib/chat/direct.ts";
import {
  blockedBy,
  membershipsOf,
  readStateOf,
  roomIn,
} from "../../../lib/chat/queries.ts";
import { unreadAfter } from "../../../lib/chat/read_state.ts";
import { roomSettingsOf } from "../../../lib/chat/room_settings.ts";
import type { RoomSummary } from "../../../lib/chat/views.ts";
import { queryCopiesOf } from "../shared/query_copies.ts";
import { emptyRoom, membersCopyIn, summaryOf } from "./room_summary.ts";

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
 * list of the server's. `onDevice` says of each whether there is a copy of it.
 */
export async function offlineRooms(
  userID: string,
  known: readonly RoomSummary[],
): Promise<RoomSummary[]> {
  const copies = await queryCopiesOf(userID, async (tx) => ({
    roomID: (await roomIn(tx))?.id,
    copy: await membersCopyIn(tx, userID),
    blocked: await blockedBy(tx),
    memberOf: await Promise.all(
      (await membershipsOf(tx)).map(async ({ roomID, name }) => ({
        roomID,
        name,
        readSeq: await readStateOf(tx, roomID),
      })),
    ),
    settings: await roomSettingsOf(tx),
  }));
  const rooms = new Map(known.map((each) => [each.roomID, each]));
  const before = (roomID: string) => rooms.get(roomID) ?? emptyRoom(roomID);
  for (const { roomID, name, readSeq } of copies.flatMap((it) => it.memberOf)) {
    const room = before(roomID);
    rooms.set(roomID, {
      ...room,
      // Direct messages are called after the others in them, wherever that is known.
      name: room.direct ? room.name : name,
      member: true,
      // Either may be older: the copy, or the list.
      readSeq: Math.max(room.readSeq, readSeq),
      unread: unreadAfter({ ...room, notify: "all" }, readSeq),
    });
  }
  for (const [roomID, set] of copies.flatMap((it) => [...it.settings])) {
    const room = rooms.get(roomID);
    if (room) rooms.set(roomID, { ...room, ...set });
  }
  const blocked = new Set(
    copies.flatMap((it) => it.blocked.map(({ id }) => id)),
  );
  for (const { copy } of copies) {
    if (!copy) continue;
    const { id } = copy.room;
    rooms.set(id, summaryOf(before(id), copy, blocked));
  }
  const here = new Set(copies.map(({ roomID }) => roomID));
  return [...rooms.values()]
    .filter(({ begunBy = "", people = [] }) =>
      !isUnwanted(begunBy, people, blocked)
    )
    .map((room) => ({ ...room, onDevice: here.has(room.roomID) }));
}
