// Above the composer: whom the next message answers, and a button to cancel that.
import { roomStrings } from "../../../lib/chat/strings/room.ts";
import { roomOnUseStrings } from "../../../lib/chat/strings/room_on_use.ts";

const words = roomOnUseStrings.reply;

type ReplyBannerProps = {
  /** The author of the answered message; undefined when that is not here. */
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
        title={words.cancel}
        onClick={onCancel}
      >
        {words.cancel}
      </button>
    </p>
  );
}
