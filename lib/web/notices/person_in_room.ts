// What decides whether a person is told of a room's messages, as KV has it now.
import { readSeqIn } from "../../chat/read_state.ts";
import type {
  BlockedPerson,
  Member,
  Message,
  Notify,
  ReadState,
  Room,
  RoomSettings,
} from "../../chat/schema.ts";
import { roomSpace, userSpace } from "../../chat/spaces.ts";
import type { ChatSync } from "../chat/domain.ts";

export type PersonInRoom = {
  room: Room;
  member: Member;
  /** The last `seq` that they have read. */
  read: number;
  notify: Notify | undefined;
  /** By userID. */
  blocked: ReadonlySet<string>;
  /** The message that was asked for, if it is there. */
  message?: Message;
};

/** Undefined for one who is no member, and where there is no such room. */
export async function personInRoom(
  sync: ChatSync,
  userID: string,
  roomID: string,
  messageID?: string,
): Promise<PersonInRoom | undefined> {
  const asked = messageID === undefined ? [] : [`message/${messageID}`];
  const [[room, member, message], [read, settings, blocked]] = await Promise
    .all([
      sync.get(roomSpace(roomID), "room", `member/${userID}`, ...asked),
      sync.get(
        userSpace(userID),
        `read/${roomID}`,
        `settings/${roomID}`,
        "blocked",
      ),
    ]);
  if (!room || !member) return undefined;
  const { seq = 0 } = read as ReadState | undefined ?? {};
  return {
    room: room as Room,
    member: member as Member,
    read: readSeqIn(room as Room, userID, seq),
    notify: (settings as RoomSettings | undefined)?.notify,
    blocked: new Set(
      (blocked as BlockedPerson[] | undefined)?.map(({ id }) => id),
    ),
    message: message as Message | undefined,
  };
}
