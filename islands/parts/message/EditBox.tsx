// A text box in a message's place, while its author edits it.
import type { Message } from "../../../lib/chat/schema.ts";
import { isVisible } from "../../../lib/chat/visible.ts";
import { useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { roomOnUseStrings } from "../../../lib/chat/strings/room_on_use.ts";
import type { MessageActions } from "./MessageToolbar.tsx";
import { AutosizeTextarea } from "../shared/AutosizeTextarea.tsx";
import { isComposing, isSendKey } from "../shared/keys.ts";
import { errorWords } from "../shared/error_words.ts";
import type { BegunEdit } from "../shared/unsent_text.ts";
import { returnToComposer } from "../shared/writing_focus.ts";

const words = roomOnUseStrings.edit;

type EditBoxProps = {
  /** What has been typed so far; kept by the room, where it outlives this box. */
  edit: BegunEdit;
  messages: readonly Message[];
  onInput: (text: string) => void;
  save: MessageActions["save"];
  onEnd: () => void;
};

export function EditBox(props: EditBoxProps) {
  const { edit: { id, content: text }, messages, onInput, save, onEnd } = props;
  // A message with files needs no text beside them.
  const isEnough = isVisible(text) ||
    messages.some((message) => message.id === id && message.files);
  const box = useRef<HTMLTextAreaElement>(null);
  const refusal = useSignal("");

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
    // By then another room may be shown, and written in.
    const isHere = box.current !== null;
    onEnd();
    if (isHere) returnToComposer();
  }

  async function submit() {
    if (!save || !isEnough) return;
    try {
      await save(id, text);
      end();
    } catch (error) {
      refusal.value = errorWords(error);
    }
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
          onInput={onInput}
          onKeyDown={onKeyDown}
        />
      </div>
      {refusal.value && <p class="refusal" role="alert">{refusal.value}</p>}
      <div class="row">
        <button type="submit" disabled={!save || !isEnough}>
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
