// A message of someone whom the reader has blocked: folded until they ask for it.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { roomStrings } from "../../../lib/chat/strings/room.ts";
import { elementIDOf } from "../shared/message_link.ts";
import { Message, type MessageProps } from "./Message.tsx";

const words = roomStrings.messages;

export function FoldedMessage(props: MessageProps) {
  const { message: { id }, active } = props;
  const shown = useSignal(false);
  const isShown = shown.value;
  useEffect(() => {
    // The button has gone: the focus goes on to what it has shown.
    if (isShown) document.getElementById(elementIDOf(id))?.focus();
  }, [isShown]);
  if (isShown) return <Message {...props} />;
  return (
    <article
      id={elementIDOf(id)}
      class="message folded"
      data-message-id={id}
      data-state="sent"
      tabIndex={active ? 0 : -1}
      // Nothing tells of them.
      aria-live="off"
    >
      <p>
        {words.blocked}{" "}
        <button
          type="button"
          class="quiet"
          tabIndex={active ? 0 : -1}
          onClick={() => shown.value = true}
        >
          {words.show}
        </button>
      </p>
      <span class="state" aria-hidden="true">{words.states.sent}</span>
    </article>
  );
}
