// Some messages in a row: drawn by the browser only near the screen, and again only when something in it has changed.
import { useSignal } from "@preact/signals";
import { Fragment } from "preact";
import type { RichNode } from "../../../lib/chat/rich_text.ts";
import type { Message as Entry } from "../../../lib/chat/schema.ts";
import { roomStrings as texts } from "../../../lib/chat/strings/room.ts";
import { memo } from "../shared/memo.ts";
import type { MessageActions } from "../message/message_actions.ts";
import { dayInWords, dayOf } from "../message/Timestamp.tsx";
import { Message } from "../message/Message.tsx";
import type { People } from "../shared/usePeople.ts";

type MessageGroupProps = {
  messages: Entry[];
  /** The messages that these answer, each in its place, where they are here. */
  quoted: (Entry | undefined)[];
  /** The message before the first of these. */
  before: Entry | undefined;
  userID: string;
  people: People;
  /** The message above which the line "New messages" belongs, if it is one of these; so with the next two. */
  newFrom: string | undefined;
  active: string | undefined;
  editing: { id: string; content: string } | undefined;
  onEdit: (text: string) => void;
  onEditEnd: () => void;
  marksOf: (content: string) => RichNode[];
  acts: MessageActions;
  pendingWord: string | undefined;
  mayDeleteAll: boolean;
  local: boolean;
  news: boolean;
  /** Whether there are so many that only those near the screen have buttons. */
  lean: boolean;
};

type Skipping = Event & { skipped: boolean };

/** Messages of one author closer than this are one group. */
const GROUP = 5 * 60_000;
const NONE: RichNode[] = [];

export const MessageGroup = memo(function Block(props: MessageGroupProps) {
  const { messages, quoted, userID, newFrom, marksOf, local, acts } = props;
  const { jump, copyLink } = acts;
  const near = useSignal(false);
  return (
    <div
      class="block"
      {
        // The browser says what it does not draw.
        ...{
          onContentVisibilityAutoStateChange(event: Skipping) {
            near.value = !event.skipped;
          },
        }
      }
    >
      {messages.map((message, i) => {
        const before = i > 0 ? messages[i - 1] : props.before;
        const { id, authorID, content, createdAt } = message;
        const quote = quoted[i];
        const newDay = !before ||
          dayOf(before.createdAt, local) !== dayOf(createdAt, local);
        return (
          <Fragment key={id}>
            {newDay && (
              <p class="day">
                <span>{dayInWords(createdAt, local)}</span>
              </p>
            )}
            {id === newFrom && (
              <p class="day new" data-new>
                <span>{texts.messages.unread}</span>
              </p>
            )}
            <Message
              message={message}
              marks={marksOf(content)}
              quoted={quote}
              quotedMarks={quote ? marksOf(quote.content) : NONE}
              userID={userID}
              people={props.people}
              acts={"left" in message ? { jump, copyLink } : acts}
              pendingWord={message.pending && props.pendingWord}
              mayDelete={authorID === userID || props.mayDeleteAll}
              editing={props.editing?.id === id
                ? props.editing.content
                : undefined}
              onEdit={props.onEdit}
              onEditEnd={props.onEditEnd}
              follows={!newDay && id !== newFrom && closely(before, message)}
              local={local}
              news={props.news}
              active={props.active === id}
              lean={props.lean && !near.value}
            />
          </Fragment>
        );
      })}
    </div>
  );
});

function closely(before: Entry, message: Entry): boolean {
  return before.authorID === message.authorID &&
    before.from === message.from &&
    message.createdAt - before.createdAt < GROUP;
}
