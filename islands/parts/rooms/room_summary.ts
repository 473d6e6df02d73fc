// Sums up a room for the list of rooms by the copy of it that is on this device.
import type { ReadTransaction } from "replicache";
import { asSeenBy, othersIn } from "../../../lib/chat/direct.ts";
import { folded, lastOf } from "../../../lib/chat/last_message.ts";
import { mentionsName } from "../../../lib/chat/mentions.ts";
import {
  confirmedCount,
  MAX_UNREAD,
  readSeqIn,
} from "../../../lib/chat/read_state.ts";
import type { Member, Message, Room } from "../../../lib/chat/schema.ts";
import {
  memberIn,
  membersIn,
  messagesIn,
  roomIn,
} from "../../../lib/chat/queries.ts";
import { roomSpace } from "../../../lib/chat/spaces.ts";
import type { RoomSummary } from "../../../lib/chat/views.ts";

/** A room of which no more than its ID is known. */
export const emptyRoom = (roomID: string): RoomSummary => ({
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

/** What a copy holds of a member's room; the messages are the newest, oldest first. */
export type MembersCopy = {
  room: Room;
  messages: readonly Message[];
  me: Member;
  /** Of direct messages all are needed. */
  members: readonly Member[];
};

/** Undefined where the person is not a member, as far as the copy knows. */
export async function membersCopyIn(
  tx: ReadTransaction,
  userID: string,
): Promise<MembersCopy | undefined> {
  const [room, me] = await Promise.all([roomIn(tx), memberIn(tx, userID)]);
  if (!room || !me) return undefined;
  const members = room.direct ? await membersIn(tx) : [];
  return { room, me, members, messages: await messagesIn(tx) };
}

/** A member's room as its copy has it, unless a list of the server's is newer. */
export function summaryOf(
  listed: RoomSummary,
  copy: MembersCopy,
  blocked: ReadonlySet<string>,
): RoomSummary {
  const { messages, me, members } = copy;
  const room = asSeenBy(copy.room, members, me.id);
  const messageCount = confirmedCount(room);
  if (messageCount < listed.messageCount) return listed;
  const { name, topic, visibility, direct, pending } = room;
  const readSeq = readSeqIn(room, me.id, listed.readSeq);
  const unread = messages
    .filter(({ seq, authorID }) =>
      seq > readSeq && authorID !== me.id && !blocked.has(authorID)
    )
    .slice(-MAX_UNREAD);
  // Each direct message is as good as a mention.
  const mentions = unread
    .filter(({ content }) => direct || mentionsName(content, me.name)).length;
  const newest = messages.at(-1);
  const last = newest ? lastOf(newest) : null;
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
    last: last && blocked.has(newest!.authorID) ? folded(last) : last,
    ...direct && {
      direct,
      people: othersIn(members, me.id),
      begunBy: room.createdBy,
    },
    pending,
  };
}

/**
 * A listed room with what a copy has told of it, unless the list is newer.
 * Where more has been read than the teller knew, as much counts as unread as
 * may be.
 */
export function withNews(listed: RoomSummary, told: RoomSummary): RoomSummary {
  const more = told.messageCount - listed.messageCount;
  if (more < 0) return listed;
  // What is set is not the room's to tell.
  const { favourite, notify } = listed;
  const news = { ...told, favourite, notify };
  if (told.readSeq >= listed.readSeq) return news;
  const unread = Math.min(told.unread, listed.unread + more);
  const mentions = Math.min(
    told.mentions ?? 0,
    (listed.mentions ?? 0) + more,
    unread,
  );
  const { readSeq } = listed;
  return { ...news, readSeq, unread, mentions, mention: mentions > 0 };
}
