// Asks before somebody leaves the room.
import { useSignal } from "@preact/signals";
import type { Member, Room } from "../../../lib/chat/schema.ts";
import { roomOnUseStrings } from "../../../lib/chat/strings/room_on_use.ts";
import { askServer } from "../shared/ask_server.ts";
import { Dialog } from "../shared/Dialog.tsx";

const words = roomOnUseStrings.about;

type LeaveDialogProps = {
  room: Room;
  me: Member;
  /** Whether nobody else is a member. */
  alone: boolean;
  /** How many of one's own mutations are not sent. */
  unsent: number;
  onClose: () => void;
};

export function LeaveDialog(
  { room, me, alone, unsent, onClose }: LeaveDialogProps,
) {
  const problem = useSignal("");
  const busy = useSignal(false);

  async function leave() {
    busy.value = true;
    problem.value = "";
    try {
      await askServer("DELETE", `/api/rooms/${room.id}/members/me`);
      location.assign("/");
    } catch (error) {
      problem.value = (error as Error).message;
      busy.value = false;
    }
  }

  return (
    <Dialog title={words.leaveTitle(room.name)} onClose={onClose}>
      <p>
        {alone
          ? words.leaveLast
          : me.role === "owner"
          ? words.leaveOwner
          : words.leaveText}
        {room.visibility === "private" && ` ${words.leavePrivate}`}
      </p>
      {unsent > 0 && <p class="refusal">{words.leaveUnsent(unsent)}</p>}
      {problem.value && <p class="refusal" role="alert">{problem.value}</p>}
      <div class="row">
        <button
          type="button"
          class="danger"
          disabled={busy.value}
          onClick={leave}
        >
          {words.leave}
        </button>
        <button type="button" class="quiet" autofocus onClick={onClose}>
          {words.cancel}
        </button>
      </div>
    </Dialog>
  );
}
