// At the end of a room's row in the list: a button that opens what one can set for the room.
import { useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { roomOnUseStrings } from "../../../lib/chat/strings/room_on_use.ts";
import type { RoomSummary } from "../../../lib/chat/views.ts";
import { positionBeside } from "../shared/position_beside.ts";
import { RoomChoices } from "../shared/RoomChoices.tsx";
import { userReplica } from "../shared/room_store.ts";

const words = roomOnUseStrings.options;

type RoomOptionsProps = { room: RoomSummary };

export function RoomOptions({ room }: RoomOptionsProps) {
  const isOpen = useSignal(false);
  const button = useRef<HTMLButtonElement>(null);
  return (
    <>
      <button
        ref={button}
        type="button"
        class="icon dots"
        title={words.title}
        aria-haspopup="dialog"
        aria-expanded={isOpen.value}
        onClick={() => isOpen.value = true}
      >
        {words.of(room.name)}
      </button>
      {isOpen.value && (
        <Options
          room={room}
          beside={button.current!}
          onClose={() => isOpen.value = false}
        />
      )}
    </>
  );
}

type OptionsProps = RoomOptionsProps & {
  beside: HTMLElement;
  onClose: () => void;
};

function Options({ room, beside, onClose }: OptionsProps) {
  const popover = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const element = popover.current!;
    element.showPopover(); // in the top layer, as the list clips its contents
    element.focus(); // what is in it can't be used yet, perhaps
    const position = () => positionBeside(element, beside);
    position();
    addEventListener("resize", position);
    return () => removeEventListener("resize", position);
  }, []);
  return (
    <div
      ref={popover}
      class="room-options"
      popover="auto"
      role="dialog"
      aria-label={words.of(room.name)}
      tabIndex={-1}
      onToggle={(event) => {
        if (event.newState === "closed") onClose();
      }}
    >
      <strong class="name" dir="auto">{room.name}</strong>
      <RoomChoices
        roomID={room.roomID}
        direct={room.direct}
        listed={room}
        replica={userReplica.value}
      />
    </div>
  );
}
