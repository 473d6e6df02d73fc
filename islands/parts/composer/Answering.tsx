// Above the box: whom the next message answers, and the way out of it.
import { spoken as texts } from "../../../lib/chat/spoken.ts";

type AnsweringProps = { name: string; onCancel: () => void };

export function Answering({ name, onCancel }: AnsweringProps) {
  return (
    <p class="answering">
      <span dir="auto">{texts.composer.replying(name)}</span>
      <button
        type="button"
        class="icon close"
        title={texts.composer.noReply}
        onClick={onCancel}
      >
        {texts.composer.noReply}
      </button>
    </p>
  );
}
