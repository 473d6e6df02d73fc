// The composer: a text box and its Send button.
import { isVisible } from "../../../lib/chat/visible.ts";
import { useSignal } from "@preact/signals";
import type { ComponentChild } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";
import type { Message } from "../../../lib/chat/schema.ts";
import { roomStrings } from "../../../lib/chat/strings/room.ts";
import { AutosizeTextarea } from "../shared/AutosizeTextarea.tsx";
import { isComposing, isSendKey } from "../shared/keys.ts";
import { returnToComposer } from "../shared/writing_focus.ts";
import type {
  Completion,
  CompletionHandlers,
  Conversation,
  Listbox,
} from "./Completion.tsx";
import type { ReplyBanner } from "./ReplyBanner.tsx";
import type { ComposerDraft } from "./draft.ts";

type ComposerProps = {
  room: string;
  /** Whether its reader has not been in the room before. */
  isFirst: boolean;
  conversation: Conversation;
  /** Whether one may write here at all; the box is disabled otherwise. */
  open: boolean;
  draft: ComposerDraft;
  /** The message that is being answered, where it is here. */
  answered: Message | undefined;
  /** Whether what is due is sent at once: Enter counts, too, when it is pressed before. */
  mayWrite: boolean;
  /** Edits the last message of one's own, if there is one. */
  editLast: () => void;
  /** The files that go with the message, and the button that attaches them. */
  attachments: ComponentChild;
  /** Undefined until they are loaded. */
  parts: {
    Completion: typeof Completion;
    ReplyBanner: typeof ReplyBanner;
  } | undefined;
};

const words = roomStrings.composer;

export function Composer(props: ComposerProps) {
  const { room, open, mayWrite, draft, parts } = props;
  const { text, replyTo, attached, refusal } = draft;
  const isEmpty = () => !attached.value && !isVisible(text.value);
  const box = useRef<HTMLTextAreaElement>(null);
  const refusalID = useId();
  const completion = useRef<CompletionHandlers>(null);
  const listbox = useSignal<Listbox | undefined>(undefined);

  // The box is older than this script: it can hold text already.
  useLayoutEffect(() => {
    draft.start(box.current?.value ?? "");
    // One who has come to write can begin; who is elsewhere on the page stays.
    const isFree = document.activeElement === document.body && !location.hash;
    if (isFree) returnToComposer();
  }, []);
  // Before it is painted, so that no key typed at once is lost.
  useLayoutEffect(() => {
    if (replyTo.value) box.current?.focus();
  }, [replyTo.value]);

  function submit() {
    if (isEmpty()) return;
    draft.due.value = true;
    box.current?.focus();
  }

  function onKeyDown(event: KeyboardEvent) {
    if (isComposing(event) || completion.current?.onKeyDown(event)) return;
    if (event.key === "Escape") draft.answer(undefined);
    if (event.key === "ArrowUp" && text.value === "") props.editLast();
    if (!isSendKey(event)) return;
    event.preventDefault();
    submit();
  }

  return (
    <form
      class="composer"
      aria-label={words.label}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      {refusal.value && (
        <p id={refusalID} class="refusal" role="alert">{refusal.value}</p>
      )}
      {replyTo.value && parts && (
        <parts.ReplyBanner
          name={props.answered?.from}
          onCancel={() => {
            draft.answer(undefined);
            box.current?.focus();
          }}
        />
      )}
      <div class="box">
        <AutosizeTextarea
          box={box}
          value={text.value}
          label={words.box}
          aria-describedby={refusal.value ? refusalID : undefined}
          aria-autocomplete="list"
          aria-controls={listbox.value?.id}
          aria-activedescendant={listbox.value?.activeID}
          placeholder={props.isFirst
            ? words.first(room)
            : words.placeholder(room)}
          enterkeyhint="enter"
          disabled={!open}
          onInput={(next) => {
            draft.write(next);
            refusal.value = "";
            draft.due.value = false;
            completion.current?.update();
          }}
          onKeyDown={onKeyDown}
          onBlur={() => completion.current?.close()}
        />
        {props.attachments}
        {parts && (
          <parts.Completion
            box={box}
            conversation={props.conversation}
            handlers={completion}
            listbox={listbox}
          />
        )}
        <button type="submit" disabled={!mayWrite || isEmpty()}>
          {words.send}
        </button>
      </div>
    </form>
  );
}
