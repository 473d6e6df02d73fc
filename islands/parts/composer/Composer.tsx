// Where one writes. Typed text leaves the box only for the log, and comes back if that fails.
import { useSignal } from "@preact/signals";
import { useEffect, useId, useLayoutEffect, useRef } from "preact/hooks";
import type { Member, Message } from "../../../lib/chat/schema.ts";
import { roomStrings as texts } from "../../../lib/chat/strings/room.ts";
import { extras } from "../room/lazy.ts";
import { errorWords } from "../shared/error_words.ts";
import type { OutgoingMessage } from "./draft_types.ts";
import type { Completing, Listed } from "./Completion.tsx";
import { AutosizeTextarea } from "../shared/AutosizeTextarea.tsx";
import { isComposing, isEnter } from "../shared/keys.ts";
import type { useDraft } from "./useDraft.ts";

type ComposerProps = {
  room: string;
  /** Told of what stands in the box whenever its writer has changed that. */
  onType: (text: string) => void;
  members: readonly Member[];
  /** Whether one may write here at all; the box is closed otherwise. */
  open: boolean;
  draft: ReturnType<typeof useDraft>;
  /** The message that is being answered, where it is here. */
  answered: Message | undefined;
  /** Sends; undefined until that is possible. Throws a Refusal with the reason. */
  send: ((message: OutgoingMessage) => Promise<void>) | undefined;
  /** Edits the last message of one's own, if there is one. */
  editLast: () => void;
};

const words = texts.composer;

export function Composer(props: ComposerProps) {
  const { room, open, send, draft } = props;
  const { text, replyTo } = draft;
  const box = useRef<HTMLTextAreaElement>(null);
  const refusal = useSignal("");
  // Enter pressed while the page is still coming alive counts as soon as it is.
  const wanted = useSignal(false);
  const refusalID = useId();
  const { ReplyBanner, Completion } = extras.value ?? {};
  const completing = useRef<Completing>(null);
  const listed = useSignal<Listed | undefined>(undefined);

  // The box is older than this script: it can hold text already.
  useLayoutEffect(() => draft.start(box.current?.value ?? ""), []);
  useEffect(() => {
    if (send && wanted.value) submit();
  }, [send]);
  useEffect(() => {
    if (replyTo.value) box.current?.focus();
  }, [replyTo.value]);

  async function submit() {
    if (text.value.trim() === "") return;
    wanted.value = !send;
    if (!send) return;
    const message = draft.take();
    props.onType("");
    refusal.value = "";
    try {
      await send(message);
      draft.sent(message.id);
    } catch (error) {
      draft.restore(message);
      refusal.value = errorWords(error);
    }
    box.current?.focus();
  }

  function onKeyDown(event: KeyboardEvent) {
    if (isComposing(event) || completing.current?.onKeyDown(event)) return;
    if (event.key === "Escape") draft.answer(undefined);
    if (event.key === "ArrowUp" && text.value === "") props.editLast();
    if (!isEnter(event)) return;
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
      {replyTo.value && ReplyBanner && (
        <ReplyBanner
          name={props.answered?.from}
          onCancel={() => {
            draft.answer(undefined);
            box.current?.focus();
          }}
        />
      )}
      {Completion && (
        <Completion
          members={props.members}
          write={draft.write}
          {...{ box, completing, listed }}
        />
      )}
      <div class="box">
        <AutosizeTextarea
          box={box}
          value={text.value}
          label={words.box}
          aria-describedby={refusal.value ? refusalID : undefined}
          aria-autocomplete="list"
          aria-controls={listed.value?.id}
          aria-activedescendant={listed.value?.activeID}
          placeholder={words.placeholder(room)}
          enterkeyhint="send"
          disabled={!open}
          onInput={(next) => {
            draft.write(next);
            props.onType(next);
            refusal.value = "";
            wanted.value = false;
            completing.current?.look();
          }}
          onKeyDown={onKeyDown}
          onBlur={() => completing.current?.close()}
        />
        <button type="submit" disabled={!send || text.value.trim() === ""}>
          {words.send}
        </button>
      </div>
    </form>
  );
}
