// One message: who, when, what, what others feel about it, and what became of it.
import { useRef } from "preact/hooks";
import type { RichNode } from "../../../lib/chat/rich_text.ts";
import type { Message as Entry } from "../../../lib/chat/schema.ts";
import { roomStrings as texts } from "../../../lib/chat/strings/room.ts";
import { Avatar } from "../shared/Avatar.tsx";
import { memo } from "../shared/memo.ts";
import { extras } from "../room/lazy.ts";
import { useLonger } from "../shared/useLonger.ts";
import type { People } from "../shared/usePeople.ts";
import { MessageToolbar } from "./MessageToolbar.tsx";
import type { MessageActions } from "./message_actions.ts";
import { idOf } from "./address.ts";
import { RichText } from "./RichText.tsx";
import { fullDate, Timestamp } from "./Timestamp.tsx";
import { Quote } from "./Quote.tsx";
import { Reactions } from "./Reactions.tsx";

type MessageProps = {
  message: Entry;
  marks: readonly RichNode[];
  /** The message that this one answers, where it is here, and its marks. */
  quoted: Entry | undefined;
  quotedMarks: readonly RichNode[];
  userID: string;
  people: People;
  acts: MessageActions;
  /** What has become of it, if it is not sent yet. */
  pendingWord: string | undefined;
  mayDelete: boolean;
  /** The text that its author is changing it to, if they are. */
  editing: string | undefined;
  onEdit: (text: string) => void;
  onEditEnd: () => void;
  /** Follows one of the same author closely: their face is not shown again. */
  follows: boolean;
  local: boolean;
  /** Whether it is news, to be read aloud. */
  news: boolean;
  active: boolean;
  /** Whether it is too far from the screen to have buttons. */
  lean: boolean;
};

export const Message = memo(function Message(props: MessageProps) {
  const { message, userID, people, acts, local, follows, active } = props;
  const { id, authorID, from, createdAt, editedAt, replyTo } = message;
  const own = authorID === userID;
  const tag = people.tagOf({ id: authorID, name: from });
  const state = message.pending ? "pending" : "sent";
  // What is read aloud is what comes with the message: its buttons come after.
  const wasNews = useRef(props.news).current;
  const read = useLonger(local && wasNews, 1_000) || (local && !wasNews);
  // Read in a message that is edited only: the others need not know of it.
  const EditBox = props.editing === undefined
    ? undefined
    : extras.value?.EditBox;
  const editing = EditBox !== undefined;
  const withActions = active || (read && !props.lean);
  const classes = ["message", own && "own", follows && "follows"];
  return (
    <article
      id={idOf(id)}
      class={classes.filter(Boolean).join(" ")}
      data-message-id={id}
      data-state={state}
      tabIndex={active ? 0 : -1}
    >
      {!follows && <Avatar userID={authorID} name={from} />}
      <header>
        <span class="author" dir="auto">{from}</span>{" "}
        {tag && <span class="name-tag">{tag}</span>}{" "}
        <Timestamp at={createdAt} local={local} />
      </header>
      <div class="said">
        {replyTo && (
          <Quote
            id={replyTo}
            message={props.quoted}
            marks={props.quotedMarks}
            jump={acts.jump}
          />
        )}
        {EditBox
          ? (
            <EditBox
              text={props.editing!}
              onInput={props.onEdit}
              save={acts.save && ((content) => acts.save!(id, content))}
              onEnd={props.onEditEnd}
            />
          )
          : (
            <RichText
              marks={props.marks}
              names={people.names}
              myName={people.mine}
            />
          )}
        {editedAt && !editing && (
          <span class="edited" title={local ? fullDate(editedAt) : undefined}>
            {texts.messages.edited}
          </span>
        )}
        <Reactions
          message={message}
          userID={userID}
          people={people.byID}
          react={acts.react}
        />
      </div>
      {/* That another's message was sent goes without saying aloud. */}
      <span class="state" aria-hidden={own ? undefined : "true"}>
        {props.pendingWord ?? texts.messages.states.sent}
      </span>
      {withActions && !editing && (
        <MessageToolbar
          message={message}
          acts={acts}
          own={own}
          mayDelete={props.mayDelete}
          active={active}
        />
      )}
    </article>
  );
});
