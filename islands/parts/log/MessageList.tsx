// The log of a room, newest at the bottom, which stays in sight unless the reader scrolled away.
import { type ComponentChild, Fragment } from "preact";
import { useEffect } from "preact/hooks";
import type { Mark } from "../../../lib/chat/marks.ts";
import type { Message as Entry } from "../../../lib/chat/schema.ts";
import { spoken as texts } from "../../../lib/chat/spoken.ts";
import type { Acts } from "../message/acts.ts";
import { dayInWords, dayOf } from "../message/Clock.tsx";
import { Message } from "../message/Message.tsx";
import type { useEditing } from "../message/useEditing.ts";
import { extras } from "../touch.ts";
import type { People } from "../usePeople.ts";
import type { useHistory } from "./useHistory.ts";
import type { usePlace } from "./usePlace.ts";
import { useRoving } from "./useRoving.ts";

type MessageListProps = {
  room: string;
  userID: string;
  people: People;
  past: ReturnType<typeof useHistory>;
  place: ReturnType<typeof usePlace>;
  /** The message above which the line "New messages" belongs, if any. */
  newFrom: string | undefined;
  marksOf: (content: string) => Mark[];
  acts: Acts;
  /** What has become of messages that are not sent yet. */
  pendingWord: string;
  mayDeleteAll: boolean;
  editing: ReturnType<typeof useEditing>;
  /** Whether the page is alive, so that times can be the reader's own. */
  local: boolean;
  /** Whether what appears now is news; what was there before is not read aloud. */
  news: boolean;
  /** What was not sent, after all that was; false when there is none. */
  failures: ComponentChild;
};

/** Messages of one author closer than this are one group. */
const GROUP = 5 * 60_000;
/** Above this, a message's buttons are made when it comes near the screen. */
const MANY = 300;
const NONE: Mark[] = [];

export function MessageList(props: MessageListProps) {
  const { room, userID, past, newFrom, marksOf, local, news } = props;
  const { messages } = past;
  const Older = extras.value?.Older;
  const last = messages.at(-1);
  const { scroller, away, onScroll, toNewest } = props.place;
  const byID = new Map(messages.map((message) => [message.id, message]));
  const { active, ...keys } = useRoving(last?.id, (id) => byID.has(id));
  const { editing, change, end } = props.editing;
  const { jump, copyLink } = props.acts;

  // Who writes wants to see it, wherever they were reading.
  const written = last?.pending && last.authorID === userID ? last.id : "";
  useEffect(() => {
    if (written) toNewest("instant");
  }, [written]);

  return (
    <div class="log-frame">
      <div
        ref={scroller}
        class="log"
        role="log"
        aria-label={texts.messages.label}
        aria-live={news ? "polite" : "off"}
        aria-relevant="additions"
        tabIndex={messages.length === 0 ? 0 : -1}
        onScroll={onScroll}
        {...keys}
      >
        <div class="messages">
          {messages.length === 0 && !past.more && !props.failures && (
            <Empty room={room} />
          )}
          {Older && past.more && <Older past={past} scroller={scroller} />}
          {messages.map((message, i) => {
            const before = messages[i - 1];
            const { id, authorID, content, createdAt, replyTo } = message;
            const quoted = replyTo ? byID.get(replyTo) : undefined;
            const day = dayOf(createdAt, local);
            const newDay = !before || dayOf(before.createdAt, local) !== day;
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
                  quoted={quoted}
                  quotedMarks={quoted ? marksOf(quoted.content) : NONE}
                  userID={userID}
                  people={props.people}
                  acts={"left" in message ? { jump, copyLink } : props.acts}
                  pendingWord={message.pending ? props.pendingWord : undefined}
                  mayDelete={authorID === userID || props.mayDeleteAll}
                  editing={editing.value?.id === id
                    ? editing.value.content
                    : undefined}
                  onEdit={change}
                  onEditEnd={end}
                  follows={!newDay && id !== newFrom &&
                    closely(before, message)}
                  local={local}
                  news={news}
                  active={active === id}
                  lean={messages.length > MANY}
                />
              </Fragment>
            );
          })}
          {props.failures}
        </div>
      </div>
      {away && (
        <button type="button" class="newest" onClick={() => toNewest()}>
          {texts.messages.newest}
        </button>
      )}
    </div>
  );
}

function Empty({ room }: { room: string }) {
  return (
    <div class="empty">
      <p class="title" dir="auto">{texts.messages.emptyTitle(room)}</p>
      <p>{texts.messages.empty}</p>
    </div>
  );
}

function closely(before: Entry | undefined, message: Entry): boolean {
  return before?.authorID === message.authorID &&
    before.from === message.from &&
    message.createdAt - before.createdAt < GROUP;
}
