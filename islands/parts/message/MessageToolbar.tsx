// What one can do with a message, beside it when it is pointed at or focused.
import type { Message } from "../../../lib/chat/schema.ts";
import { roomStrings as texts } from "../../../lib/chat/strings/room.ts";
import type { MessageActions } from "./message_actions.ts";
import { ReactionPicker } from "./ReactionPicker.tsx";

const words = texts.messages;

type MessageToolbarProps = {
  message: Message;
  acts: MessageActions;
  own: boolean;
  mayDelete: boolean;
  /** Whether its buttons are stops of the Tab key: those of one message are. */
  active: boolean;
};

export function MessageToolbar(props: MessageToolbarProps) {
  const { message, acts, own, mayDelete, active } = props;
  const button = (name: string, text: string, onClick: () => void) => (
    <button
      type="button"
      class={`icon ${name}`}
      title={text}
      tabIndex={active ? 0 : -1}
      onClick={onClick}
    >
      {text}
    </button>
  );
  return (
    <div class="actions" role="group" aria-label={words.actions}>
      {acts.react && (
        <ReactionPicker message={message} act={acts.react} active={active} />
      )}
      {acts.reply && button("reply", words.reply, () => acts.reply?.(message))}
      {own && acts.edit &&
        button("edit", words.edit, () => acts.edit?.(message))}
      {button("link", words.copyLink, () => acts.copyLink(message))}
      {mayDelete && acts.askToDelete &&
        button("delete", words.delete, () => acts.askToDelete?.(message))}
    </div>
  );
}
