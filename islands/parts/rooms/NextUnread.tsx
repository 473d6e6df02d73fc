// Leads to the next room with something unread, as Alt+Shift+↓ does.
import { roomListStrings } from "../../../lib/chat/strings/room_list.ts";
import { roomAt } from "./room_at.ts";

const words = roomListStrings;

/** Nothing while there is none; its place is left free, so that nothing moves. */
export function NextUnread() {
  const next = roomAt(1, true);
  return next === undefined
    ? null
    : (
      <a class="icon next" href={`/rooms/${next}`} title={words.nextUnread}>
        {words.nextUnread}
      </a>
    );
}
