// Where one writes. Typed text leaves the box only for the log, and comes back if that fails.
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { Refusal } from "../../lib/chat/refusal.ts";
import { reasonOf, texts } from "../../lib/chat/texts.ts";

type ComposerProps = {
  room: string;
  /** Whether one may write here at all; the box is closed otherwise. */
  open: boolean;
  /** Sends; undefined until that is possible. Throws a Refusal with the reason. */
  send: ((content: string) => Promise<void>) | undefined;
};

const words = texts.composer;

export function Composer({ room, open, send }: ComposerProps) {
  const box = useRef<HTMLTextAreaElement>(null);
  const text = useSignal("");
  const refusal = useSignal("");
  // Enter pressed while the page is still coming alive counts as soon as it is.
  const wanted = useSignal(false);

  const write = (next: string) => {
    text.value = next;
    if (box.current && box.current.value !== next) box.current.value = next;
  };

  // The box is older than this script: it can hold text already.
  useEffect(() => write(box.current?.value ?? ""), []);
  useEffect(() => {
    if (send && wanted.value) submit();
  }, [send]);

  async function submit() {
    const content = text.value;
    wanted.value = !send;
    if (!send || content.trim() === "") return;
    write("");
    refusal.value = "";
    try {
      await send(content);
    } catch (error) {
      // What has been typed since then is kept as well.
      write([content, text.value].filter(Boolean).join("\n"));
      const known = error instanceof Refusal;
      refusal.value = known ? reasonOf(error) : words.unexpected;
      if (!known) console.error(error);
    }
    box.current?.focus();
  }

  function onKeyDown(event: KeyboardEvent) {
    if (event.key !== "Enter" || event.shiftKey) return;
    // Enter that picks a word of an input method; Safari tells by 229 alone.
    if (event.isComposing || event.keyCode === 229) return;
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
        <p id="refusal" class="refusal" role="alert">{refusal.value}</p>
      )}
      <div class="box">
        {/* The copy gives the grid cell the height of the text. */}
        <div class="growing" data-copy={text.value}>
          <textarea
            ref={box}
            rows={1}
            dir="auto"
            aria-label={words.box}
            aria-describedby={refusal.value ? "refusal" : undefined}
            placeholder={words.placeholder(room)}
            enterkeyhint="send"
            disabled={!open}
            onInput={(event) => {
              text.value = event.currentTarget.value;
              refusal.value = "";
            }}
            onKeyDown={onKeyDown}
          />
        </div>
        <button type="submit" disabled={!send || text.value.trim() === ""}>
          {words.send}
        </button>
      </div>
    </form>
  );
}
