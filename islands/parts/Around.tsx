// What goes on around a room's log: goes to messages, asks before one is deleted, and keeps the room's name elsewhere.
import type { Signal } from "@preact/signals";
import type { Mark } from "../../lib/chat/marks.ts";
import type { Message, Room } from "../../lib/chat/schema.ts";
import { RoomName } from "./about/RoomName.tsx";
import { DeleteDialog } from "./log/DeleteDialog.tsx";
import { EditedGone, type EditedGoneProps } from "./message/EditedGone.tsx";
import { Jump } from "./message/Jump.tsx";

type AroundProps = Pick<EditedGoneProps, "editing" | "messages" | "past"> & {
  room: Room;
  /** Whether what is shown is what the copy holds. */
  live: Signal<boolean>;
  wanted: Signal<string | undefined>;
  draft: Pick<EditedGoneProps, "restore">;
  marksOf: (content: string) => readonly Mark[];
  /** The message that it was asked to delete, and what does it. */
  deleting: Signal<Message | undefined>;
  remove: (id: string) => void;
  notice: Signal<string>;
  say: (what: unknown) => void;
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
