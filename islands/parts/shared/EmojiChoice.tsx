// A popover with the most used emoji, and a button that loads all of them.
import { useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { MAX_REACTION_KINDS } from "../../../lib/chat/lengths.ts";
import { roomStrings } from "../../../lib/chat/strings/room.ts";
import { roomOnUseStrings } from "../../../lib/chat/strings/room_on_use.ts";
import type { EmojiGrid } from "./EmojiGrid.tsx";
import { loadScript } from "../../../lib/replica/load_script.ts";
import { MOST_USED } from "./most_used_emoji.ts";
import { positionBeside } from "./position_beside.ts";

type EmojiChoiceProps = {
  id: string;
  beside: HTMLElement;
  /** The kinds of reactions that a message has: when they are many, it takes no others. */
  kinds: readonly string[];
  onClose: () => void;
  onPick: (emoji: string) => void;
};

export function EmojiChoice(props: EmojiChoiceProps) {
  const { id, beside, kinds, onClose, onPick } = props;
  const isFull = kinds.length >= MAX_REACTION_KINDS;
  const popover = useRef<HTMLDivElement>(null);
  const grid = useSignal<typeof EmojiGrid | undefined>(undefined);
  const problem = useSignal("");
  const Grid = grid.value;

  async function loadGrid() {
    try {
      const { EmojiGrid } = await loadScript(() => import("./EmojiGrid.tsx"));
      grid.value = EmojiGrid;
    } catch (error) {
      // Offline, before it was ever loaded; or its script is of an older build.
      console.warn(error);
      problem.value = roomOnUseStrings.needsNetwork;
    }
  }

  useLayoutEffect(() => {
    const element = popover.current!;
    element.showPopover(); // in the top layer, as a message clips its contents
    element.querySelector("button")?.focus();
  }, []);
  useLayoutEffect(() => {
    const position = () => positionBeside(popover.current!, beside);
    position();
    addEventListener("resize", position);
    return () => removeEventListener("resize", position);
  }, [Grid, problem.value]);

  function onKeyDown(event: KeyboardEvent) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    const all = [...popover.current!.querySelectorAll("button")];
    const index = all.indexOf(document.activeElement as HTMLButtonElement);
    all.at((index + step) % all.length)?.focus();
  }

  return (
    <div
      ref={popover}
      id={id}
      class="choice-of-emoji"
      popover="auto"
      role="group"
      aria-label={roomStrings.composer.emoji}
      onKeyDown={onKeyDown}
      onToggle={(event) => {
        if (event.newState === "closed") onClose();
      }}
    >
      {(isFull ? kinds : MOST_USED).map((emoji) => (
        <button
          key={emoji}
          type="button"
          onClick={() => onPick(emoji)}
        >
          {emoji}
        </button>
      ))}
      {!Grid && !isFull && (
        <button
          type="button"
          class="icon more"
          title={roomOnUseStrings.allEmoji.more}
          onClick={loadGrid}
        >
          {roomOnUseStrings.allEmoji.more}
        </button>
      )}
      {isFull && <p class="hint">{roomOnUseStrings.noMoreKinds}</p>}
      {problem.value && <p class="hint" role="alert">{problem.value}</p>}
      {Grid && <Grid onPick={onPick} />}
    </div>
  );
}
