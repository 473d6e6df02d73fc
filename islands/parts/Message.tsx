// One message: who, when, what, and what became of it.
import type { Message as Entry } from "../../lib/chat/schema.ts";
import { texts } from "../../lib/chat/texts.ts";
import { Avatar } from "./Avatar.tsx";
import { Clock } from "./Clock.tsx";

type MessageProps = {
  message: Entry;
  own: boolean;
  /** Follows one of the same author closely: their face is not shown again. */
  follows: boolean;
  local: boolean;
};

export function Message({ message, own, follows, local }: MessageProps) {
  const { id, authorID, from, content, createdAt } = message;
  const state = message.pending ? "pending" : "sent";
  const classes = ["message", own && "own", follows && "follows"];
  return (
    <article
      class={classes.filter(Boolean).join(" ")}
      data-message-id={id}
      data-state={state}
    >
      {!follows && <Avatar userID={authorID} name={from} />}
      <header>
        <span class="author" dir="auto">{from}</span>{" "}
        <Clock at={createdAt} local={local} />
      </header>
      <p class="content" dir="auto">{content}</p>
      {/* That another's message was sent goes without saying aloud. */}
      <span class="state" aria-hidden={own ? undefined : "true"}>
        {texts.messages.states[state]}
      </span>
    </article>
  );
}
