// While "@" and the start of a name stand before the caret: who could be meant, and the keys to choose one.
import { useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useId } from "preact/hooks";
import { mentionPrefix } from "../../../lib/chat/mentions.ts";
import type { Member } from "../../../lib/chat/schema.ts";

const MOST = 6; // people shown at once

export function useCompletion(
  box: RefObject<HTMLTextAreaElement>,
  members: readonly Member[],
  write: (text: string) => void,
) {
  const found = useSignal<Member[]>([]);
  const index = useSignal(0);
  const id = useId();
  const optionID = (i: number) => `${id}-${i}`;
  const open = found.value.length > 0;

  const close = () => {
    if (found.value.length > 0) found.value = [];
  };

  /** Looks at what stands before the caret now. */
  function look() {
    const { value, selectionStart } = box.current!;
    const name = mentionPrefix(value, selectionStart);
    index.value = 0;
    if (!name) return close();
    const start = name.start.toLocaleLowerCase();
    // Of a name, each word can be the one that somebody thinks of.
    found.value = members.filter(({ name }) => {
      const whole = name.toLocaleLowerCase();
      return whole.startsWith(start) || whole.includes(` ${start}`);
    }).slice(0, MOST);
  }

  function choose({ name }: Member) {
    const { value, selectionStart } = box.current!;
    const written = mentionPrefix(value, selectionStart);
    close();
    if (!written) return;
    const before = `${value.slice(0, written.from)}${name} `;
    const after = value.slice(selectionStart).replace(/^ /, "");
    write(before + after);
    box.current!.value = before + after; // now, as the caret is set in it
    box.current!.setSelectionRange(before.length, before.length);
    box.current!.focus();
  }

  /** Takes the keys that are the list's; true when it has. */
  function onKeyDown(event: KeyboardEvent): boolean {
    if (!open) return false;
    const { length } = found.value;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) index.value = (index.value + step + length) % length;
    else if (event.key === "Escape") close();
    else if (["Enter", "Tab"].includes(event.key) && !event.shiftKey) {
      choose(found.value[index.value]);
    } else return false;
    event.preventDefault();
    return true;
  }

  return {
    id,
    open,
    found: found.value,
    index: index.value,
    activeID: open ? optionID(index.value) : undefined,
    optionID,
    look,
    choose,
    close,
    onKeyDown,
  };
}
