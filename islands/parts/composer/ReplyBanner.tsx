// Above the box: whom the next message answers, and the way out of it.
import { spoken } from "../../../lib/chat/strings/room.ts";
import { spokenLate } from "../../../lib/chat/strings/room_on_use.ts";

const words = spokenLate.answering;

type AnsweringProps = {
  /** Undefined when the message is not here. */
  name: string | undefined;
  onCancel: () => void;
};

export function Answering({ name, onCancel }: AnsweringProps) {
  return (
    <p class="answering">
      <span dir="auto">{words.replying(name ?? spoken.messages.notHere)}</span>
      <button
        type="button"
        class="icon close"
        title={words.nobody}
        onClick={onCancel}
      >
        {words.nobody}
      </button>
    </p>
  );
}
