// The button that opens a few emoji to react with.
import { useSignal } from "@preact/signals";
import { useId, useRef } from "preact/hooks";
import type { Message } from "../../../lib/chat/schema.ts";
import { roomStrings as texts } from "../../../lib/chat/strings/room.ts";
import { extras } from "../room/lazy.ts";

type ReactionPickerProps = {
  message: Message;
  act: (id: string, emoji: string, on: boolean) => void;
  active: boolean;
};

export function ReactionPicker({ message, act, active }: ReactionPickerProps) {
  const open = useSignal(false);
  const Choice = extras.value?.EmojiChoice;
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  // Pressing it closes the choice before the click comes, which must not open it again.
  const wasOpen = useRef(false);
  return (
    <>
      <button
        ref={button}
        type="button"
        class="icon react"
        title={texts.messages.react}
        aria-expanded={open.value}
        aria-controls={open.value ? id : undefined}
        tabIndex={active ? 0 : -1}
        onPointerDown={() => wasOpen.current = open.value}
        onClick={() => {
          open.value = !wasOpen.current;
          wasOpen.current = false;
        }}
      >
        {texts.messages.react}
      </button>
      {open.value && Choice && (
        <Choice
          id={id}
          beside={button.current!}
          onClose={() => open.value = false}
          onPick={(emoji) => {
            open.value = false;
            act(message.id, emoji, true);
            button.current?.focus();
          }}
        />
      )}
    </>
  );
}
