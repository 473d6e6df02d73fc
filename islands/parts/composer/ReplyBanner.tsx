// Above the box: whom the next message answers, and the way out of it.
import { roomStrings } from "../../../lib/chat/strings/room.ts";
import { roomOnUseStrings } from "../../../lib/chat/strings/room_on_use.ts";

const words = roomOnUseStrings.answering;

type ReplyBannerProps = {
  /** Undefined when the message is not here. */
  name: string | undefined;
  onCancel: () => void;
};

export function ReplyBanner({ name, onCancel }: ReplyBannerProps) {
  return (
    <p class="answering">
      <span dir="auto">
        {words.replying(name ?? roomStrings.messages.notHere)}
      </span>
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
