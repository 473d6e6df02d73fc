// What goes on around a room's log: goes to messages, asks before one is deleted, and keeps the room's name elsewhere.
import type { Signal } from "@preact/signals";
import type { Mark } from "../../lib/chat/marks.ts";
import type { Message, Room } from "../../lib/chat/schema.ts";
import { RoomName } from "./about/RoomName.tsx";
import type { useDraft } from "./composer/useDraft.ts";
import { DeleteDialog } from "./log/DeleteDialog.tsx";
import type { useHistory } from "./log/useHistory.ts";
import { EditedGone } from "./message/EditedGone.tsx";
import { Jump } from "./message/Jump.tsx";
import type { useEditing } from "./message/useEditing.ts";
import type { useActs } from "./useActs.ts";

type AroundProps =
  & Omit<ReturnType<typeof useActs>, "acts">
  & {
    room: Room;
    messages: readonly Message[];
    past: ReturnType<typeof useHistory>;
    /** Whether what is shown is what the copy holds. */
    live: Signal<boolean>;
    wanted: Signal<string | undefined>;
    editing: ReturnType<typeof useEditing>;
    draft: ReturnType<typeof useDraft>;
    marksOf: (content: string) => readonly Mark[];
  };

export function Around(props: AroundProps) {
  const { room, messages, past, deleting, notice } = props;
  const live = props.live.value;
  const { value } = deleting;
  return (
    <>
      <RoomName roomID={room.id} name={room.name} />
      <Jump wanted={props.wanted} ready={live} past={past} say={props.say} />
      {live && (
        <EditedGone
          editing={props.editing}
          messages={messages}
          past={past}
          restore={props.draft.restore}
          notice={notice}
        />
      )}
      {value && (
        <DeleteDialog
          marks={props.marksOf(value.content)}
          onDelete={() => props.remove(value.id)}
          onClose={() => deleting.value = undefined}
        />
      )}
    </>
  );
}
