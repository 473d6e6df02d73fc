// Completes names: lists the members whom "@" and what follows it before the caret could mean, and the keys to choose one.
import { type Signal, useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import {
  type MutableRef,
  useEffect,
  useId,
  useLayoutEffect,
} from "preact/hooks";
import { mentionPrefix } from "../../../lib/chat/mentions.ts";
import type { Member } from "../../../lib/chat/schema.ts";
import { roomOnUseStrings } from "../../../lib/chat/strings/room_on_use.ts";
import { Avatar } from "../shared/Avatar.tsx";

const MAX_SHOWN = 6; // members

/** What a text box tells its completion. */
export type CompletionHandlers = {
  /** The text or the caret may have moved. */
  update(): void;
  close(): void;
  /** Takes the keys that are the list's; true when it has. */
  onKeyDown(event: KeyboardEvent): boolean;
};

/** The list as a text box refers to it while it is open. */
export type Listbox = { id: string; activeID: string | undefined };

type CompletionProps = {
  box: RefObject<HTMLTextAreaElement>;
  members: readonly Member[];
  write: (text: string) => void;
  /** Set here, for the box, which is there long before this is loaded. */
  handlers: MutableRef<CompletionHandlers | null>;
  listbox: Signal<Listbox | undefined>;
};

export function Completion(props: CompletionProps) {
  const { box, members, write, handlers, listbox } = props;
  const found = useSignal<Member[]>([]);
  const index = useSignal(0);
  const id = useId();
  const optionID = (i: number) => `${id}-${i}`;
  const open = found.value.length > 0;

  const close = () => {
    if (found.value.length > 0) found.value = [];
  };

  function update() {
    const { value, selectionStart } = box.current!;
    const prefix = mentionPrefix(value, selectionStart);
    index.value = 0;
    if (!prefix) return close();
    const start = prefix.start.toLocaleLowerCase();
    // Any word of a name can be the one that somebody thinks of.
    found.value = members.filter(({ name }) => {
      const whole = name.toLocaleLowerCase();
      return whole.startsWith(start) || whole.includes(` ${start}`);
    }).slice(0, MAX_SHOWN);
  }

  function choose({ name }: Member) {
    const { value, selectionStart } = box.current!;
    const prefix = mentionPrefix(value, selectionStart);
    close();
    if (!prefix) return;
    const before = `${value.slice(0, prefix.from)}${name} `;
    const after = value.slice(selectionStart).replace(/^ /, "");
    write(before + after);
    box.current!.value = before + after; // now, as the caret is set in it
    box.current!.setSelectionRange(before.length, before.length);
    box.current!.focus();
  }

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

  handlers.current = { update, close, onKeyDown };
  // A name can have been begun before this was loaded.
  useEffect(() => {
    if (document.activeElement === box.current) update();
  }, []);
  const activeID = open ? optionID(index.value) : undefined;
  useLayoutEffect(() => {
    listbox.value = open ? { id, activeID } : undefined;
  }, [open, activeID]);

  return (
    <>
      <p class="hidden" role="status">
        {open && roomOnUseStrings.mentionableFound(found.value.length)}
      </p>
      {open && (
        <ul
          id={id}
          class="completion"
          role="listbox"
          aria-label={roomOnUseStrings.mentionable}
        >
          {found.value.map((member, i) => (
            <li
              key={member.id}
              id={optionID(i)}
              role="option"
              aria-selected={i === index.value}
              // The box keeps the caret, which says where the name goes.
              onPointerDown={(event) => event.preventDefault()}
              onClick={() => choose(member)}
            >
              <Avatar userID={member.id} name={member.name} />
              <span dir="auto">{member.name}</span>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
