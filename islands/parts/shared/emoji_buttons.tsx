// Buttons that open a choice of emoji beside them.
import { useSignal } from "@preact/signals";
import { useId, useRef } from "preact/hooks";
import type { Message } from "../../../lib/chat/schema.ts";
import { roomStrings } from "../../../lib/chat/strings/room.ts";
import type { EmojiChoice } from "./EmojiChoice.tsx";

/** Undefined until it is loaded: what the button opens waits for it. */
type Loaded = { EmojiChoice: typeof EmojiChoice | undefined };

type EmojiButtonProps = Loaded & { onPick: (emoji: string) => void };

/** Puts an emoji into a text. */
export function EmojiButton(props: EmojiButtonProps) {
  return <Picker {...props} label={roomStrings.composer.emoji} kinds={[]} />;
}

type ReactButtonProps = Loaded & {
  message: Message;
  /** Whether it is a stop of the Tab key. */
  active: boolean;
  react: (id: string, emoji: string, on: boolean) => void;
};

/** Adds a reaction to a message. */
export function ReactButton(props: ReactButtonProps) {
  const { EmojiChoice, message, active, react } = props;
  return (
    <Picker
      EmojiChoice={EmojiChoice}
      label={roomStrings.messages.react}
      tabIndex={active ? 0 : -1}
      kinds={Object.keys(message.reactions)}
      onPick={(emoji) => react(message.id, emoji, true)}
    />
  );
}

type PickerProps = Loaded & {
  label: string;
  tabIndex?: number;
  /** The kinds of reactions that the message has already. */
  kinds: readonly string[];
  /** The button has the focus by then. */
  onPick: (emoji: string) => void;
};

function Picker(props: PickerProps) {
  const { EmojiChoice, label, tabIndex, kinds, onPick } = props;
  const open = useSignal(false);
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  // Pressing it closes the popover before the click, which must not open it again.
  const wasOpen = useRef(false);
  return (
    <>
      <button
        ref={button}
        type="button"
        class="icon react"
        title={label}
        aria-expanded={open.value}
        aria-controls={open.value ? id : undefined}
        tabIndex={tabIndex}
        onPointerDown={() => wasOpen.current = open.value}
        onClick={() => {
          open.value = !wasOpen.current;
          wasOpen.current = false;
        }}
      >
        {label}
      </button>
      {open.value && EmojiChoice && (
        <EmojiChoice
          id={id}
          beside={button.current!}
          kinds={kinds}
          onClose={() => open.value = false}
          onPick={(emoji) => {
            open.value = false;
            button.current?.focus();
            onPick(emoji);
          }}
        />
      )}
    </>
  );
}
