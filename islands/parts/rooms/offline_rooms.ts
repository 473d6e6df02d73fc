// Lists the rooms from the copies on this device, for when the server does not answer.
import "../shared/shared_chunk.ts";
import { mentionsName } from "../../../lib/chat/mentions.ts";
import { folded } from "../../../lib/chat/blocked.ts";
import {
  blockedBy,
  memberIn,
  membershipsOf,
  messagesIn,
  readStateOf,
  roomIn,
} from "../../../lib/chat/queries.ts";
import {
  MAX_UNREAD,
  readSeqIn,
  unreadAfter,
} from "../../../lib/chat/read_state.ts";
import { roomSettingsOf } from "../../../lib/chat/room_settings.ts";
import type { Member, Message, Room } from "../../../lib/chat/schema.ts";
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
 * list of the server's. `onDevice` says of each whether there is a copy of it.
 */
export async function offlineRooms(
  userID: string,
  known: readonly RoomSummary[],
): Promise<RoomSummary[]> {
  const copies = await queryCopiesOf(userID, async (tx) => ({
    room: await roomIn(tx),
    messages: await messagesIn(tx),
    me: await memberIn(tx, userID),
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
      name,
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
  for (const { room, messages, me } of copies) {
    if (!room || !me) continue;
    rooms.set(room.id, withCopy(before(room.id), room, messages, me, blocked));
  }
  const here = new Set(copies.map(({ room }) => room?.id));
  return [...rooms.values()]
    .map((room) => ({ ...room, onDevice: here.has(room.roomID) }));
}

const emptyRoom = (roomID: string): RoomSummary => ({
  roomID,
  space: roomSpace(roomID),
  name: "",
  topic: "",
  visibility: "public",
  member: false,
  messageCount: 0,
  readSeq: 0,
  unread: 0,
  mention: false,
  lastAt: null,
  last: null,
});

/** A member's room as its copy has it, unless a list of the server's is newer. */
function withCopy(
  listed: RoomSummary,
  room: Room,
  messages: readonly Message[],
  me: Member,
  blocked: ReadonlySet<string>,
): RoomSummary {
  const unsent = messages.filter((each) => each.pending && !each.editedAt);
  const messageCount = room.messageCount - unsent.length;
  if (messageCount < listed.messageCount) return listed;
  const { name, topic, visibility } = room;
  const readSeq = readSeqIn(room, me.id, listed.readSeq);
  const unread = messages
    .filter(({ seq, authorID }) =>
      seq > readSeq && authorID !== me.id && !blocked.has(authorID)
    )
    .slice(-MAX_UNREAD);
  const mentions = unread
    .filter(({ content }) => mentionsName(content, me.name)).length;
  const last = messages.at(-1);
  return {
    ...listed,
    name,
    topic,
    visibility,
    member: true,
    messageCount,
    readSeq,
    unread: unread.length,
    mention: mentions > 0,
    mentions,
    lastAt: last?.createdAt ?? null,
    last: last && blocked.has(last.authorID) ? folded(last) : last ?? null,
  };
}
