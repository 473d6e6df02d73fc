// One message: its author, time, text, reactions, and whether it is sent.
import type { ComponentChild } from "preact";
import { useRef } from "preact/hooks";
import { cutText } from "../../../lib/chat/graphemes.ts";
import { type RichNode, textOf } from "../../../lib/chat/rich_text.ts";
import type { Message as ChatMessage } from "../../../lib/chat/schema.ts";
import { roomStrings } from "../../../lib/chat/strings/room.ts";
import { Avatar } from "../shared/Avatar.tsx";
import { memo } from "../shared/memo.ts";
import { elementIDOf } from "../shared/message_link.ts";
import type { People } from "../shared/usePeople.ts";
import { useSustained } from "../shared/useSustained.ts";
import { type MessageActions, MessageToolbar } from "./MessageToolbar.tsx";
import { MessageFiles } from "./MessageFiles.tsx";
import { RichText } from "./RichText.tsx";
import { fullDate, Timestamp } from "../shared/Timestamp.tsx";

const words = roomStrings.messages;

/** Graphemes of a quote; the stylesheet cuts it at the line's end. */
const MAX_QUOTE = 140;

export type MessageProps = {
  message: ChatMessage;
  richText: readonly RichNode[];
  /** The message that this one answers, where it is here, and its text. */
  quoted: ChatMessage | undefined;
  quotedText: readonly RichNode[];
  userID: string;
  people: People;
  actions: MessageActions;
  /** Why it is not sent yet, if it is not. */
  pendingLabel: string | undefined;
  mayDelete: boolean;
  /** Stands in for the text while its author changes it. */
  editBox: ComponentChild;
  /** Follows one of the same author closely: their face is not shown again. */
  follows: boolean;
  hydrated: boolean;
  /** Whether it is news, to be read aloud. */
  announced: boolean;
  /** Whether it is the message that the Tab key stops at. */
  active: boolean;
  /** Whether it is near enough to the screen to have buttons. */
  near: boolean;
};

export const Message = memo(function Message(props: MessageProps) {
  const { message, userID, people, actions, hydrated, follows, active } = props;
  const { id, authorID, from, createdAt, editedAt, replyTo } = message;
  const own = authorID === userID;
  const tag = !follows && people.tagOf({ id: authorID, name: from });
  // What is read aloud is what comes with the message: its buttons come after.
  const wasNews = useRef(props.announced).current;
  const wasRead = useSustained(hydrated && wasNews, 1_000) ||
    (hydrated && !wasNews);
  const hasToolbar = active || (wasRead && props.near);
  // Leads to what one can do with the person.
  const isLink = !own && !follows;
  const Author = isLink ? "a" : "span";
  const classes = ["message", own && "own", follows && "follows"];
  return (
    <article
      id={elementIDOf(id)}
      class={classes.filter(Boolean).join(" ")}
      data-message-id={id}
      data-state={message.pending ? "pending" : "sent"}
      tabIndex={active ? 0 : -1}
    >
      {!follows && (
        <Avatar {...people.byID.get(authorID)} id={authorID} name={from} />
      )}
      <header>
        <Author
          class="author"
          dir="auto"
          href={isLink
            ? `${people.page}?by=${id}#person-${authorID}`
            : undefined}
          tabIndex={isLink ? active ? 0 : -1 : undefined}
        >
          {from}
        </Author>{" "}
        {tag && <span class="name-tag">{tag}</span>}{" "}
        <Timestamp at={createdAt} local={hydrated} />
      </header>
      <div class="said">
        {replyTo && (
          <Quote
            id={replyTo}
            message={props.quoted}
            richText={props.quotedText}
            jump={actions.jump}
          />
        )}
        {props.editBox || (
          <RichText
            nodes={props.richText}
            CodeBlock={actions.CodeBlock}
          />
        )}
        <MessageFiles message={message} roomID={people.roomID} />
        {editedAt && !props.editBox && (
          <span
            class="edited"
            title={hydrated ? fullDate(editedAt) : undefined}
          >
            {words.edited}
          </span>
        )}
        <Reactions
          message={message}
          userID={userID}
          people={people.byID}
          react={actions.react}
        />
      </div>
      {/* That another's message was sent goes without saying aloud. */}
      <span class="state" aria-hidden={own ? undefined : "true"}>
        {props.pendingLabel ?? words.states.sent}
      </span>
      {hasToolbar && !props.editBox && (
        <MessageToolbar
          message={message}
          actions={actions}
          own={own}
          mayDelete={props.mayDelete}
          active={active}
        />
      )}
    </article>
  );
});

type QuoteProps = {
  id: string;
  /** The message that is quoted, if it is here. */
  message: ChatMessage | undefined;
  richText: readonly RichNode[];
  jump: (id: string) => void;
};

/** What a message answers: whose words, the first of them, and a link to them. */
function Quote({ id, message, richText, jump }: QuoteProps) {
  return (
    // A link, so that it leads there without a script, too.
    <a
      class="quote"
      href={`#${elementIDOf(id)}`}
      onClick={(event) => {
        event.preventDefault();
        jump(id);
      }}
    >
      <span class="hidden">{words.quoted(message?.from)}</span>
      {message && <strong dir="auto" aria-hidden="true">{message.from}</strong>}
      {" "}
      <span dir="auto">
        {message
          ? cutText(textOf(richText), MAX_QUOTE) ||
            message.files?.[0].name
          : words.notHere}
      </span>
    </a>
  );
}

type ReactionsProps = {
  message: ChatMessage;
  userID: string;
  people: People["byID"];
  react: MessageActions["react"];
};

/** One button per emoji, to add one's own reaction or take it back. */
function Reactions({ message, userID, people, react }: ReactionsProps) {
  const all = Object.entries(message.reactions);
  if (all.length === 0) return null;
  const nameOf = (id: string) =>
    id === userID ? words.you : people.get(id)?.name ?? words.someone;
  return (
    <ul class="reactions">
      {all.map(([emoji, userIDs]) => {
        const mine = userIDs.includes(userID);
        return (
          <li key={emoji}>
            <button
              type="button"
              aria-pressed={mine}
              disabled={!react}
              onClick={() => react?.(message.id, emoji, !mine)}
            >
              {emoji} <span class="amount">{userIDs.length}</span>{" "}
              <span class="who hidden">
                {words.reacted(userIDs.map(nameOf).join(", "))}
              </span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}
