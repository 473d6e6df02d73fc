// A few emoji to choose from, above all else on the page, and the way to all others.
import { useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { roomOnUseStrings } from "../../../lib/chat/strings/room_on_use.ts";
import type { EmojiGrid } from "./EmojiGrid.tsx";

const QUICK = ["👍", "❤️", "😂", "🎉", "😮", "😢"];

type EmojiChoiceProps = {
  id: string;
  beside: HTMLElement;
  onClose: () => void;
  onPick: (emoji: string) => void;
};

export function EmojiChoice(props: EmojiChoiceProps) {
  const { id, beside, onClose, onPick } = props;
  const box = useRef<HTMLDivElement>(null);
  const grid = useSignal<{ Grid?: typeof EmojiGrid }>({});
  const problem = useSignal("");
  const { Grid } = grid.value;

  async function more() {
    try {
      const { EmojiGrid } = await import("./EmojiGrid.tsx");
      grid.value = { Grid: EmojiGrid };
    } catch (error) {
      // Offline, before it was ever loaded; or its script is of an older build.
      console.warn(error);
      problem.value = roomOnUseStrings.needsNetwork;
    }
  }

  useLayoutEffect(() => {
    const element = box.current!;
    element.showPopover(); // above all else, as a message clips what it holds
    element.querySelector("button")?.focus();
  }, []);
  useLayoutEffect(() => {
    const again = () => place(box.current!, beside);
    again();
    addEventListener("resize", again);
    return () => removeEventListener("resize", again);
  }, [Grid, problem.value]);

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
      aria-label={roomOnUseStrings.emoji}
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
      {!Grid && (
        <button
          type="button"
          class="icon more"
          title={roomOnUseStrings.allEmoji.more}
          onClick={more}
        >
          {roomOnUseStrings.allEmoji.more}
        </button>
      )}
      {problem.value && <p class="hint" role="alert">{problem.value}</p>}
      {Grid && <Grid onPick={onPick} />}
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
