// Completes names after "@" and emoji after ":": lists what the word before the caret could mean, and the keys to choose one.
// Beside it, the button with all emoji.
import { type Signal, useSignal } from "@preact/signals";
import type { ComponentChild, RefObject } from "preact";
import {
  type MutableRef,
  useEffect,
  useId,
  useLayoutEffect,
} from "preact/hooks";
import {
  type Begun,
  emojiBefore,
  membersToMention,
  nameBefore,
} from "../../../lib/chat/completion.ts";
import type { Member, Message } from "../../../lib/chat/schema.ts";
import { roomOnUseStrings } from "../../../lib/chat/strings/room_on_use.ts";
import { loadScript } from "../../../lib/replica/load_script.ts";
import { Avatar } from "../shared/Avatar.tsx";
import { EmojiButton } from "../shared/emoji_buttons.tsx";
import { EmojiChoice } from "../shared/EmojiChoice.tsx";
import { typeInto } from "../shared/type_into.ts";
import type { People } from "../shared/usePeople.ts";

const words = roomOnUseStrings.completion;

const MAX_SHOWN = 6;

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

/** Who can be mentioned, by whom, and what has been written lately, oldest first. */
export type Conversation = {
  userID: string;
  people: People;
  messages: readonly Message[];
};

type CompletionProps = {
  box: RefObject<HTMLTextAreaElement>;
  conversation: Conversation;
  /** Set here, for the box, which is there long before this is loaded. */
  handlers: MutableRef<CompletionHandlers | null>;
  listbox: Signal<Listbox | undefined>;
};

type Option = { key: string; text: string; shown: ComponentChild };

/** What can be chosen; `from` is where the text of a choice begins. */
type Offer = { kind: "names" | "emoji"; from: number; options: Option[] };

export function Completion(props: CompletionProps) {
  const { box, conversation, handlers, listbox } = props;
  const offer = useSignal<Offer | undefined>(undefined);
  const index = useSignal(0);
  const id = useId();
  const optionID = (i: number) => `${id}-${i}`;
  const { kind = "names", options = [] } = offer.value ?? {};
  const open = options.length > 0;

  const close = () => {
    offer.value = undefined;
  };

  function update() {
    const { value, selectionStart, selectionEnd } = box.current!;
    index.value = 0;
    close();
    if (selectionStart !== selectionEnd) return;
    const name = nameBefore(value, selectionStart);
    if (name) {
      offer.value = offerNames(name, conversation);
      return;
    }
    const emoji = emojiBefore(value, selectionStart);
    if (!emoji) return;
    offerEmoji(emoji).then((offered) => {
      const { current } = box;
      if (current !== document.activeElement) return;
      const now = emojiBefore(current!.value, current!.selectionStart);
      if (now?.from === emoji.from && now.start === emoji.start) {
        offer.value = offered;
      }
    }, console.warn); // offline, before they were ever loaded: it stays a text
  }

  function choose({ text }: Option) {
    const { from } = offer.value!;
    const { value, selectionEnd } = box.current!;
    // One space after it, whether there is one already or not.
    const to = selectionEnd + (value[selectionEnd] === " " ? 1 : 0);
    typeInto(box.current!, `${text} `, from, to);
    close(); // other names may begin so
  }

  function onKeyDown(event: KeyboardEvent): boolean {
    if (!open) return false;
    const { length } = options;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) index.value = (index.value + step + length) % length;
    else if (event.key === "Escape") close();
    else if (["Enter", "Tab"].includes(event.key) && !event.shiftKey) {
      choose(options[index.value]);
    } else return false;
    event.preventDefault();
    return true;
  }

  handlers.current = { update, close, onKeyDown };
  useEffect(() => {
    // Undoing selects what it gives back: the next key would replace it.
    const onUndo = ({ inputType }: Event & { inputType?: string }) => {
      const { current } = box;
      if (inputType !== "historyUndo" || !current) return;
      current.setSelectionRange(current.selectionEnd, current.selectionEnd);
    };
    box.current?.addEventListener("input", onUndo, true); // before the box's own
    return () => box.current?.removeEventListener("input", onUndo, true);
  }, []);
  // A name can have been begun before this was loaded.
  useEffect(() => {
    if (document.activeElement === box.current) update();
  }, []);
  const activeID = open ? optionID(index.value) : undefined;
  useLayoutEffect(() => {
    listbox.value = open ? { id, activeID } : undefined;
    if (activeID) {
      document.getElementById(activeID)?.scrollIntoView({ block: "nearest" });
    }
  }, [open, activeID]);

  return (
    <>
      <p class="hidden" role="status">
        {open && words[kind].found(options.length)}
      </p>
      {open && (
        <ul
          id={id}
          class="completion"
          role="listbox"
          aria-label={words[kind].label}
        >
          {options.map((option, i) => (
            <li
              key={option.key}
              id={optionID(i)}
              role="option"
              aria-selected={i === index.value}
              // The box keeps the caret, which says where the text goes.
              onPointerDown={(event) => event.preventDefault()}
              onClick={() => choose(option)}
            >
              {option.shown}
            </li>
          ))}
        </ul>
      )}
      <EmojiButton
        EmojiChoice={EmojiChoice}
        onPick={(emoji) => typeInto(box.current!, emoji)}
      />
    </>
  );
}

function offerNames({ from, start }: Begun, conversation: Conversation): Offer {
  const { people } = conversation;
  const known = people.members.filter(({ id }) => !people.blocked.has(id));
  const found = membersToMention(known, start, conversation);
  const options = found.slice(0, MAX_SHOWN).map((member) => ({
    key: member.id,
    text: member.name,
    shown: <Name member={member} tag={people.tagOf(member)} />,
  }));
  return { kind: "names", from, options };
}

async function offerEmoji({ from, start }: Begun): Promise<Offer> {
  const { findEmoji } = await loadScript(() =>
    import("../shared/emoji_search.ts")
  );
  const options = findEmoji(start).slice(0, MAX_SHOWN)
    .map(({ unicode, label }) => ({
      key: unicode,
      text: unicode,
      shown: <EmojiName unicode={unicode} label={label} />,
    }));
  return { kind: "emoji", from, options };
}

type NameProps = { member: Member; tag: string | undefined };

function Name({ member, tag }: NameProps) {
  return (
    <>
      <Avatar {...member} />
      <span dir="auto">{member.name}</span>
      {tag && <span class="name-tag">{tag}</span>}
    </>
  );
}

function EmojiName({ unicode, label }: { unicode: string; label: string }) {
  return (
    <>
      <span class="emoji-sign" aria-hidden="true">{unicode}</span>
      <span>{label}</span>
    </>
  );
}
