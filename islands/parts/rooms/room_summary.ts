// Sums up a room for the list of rooms by the copy of it that is on this device.
import type { ReadTransaction } from "replicache";
import { folded } from "../../../lib/chat/blocked.ts";
import { mentionsName } from "../../../lib/chat/mentions.ts";
import { MAX_UNREAD, readSeqIn } from "../../../lib/chat/read_state.ts";
import type { Member, Message, Room } from "../../../lib/chat/schema.ts";
import { memberIn, messagesIn, roomIn } from "../../../lib/chat/queries.ts";
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
};

/** Undefined where the person is not a member, as far as the copy knows. */
export async function membersCopyIn(
  tx: ReadTransaction,
  userID: string,
): Promise<MembersCopy | undefined> {
  const [room, me] = await Promise.all([roomIn(tx), memberIn(tx, userID)]);
  return room && me && { room, me, messages: await messagesIn(tx) };
}

/** A member's room as its copy has it, unless a list of the server's is newer. */
export function summaryOf(
  listed: RoomSummary,
  { room, messages, me }: MembersCopy,
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
