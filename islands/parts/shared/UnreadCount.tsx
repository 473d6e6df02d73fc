// How many messages of a room are unread, and whether one of them mentions the person.
import { roomStrings } from "../../../lib/chat/strings/room.ts";
import { shortly } from "../../../lib/chat/read_state.ts";

const words = roomStrings.rooms;

type UnreadCountProps = { unread: number; mention: boolean };

export function UnreadCount({ unread, mention }: UnreadCountProps) {
  return (
    <span class={`unread-count${mention ? " mentions-me" : ""}`}>
      {shortly(unread)}
      <span class="hidden">
        {words.unreadWord}
        {mention && words.mentionWords}
      </span>
    </span>
  );
}
