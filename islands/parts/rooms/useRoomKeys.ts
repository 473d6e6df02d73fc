// The keys that lead from room to room, and back to where one writes.
import { useEffect } from "preact/hooks";
import { unreadAfter } from "../../../lib/chat/read_state.ts";
import { isComposing } from "../shared/keys.ts";
import { goToRoom, openRoomID } from "../shared/room_navigation.ts";
import { listedRooms, readSeqs } from "../shared/room_store.ts";
import { focusComposer } from "../shared/writing_focus.ts";

/** Alt with an arrow goes to the room above or below, with Shift to the next one with something unread; Escape to the composer. */
export function useRoomKeys(): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const { key, altKey, shiftKey, ctrlKey, metaKey } = event;
      if (event.defaultPrevented || isComposing(event) || ctrlKey || metaKey) {
        return;
      }
      const isElsewhere = (event.target as Element).closest?.(
        "dialog, [popover], article textarea",
      );
      if (isElsewhere) return;
      const step = { ArrowUp: -1, ArrowDown: 1 }[key];
      if (altKey && step) {
        event.preventDefault();
        // Held down, it would open a room after the other.
        const next = event.repeat ? undefined : roomAt(step, shiftKey);
        if (next) goToRoom(next);
      }
      if (key === "Escape" && !altKey && !shiftKey) focusComposer();
    };
    addEventListener("keydown", onKeyDown);
    return () => removeEventListener("keydown", onKeyDown);
  }, []);
}

/** The next room of the list in one direction, from its end on to its beginning; undefined without one. */
function roomAt(step: number, mustBeUnread: boolean): string | undefined {
  const all = listedRooms.peek();
  const at = all.findIndex(({ roomID }) => roomID === openRoomID.peek());
  // Before the first for a step down, behind the last for a step up.
  const start = at < 0 && step < 0 ? 0 : at;
  const order = all.map((_, i) =>
    all[(start + step * (i + 1) + 2 * all.length) % all.length]
  );
  const next = order.find((room) =>
    room.roomID !== openRoomID.peek() &&
    (!mustBeUnread ||
      unreadAfter(room, readSeqs.peek().get(room.roomID) ?? 0) > 0)
  );
  return next?.roomID;
}
