// A text box in a message's place, while its author edits it.
import type { Message } from "../../../lib/chat/schema.ts";
import { isVisible } from "../../../lib/chat/visible.ts";
import { useLayoutEffect, useRef } from "preact/hooks";
import { roomOnUseStrings } from "../../../lib/chat/strings/room_on_use.ts";
import type { MessageActions } from "./MessageToolbar.tsx";
import { AutosizeTextarea } from "../shared/AutosizeTextarea.tsx";
import { isComposing, isSendKey } from "../shared/keys.ts";
import type { BegunEdit } from "../shared/unsent_text.ts";
import { returnToComposer } from "../shared/writing_focus.ts";
import { Refusal } from "../shared/Refusal.tsx";

const words = roomOnUseStrings.edit;

/** What has been typed so far, and why it could not be saved. */
export type Edit = BegunEdit & { refusal?: string };

type Store = NonNullable<MessageActions["save"]>;

type EditBoxProps = {
  edit: Edit;
  /** Kept by the room, where it outlives this box. */
  editing: {
    change(text: string): void;
    save(store: Store, onError: (words: string) => void): void;
    end(): void;
  };
  messages: readonly Message[];
  store: Store | undefined;
  onError: (words: string) => void;
};

export function EditBox(props: EditBoxProps) {
  const { editing, messages, store, onError } = props;
  const { id, content: text, refusal } = props.edit;
  // A message with files needs no text beside them.
  const isEnough = isVisible(text) ||
    messages.some((message) => message.id === id && message.files);
  const box = useRef<HTMLTextAreaElement>(null);

  // Before anything is painted: a selection that is made at once would be lost.
  useLayoutEffect(() => {
    const { current } = box;
    // An earlier visit's edit opens by itself: it takes no focus from a person
    // who is writing elsewhere by then.
    const { value } = document.activeElement as HTMLTextAreaElement;
    if (!value) current?.focus();
    current?.setSelectionRange(text.length, text.length);
  }, []);

  function end() {
    editing.end();
    returnToComposer();
  }

  // At once: what is typed while it is saved is not of this edit.
  function submit() {
    if (!store || !isEnough) return;
    editing.save(store, onError);
    returnToComposer();
  }

  function onKeyDown(event: KeyboardEvent) {
    event.stopPropagation(); // the arrows are the text's here, not the log's
    if (isComposing(event)) return;
    if (event.key === "Escape") return end();
    if (!isSendKey(event)) return;
    event.preventDefault();
    submit();
  }

  return (
    <form
      class="edit-box"
      aria-label={words.label}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <div class="box">
        <AutosizeTextarea
          box={box}
          value={text}
          label={words.box}
          onInput={editing.change}
          onKeyDown={onKeyDown}
        />
      </div>
      <Refusal text={refusal} />
      <div class="row">
        <button type="submit" disabled={!store || !isEnough}>
          {words.save}
        </button>
        <button type="button" class="quiet" onClick={end}>
          {words.cancel}
        </button>
        <span class="hint">{words.hint}</span>
      </div>
    </form>
  );
}
