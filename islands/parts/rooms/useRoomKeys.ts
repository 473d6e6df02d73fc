// The keys that lead from room to room, and back to where one writes.
import { useEffect } from "preact/hooks";
import { isComposing } from "../shared/keys.ts";
import { goToRoom } from "../shared/room_navigation.ts";
import { focusComposer } from "../shared/writing_focus.ts";

type RoomAt = typeof import("./room_at.ts").roomAt;

/** Alt with an arrow goes to the room above or below, with Shift to the next one with something unread; Escape to the composer. */
export function useRoomKeys(load: () => Promise<{ roomAt: RoomAt }>): void {
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
        if (!event.repeat) {
          load().then(({ roomAt }) => {
            const next = roomAt(step, shiftKey);
            if (next) goToRoom(next);
          }, console.warn);
        }
      }
      if (key === "Escape" && !altKey && !shiftKey) focusComposer();
    };
    addEventListener("keydown", onKeyDown);
    return () => removeEventListener("keydown", onKeyDown);
  }, []);
}
