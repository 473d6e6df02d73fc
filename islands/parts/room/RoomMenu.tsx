// What a member can do with the room, at the end of its header; each opens a dialog.
import { useSignal } from "@preact/signals";
import type { Member, Room } from "../../../lib/chat/schema.ts";
import { roomOnUseStrings } from "../../../lib/chat/strings/room_on_use.ts";
import type { RoomReplica } from "./useRoom.ts";
import { InviteDialog } from "./InviteDialog.tsx";
import { LeaveDialog } from "./LeaveDialog.tsx";
import { RoomSettings } from "./RoomSettings.tsx";

const words = roomOnUseStrings.about;

type RoomMenuProps = {
  room: Room;
  me: Member;
  members: readonly Member[];
  /** This browser's copy, and how many mutations are not sent. */
  replica: RoomReplica;
  unsent: number;
};

export function RoomMenu(
  { room, me, members, replica, unsent }: RoomMenuProps,
) {
  const open = useSignal<"invite" | "settings" | "leave" | undefined>(
    undefined,
  );
  const { value } = open;
  const close = () => open.value = undefined;
  return (
    <div class="deeds">
      <button
        type="button"
        class="icon invite"
        title={words.invite}
        onClick={() => open.value = "invite"}
      >
        {words.invite}
      </button>
      {me.role === "owner" && (
        <button
          type="button"
          class="icon adjust"
          title={words.settings}
          onClick={() => open.value = "settings"}
        >
          {words.settings}
        </button>
      )}
      <button
        type="button"
        class="icon exit"
        title={words.leave}
        onClick={() => open.value = "leave"}
      >
        {words.leave}
      </button>
      {value === "invite" && <InviteDialog room={room} onClose={close} />}
      {value === "settings" && (
        <RoomSettings room={room} replica={replica} onClose={close} />
      )}
      {value === "leave" && (
        <LeaveDialog
          room={room}
          me={me}
          alone={members.length === 1}
          unsent={unsent}
          onClose={close}
        />
      )}
    </div>
  );
}
