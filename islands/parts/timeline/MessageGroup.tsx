// Some messages in a row: painted only near the screen, and rendered again only when something in the group has changed.
import { useSignal } from "@preact/signals";
import { type ComponentChild, Fragment } from "preact";
import type { RichNode } from "../../../lib/chat/rich_text.ts";
import type { Message as ChatMessage } from "../../../lib/chat/schema.ts";
import { roomStrings } from "../../../lib/chat/strings/room.ts";
import { FoldedMessage } from "../message/FoldedMessage.tsx";
import { Message } from "../message/Message.tsx";
import type { MessageActions } from "../message/MessageToolbar.tsx";
import { dayInWords, dayKey } from "../shared/Timestamp.tsx";
import { memo } from "../shared/memo.ts";
import type { People } from "../shared/usePeople.ts";

type MessageGroupProps = {
  messages: ChatMessage[];
  /** The messages that these answer, each in its place, where they are here. */
  quoted: (ChatMessage | undefined)[];
  /** The message before the first of these. */
  before: ChatMessage | undefined;
  userID: string;
  people: People;
  /** The message above which the line "New messages" belongs, if it is one of these; so with the next two. */
  newFrom: string | undefined;
  active: string | undefined;
  editedID: string | undefined;
  /** Stands in for the text of that message. */
  editBox: ComponentChild;
  richTextOf: (content: string) => RichNode[];
  actions: MessageActions;
  pendingLabel: string | undefined;
  mayDeleteAll: boolean;
  /** When today began; undefined until hydration. */
  today: number | undefined;
  announced: boolean;
  /** Whether there are so many messages that only those near the screen have buttons. */
  buttonsOnlyNear: boolean;
};

type VisibilityEvent = Event & { skipped: boolean };

/** Messages of one author within so many milliseconds show their face once. */
const FOLLOWS_WITHIN = 5 * 60_000;
const NO_TEXT: RichNode[] = [];

export const MessageGroup = memo(function MessageGroup(
  props: MessageGroupProps,
) {
  const { messages, quoted, newFrom, richTextOf, today, actions } = props;
  const hydrated = today !== undefined;
  const { people } = props;
  const { jump, copyLink } = actions;
  const near = useSignal(false);
  // The browser says what it does not paint. Preact's types lack the event.
  const onVisibility = {
    onContentVisibilityAutoStateChange(event: VisibilityEvent) {
      near.value = !event.skipped;
    },
  };
  return (
    <div class="block" {...onVisibility}>
      {messages.map((message, i) => {
        const before = i > 0 ? messages[i - 1] : props.before;
        const { id, authorID, content, createdAt } = message;
        const isBlocked = people.blocked.has(authorID);
        const Shown = isBlocked ? FoldedMessage : Message;
        const answered = quoted[i];
        const quote = answered && !people.blocked.has(answered.authorID)
          ? answered
          : undefined;
        const newDay = !before ||
          dayKey(before.createdAt, hydrated) !== dayKey(createdAt, hydrated);
        return (
          <Fragment key={id}>
            {newDay && (
              <p class="day">
                <span>{dayInWords(createdAt, today)}</span>
              </p>
            )}
            {id === newFrom && (
              <p class="day new" data-new>
                <span>{roomStrings.messages.unread}</span>
              </p>
            )}
            <Shown
              message={message}
              richText={richTextOf(content)}
              quoted={quote}
              quotedText={quote ? richTextOf(quote.content) : NO_TEXT}
              userID={props.userID}
              people={people}
              // The replica lacks one from the outbox, and so can't change it.
              actions={"inOutbox" in message ? { jump, copyLink } : actions}
              pendingLabel={message.pending && props.pendingLabel}
              mayDelete={authorID === props.userID || props.mayDeleteAll}
              editBox={id === props.editedID && props.editBox}
              follows={!isBlocked && !newDay && id !== newFrom &&
                follows(before, message)}
              hydrated={hydrated}
              announced={props.announced}
              active={props.active === id}
              near={!props.buttonsOnlyNear || near.value}
            />
          </Fragment>
        );
      })}
    </div>
  );
});

function follows(before: ChatMessage, message: ChatMessage): boolean {
  return before.authorID === message.authorID &&
    before.from === message.from &&
    message.createdAt - before.createdAt < FOLLOWS_WITHIN;
}
