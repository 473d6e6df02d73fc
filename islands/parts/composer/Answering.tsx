// Above the box: whom the next message answers, and the way out of it.
import { spoken } from "../../../lib/chat/spoken.ts";
import { spokenLate } from "../../../lib/chat/spoken_late.ts";

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
