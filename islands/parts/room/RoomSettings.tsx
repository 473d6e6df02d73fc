// The owner's dialog: the room's name and topic, which need no network, and who can see it, which does.
import { useSignal } from "@preact/signals";
import { MAX_NAME, MAX_TOPIC } from "../../../lib/chat/lengths.ts";
import { updateRoomArgs } from "../../../lib/chat/names.ts";
import { type Room, valid } from "../../../lib/chat/schema.ts";
import { roomOnUseStrings } from "../../../lib/chat/strings/room_on_use.ts";
import { askServer, ServerRefusal } from "../shared/ask_server.ts";
import { Dialog } from "../shared/Dialog.tsx";
import { errorWords } from "../shared/error_words.ts";
import type { RoomReplica } from "../shared/replicas.ts";
import { Refusal } from "../shared/Refusal.tsx";

const words = roomOnUseStrings.menu;

type RoomSettingsProps = {
  room: Room;
  replica: RoomReplica;
  onClose: () => void;
};

export function RoomSettings({ room, replica, onClose }: RoomSettingsProps) {
  // As it was when the dialog was opened: what others change meanwhile is not undone.
  const before = useSignal(room).peek();
  const name = useSignal(room.name);
  const topic = useSignal(room.topic);
  const visibility = useSignal(room.visibility);
  /** Whether another visibility was asked for: the server may have set it without an answer. */
  const asked = useSignal(false);
  const problem = useSignal("");
  const busy = useSignal(false);

  async function save() {
    if (busy.peek()) return;
    busy.value = true;
    problem.value = "";
    const changes: { name?: string; topic?: string } = {};
    if (name.value !== before.name) changes.name = name.value;
    if (topic.value !== before.topic) changes.topic = topic.value;
    try {
      valid(updateRoomArgs, changes); // before anything is changed
      if (asked.value || visibility.value !== before.visibility) {
        asked.value = true;
        const change = { visibility: visibility.value };
        await askServer("PATCH", `/api/rooms/${room.id}`, change);
      }
      if (Object.keys(changes).length > 0) {
        await replica.mutate.updateRoom(valid(updateRoomArgs, changes));
      }
      onClose();
    } catch (error) {
      const isRefusal = error instanceof ServerRefusal;
      problem.value = isRefusal ? error.message : errorWords(error);
      busy.value = false;
    }
  }

  const choice = (value: Room["visibility"], text: string, hint: string) => (
    <label class="choice">
      <input
        type="radio"
        name="visibility"
        value={value}
        checked={visibility.value === value}
        onChange={() => visibility.value = value}
      />
      <span>
        {text}
        <small>{hint}</small>
      </span>
    </label>
  );

  return (
    <Dialog title={words.settings} onClose={onClose}>
      <form
        class="fields"
        onSubmit={(event) => {
          event.preventDefault();
          save();
        }}
      >
        <label for="room-name">{words.name}</label>
        <input
          id="room-name"
          value={name.value}
          dir="auto"
          autocomplete="off"
          required
          maxLength={MAX_NAME}
          onInput={(event) => name.value = event.currentTarget.value}
        />
        <label for="room-topic">{words.topic}</label>
        <input
          id="room-topic"
          value={topic.value}
          dir="auto"
          autocomplete="off"
          maxLength={MAX_TOPIC}
          placeholder={words.topicHint}
          onInput={(event) => topic.value = event.currentTarget.value}
        />
        <fieldset>
          <legend>{words.who}</legend>
          {choice("public", words.everyone, words.everyoneHint)}
          {choice("private", words.invited, words.invitedHint)}
        </fieldset>
        <Refusal text={problem.value} />
        <div class="row">
          <button type="submit" aria-disabled={busy.value}>{words.save}</button>
          <button type="button" class="quiet" onClick={onClose}>
            {words.cancel}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
