// Shows who has reacted, beside the reaction that is pointed at, reached by key or held by a finger.
import { useEffect } from "preact/hooks";
import { positionBeside } from "../shared/position_beside.ts";

/** A finger that rests on a reaction for so many milliseconds asks who it is of. */
const HELD_AFTER = 500;
/** Pixels, by an arrow key. */
const LINE = 20;

const reactionAt = (target: EventTarget | null) =>
  target instanceof Element
    ? target.closest<HTMLElement>(".reactions button")
    : null;

/** For all messages at once: each has the names in it, to be read aloud. */
export function useReactionNames(): void {
  useEffect(() => {
    const ended = new AbortController();
    let names: HTMLElement | null = null;
    let held: ReturnType<typeof setTimeout> | undefined;
    let wasHeld = false;

    function show(reaction: HTMLElement) {
      const those = reaction.querySelector<HTMLElement>(".who");
      if (those === names) return;
      hide();
      names = those;
      if (!names) return;
      // In the top layer, as a message clips its contents.
      names.popover = "manual";
      names.showPopover();
      positionBeside(names, reaction, 0); // the pointer can go there
    }
    function hide() {
      names?.removeAttribute("popover");
      names = null;
    }
    function on<Type extends keyof DocumentEventMap>(
      type: Type,
      listener: (event: DocumentEventMap[Type]) => void,
    ) {
      // Before others, as some keys and clicks are for the names.
      const options = { capture: true, signal: ended.signal };
      document.addEventListener(type, listener, options);
    }

    on("pointerover", ({ target, pointerType }) => {
      if (pointerType !== "mouse") return;
      const reaction = reactionAt(target);
      if (reaction) show(reaction);
      else hide();
    });
    on("focusin", ({ target }) => {
      const reaction = reactionAt(target);
      if (reaction?.matches(":focus-visible")) show(reaction);
      else if (!reaction) hide();
    });
    on("pointerdown", ({ target, pointerType }) => {
      if (pointerType === "mouse") return;
      wasHeld = false;
      const reaction = reactionAt(target);
      if (names?.contains(target as Node)) return; // to scroll them
      hide();
      if (!reaction) return;
      held = setTimeout(() => {
        wasHeld = true;
        show(reaction);
      }, HELD_AFTER);
    });
    for (const type of ["pointerup", "pointercancel"] as const) {
      on(type, () => clearTimeout(held));
    }
    on("click", (event) => {
      const inNames = names?.contains(event.target as Node);
      if (!inNames && !(wasHeld && reactionAt(event.target))) return;
      wasHeld = false;
      event.preventDefault();
      event.stopPropagation();
    });
    on("contextmenu", (event) => {
      if (wasHeld && reactionAt(event.target)) event.preventDefault();
    });
    on("keydown", (event) => {
      const { key } = event;
      if (!names) return;
      if (key === "Escape") return hide();
      const step = { ArrowDown: LINE, ArrowUp: -LINE }[key];
      if (!reactionAt(event.target)?.contains(names)) return hide();
      if (!step || names.scrollHeight <= names.clientHeight) return;
      names.scrollBy(0, step);
      event.preventDefault();
      event.stopPropagation();
    });
    on("scroll", ({ target }) => {
      if (target !== names) hide();
    });
    addEventListener("resize", hide, { signal: ended.signal });
    return () => {
      clearTimeout(held);
      hide();
      ended.abort();
    };
  }, []);
}
