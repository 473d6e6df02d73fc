// A button that opens a choice of emoji beside it.
import { useSignal } from "@preact/signals";
import { useId, useRef } from "preact/hooks";
import { EmojiChoice } from "./EmojiChoice.tsx";

type EmojiPickerProps = {
  label: string;
  tabIndex?: number;
  /** The button has the focus by then. */
  onPick: (emoji: string) => void;
};

export function EmojiPicker({ label, tabIndex, onPick }: EmojiPickerProps) {
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
      {open.value && (
        <EmojiChoice
          id={id}
          beside={button.current!}
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
