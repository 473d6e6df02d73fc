// The dialog that makes a room: the same form as on the page for it.
import { useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { roomOnUseStrings } from "../../../lib/chat/strings/room_on_use.ts";
import { lobbyStrings } from "../../../lib/chat/strings/lobby.ts";
import { Dialog } from "../shared/Dialog.tsx";
import { NewRoomForm } from "./NewRoomForm.tsx";

export function NewRoomDialog({ onClose }: { onClose: () => void }) {
  // By it the server knows the form, though it be sent twice.
  const id = useMemo(newFormID, []);
  const problem = useSignal("");
  return (
    <Dialog title={lobbyStrings.create} onClose={onClose}>
      <NewRoomForm
        problem={problem.value}
        onSubmit={(event) => {
          if (navigator.onLine) return;
          // What the page says of it is behind the dialog.
          event.preventDefault();
          problem.value = roomOnUseStrings.needsNetwork;
        }}
      >
        <input type="hidden" name="form" value={id} />
        <button type="button" class="quiet" onClick={onClose}>
          {lobbyStrings.cancel}
        </button>
      </NewRoomForm>
    </Dialog>
  );
}

/** Of 36 hexadecimal digits. (`randomUUID` is missing on plain http.) */
const newFormID = (): string =>
  Array.from(
    crypto.getRandomValues(new Uint8Array(18)),
    (byte) => byte.toString(16).padStart(2, "0"),
  ).join("");
