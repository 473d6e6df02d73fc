// The button that opens a few emoji to react with, and these.
import { useSignal } from "@preact/signals";
import { useId, useLayoutEffect, useRef } from "preact/hooks";
import type { Message } from "../../../lib/chat/schema.ts";
import { spoken as texts } from "../../../lib/chat/texts.ts";

const QUICK = ["👍", "❤️", "😂", "🎉", "😮", "😢"];

type ReactionPickerProps = {
  message: Message;
  act: (id: string, emoji: string, on: boolean) => void;
  active: boolean;
};

export function ReactionPicker({ message, act, active }: ReactionPickerProps) {
  const open = useSignal(false);
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
      {open.value && (
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

type ChoiceProps = {
  id: string;
  beside: HTMLElement;
  onClose: () => void;
  onPick: (emoji: string) => void;
};

function Choice({ id, beside, onClose, onPick }: ChoiceProps) {
  const box = useRef<HTMLDivElement>(null);

  useLayoutEffect(() => {
    const element = box.current!;
    element.showPopover(); // above all else, as a message clips what it holds
    place(element, beside);
    element.querySelector("button")?.focus();
  }, []);

  function onKeyDown(event: KeyboardEvent) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    const all = [...box.current!.querySelectorAll("button")];
    const here = all.indexOf(document.activeElement as HTMLButtonElement);
    all.at((here + step) % all.length)?.focus();
  }

  return (
    <div
      ref={box}
      id={id}
      class="choice-of-emoji"
      popover="auto"
      role="group"
      aria-label={texts.messages.emoji}
      onKeyDown={onKeyDown}
      onToggle={(event) => {
        if (event.newState === "closed") onClose();
      }}
    >
      {QUICK.map((emoji) => (
        <button
          key={emoji}
          type="button"
          onClick={() => onPick(emoji)}
        >
          {emoji}
        </button>
      ))}
    </div>
  );
}

const GAP = 6; // pixels

/** Puts a popover above an element, or below where there is no room above. */
function place(popover: HTMLElement, beside: HTMLElement): void {
  const there = beside.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = popover;
  const above = there.top - height - GAP;
  const top = above > GAP ? above : there.bottom + GAP;
  const left = there.left + there.width / 2 - width / 2;
  const most = innerWidth - width - GAP;
  popover.style.top = `${top}px`;
  popover.style.left = `${Math.max(GAP, Math.min(left, most))}px`;
}
