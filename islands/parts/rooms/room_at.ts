// The room above or below in the list, and the next one with something unread.
import { asTheyStand } from "../../../lib/chat/room_order.ts";
import { openRoomID } from "../shared/room_navigation.ts";
import { listedRooms, unreadIn } from "../shared/room_store.ts";

/**
 * The next of one's own rooms in the list in one direction, 1 or -1, from its
 * end on to its beginning; undefined without one.
 */
export function roomAt(
  step: number,
  mustBeUnread: boolean,
): string | undefined {
  const open = openRoomID.value;
  const own = listedRooms.value
    .filter(({ member, roomID }) => member || roomID === open);
  const { yours, others, direct } = asTheyStand(own);
  const all = [...yours, ...others, ...direct];
  const at = all.findIndex(({ roomID }) => roomID === open);
  // Before the first for a step down, behind the last for a step up.
  const start = at < 0 && step < 0 ? 0 : at;
  const order = all.map((_, i) =>
    all[(start + step * (i + 1) + 2 * all.length) % all.length]
  );
  return order.find((room) =>
    room.roomID !== open && (!mustBeUnread || unreadIn(room) > 0)
  )?.roomID;
}
