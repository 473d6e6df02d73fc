// What goes on around a room's log: goes to messages, asks before one is deleted, and keeps the room's name elsewhere.
import type { Signal } from "@preact/signals";
import type { RichNode } from "../../../lib/chat/rich_text.ts";
import type { Message, Room } from "../../../lib/chat/schema.ts";
import { RoomName } from "./RoomName.tsx";
import { DeleteDialog } from "./DeleteDialog.tsx";
import { useEditedHere } from "../message/edit_lock.ts";
import { EditedGone, type EditedGoneProps } from "../message/EditedGone.tsx";
import { Jump } from "./Jump.tsx";
import type { RoomReplica } from "./useRoom.ts";

type RoomEffectsProps =
  & Pick<EditedGoneProps, "editing" | "messages" | "past">
  & {
    room: Room;
    /** Whether what is shown is what the copy holds. */
    live: Signal<boolean>;
    wanted: Signal<string | undefined>;
    draft: Pick<EditedGoneProps, "restore">;
    marksOf: (content: string) => readonly RichNode[];
    /** The message that it was asked to delete. */
    deleting: Signal<Message | undefined>;
    /** Undefined while nothing can be written. */
    replica: RoomReplica | undefined;
    notice: Signal<string>;
    say: (what: unknown) => void;
  };

export function RoomEffects(props: RoomEffectsProps) {
  const { room, messages, past, deleting, notice, say } = props;
  const live = props.live.value;
  const { value } = deleting;
  useEditedHere(props.editing.editing.value?.id);
  return (
    <>
      <RoomName roomID={room.id} name={room.name} />
      <Jump wanted={props.wanted} ready={live} past={past} say={say} />
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
          onDelete={() =>
            props.replica?.mutate.deleteMessage({ id: value.id }).catch(say)}
          onClose={() => deleting.value = undefined}
        />
      )}
    </>
  );
}
