// What a message answers: whose words, the first of them, and the way there.
import { type RichNode, textOf } from "../../../lib/chat/rich_text.ts";
import type { Message } from "../../../lib/chat/schema.ts";
import { roomStrings as texts } from "../../../lib/chat/strings/room.ts";
import { idOf } from "./address.ts";

const LONGEST = 140; // characters; the stylesheet cuts at the line's end

type QuoteProps = {
  id: string;
  /** The message that is quoted, if it is here. */
  message: Message | undefined;
  marks: readonly RichNode[];
  jump: (id: string) => void;
};

export function Quote({ id, message, marks, jump }: QuoteProps) {
  return (
    // A link, so that it leads there without a script, too.
    <a
      class="quote"
      href={`#${idOf(id)}`}
      onClick={(event) => {
        event.preventDefault();
        jump(id);
      }}
    >
      <span class="hidden">{texts.messages.quoted(message?.from)}</span>
      {message && <strong dir="auto" aria-hidden="true">{message.from}</strong>}
      {" "}
      <span dir="auto">
        {message ? textOf(marks).slice(0, LONGEST) : texts.messages.notHere}
      </span>
    </a>
  );
}
