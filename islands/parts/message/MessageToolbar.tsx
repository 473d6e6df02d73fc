// What one can do with a message: buttons beside it when it is pointed at or focused.
import type { VNode } from "preact";
import type { Message } from "../../../lib/chat/schema.ts";
import { roomStrings } from "../../../lib/chat/strings/room.ts";
import { ReactButton } from "../shared/emoji_buttons.tsx";
import type { EmojiChoice } from "../shared/EmojiChoice.tsx";
import type { CodeBlock } from "./CodeBlock.tsx";

const words = roomStrings.messages;

/** Makes a button; `name` is its class. */
export type ToolbarButton = (
  name: string,
  text: string,
  onClick: () => void,
) => VNode;

/** The same object for as long as the same is possible, as every message has it. */
export type MessageActions = {
  jump(id: string): void;
  copyLink(message: Message): void;
  // Only for members, once the replica is there to write to.
  react?(id: string, emoji: string, on: boolean): void;
  reply?(message: Message): void;
  edit?(message: Message): void;
  /** Saves a new text. Throws a Refusal with the reason. */
  save?(id: string, content: string): Promise<void>;
  askToDelete?(message: Message): void;
  /** The button that saves a message for later, or takes it out again. */
  saveButton?(message: Message, button: ToolbarButton): VNode | undefined;
  // Undefined until they are loaded.
  EmojiChoice?: typeof EmojiChoice;
  CodeBlock?: typeof CodeBlock;
};

type MessageToolbarProps = {
  message: Message;
  actions: MessageActions;
  own: boolean;
  mayDelete: boolean;
  /** Whether its buttons are stops of the Tab key: those of one message are. */
  active: boolean;
};

export function MessageToolbar(props: MessageToolbarProps) {
  const { message, actions, own, mayDelete, active } = props;
  const button: ToolbarButton = (name, text, onClick) => (
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
  const save = actions.saveButton?.(message, button);
  return (
    <div class="actions" role="group" aria-label={words.actions}>
      {actions.react && (
        <ReactButton
          EmojiChoice={actions.EmojiChoice}
          message={message}
          active={active}
          react={actions.react}
        />
      )}
      {actions.reply &&
        button("reply", words.reply, () => actions.reply?.(message))}
      {own && actions.edit &&
        button("edit", words.edit, () => actions.edit?.(message))}
      {button("link", words.copyLink, () => actions.copyLink(message))}
      {save}
      {/* Until then its place is kept: what lies beside it stays under the mouse. */}
      {!save && actions.react && <span class="icon later" />}
      {mayDelete && actions.askToDelete &&
        button("delete", words.delete, () => actions.askToDelete?.(message))}
    </div>
  );
}
