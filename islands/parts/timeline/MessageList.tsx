// The log of a room, newest at the bottom, which stays in sight unless the reader scrolled away.
import type { ComponentChild } from "preact";
import { useEffect } from "preact/hooks";
import type { RichNode } from "../../../lib/chat/rich_text.ts";
import type { Message as Entry } from "../../../lib/chat/schema.ts";
import { roomStrings as texts } from "../../../lib/chat/strings/room.ts";
import type { MessageActions } from "../message/message_actions.ts";
import type { useEditing } from "../message/useEditing.ts";
import { MessageGroup } from "./MessageGroup.tsx";
import { extras } from "../room/lazy.ts";
import type { People } from "../shared/usePeople.ts";
import type { useHistory } from "./useHistory.ts";
import type { useScrollAnchor } from "./useScrollAnchor.ts";
import { useRoving } from "./useRoving.ts";

type MessageListProps = {
  room: string;
  userID: string;
  people: People;
  past: ReturnType<typeof useHistory>;
  place: ReturnType<typeof useScrollAnchor>;
  /** The message above which the line "New messages" belongs, if any. */
  newFrom: string | undefined;
  marksOf: (content: string) => RichNode[];
  acts: MessageActions;
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

/** How many messages are drawn, or left undrawn, together. */
const BLOCK = 50;
/** Above this, a message's buttons are made when it comes near the screen. */
const MANY = 300;

export function MessageList(props: MessageListProps) {
  const { room, userID, past, newFrom, news } = props;
  const { messages } = past;
  const OlderMessages = extras.value?.OlderMessages;
  const last = messages.at(-1);
  const { scroller, away, onScroll, toNewest } = props.place;
  const byID = new Map(messages.map((message) => [message.id, message]));
  const { active, ...keys } = useRoving(last?.id, (id) => byID.has(id));
  const { editing, change, end } = props.editing;

  // Who writes wants to see it, wherever they were reading.
  const written = last?.pending && last.authorID === userID ? last.id : "";
  useEffect(() => {
    if (written) toNewest();
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
          {OlderMessages && past.more && (
            <OlderMessages past={past} scroller={scroller} />
          )}
          {blocksOf(messages).map(([key, those], i, blocks) => {
            const has = (wanted?: string) =>
              those.some(({ id }) => id === wanted);
            return (
              <MessageGroup
                key={key}
                messages={those}
                quoted={those.map(({ replyTo }) =>
                  replyTo ? byID.get(replyTo) : undefined
                )}
                before={blocks[i - 1]?.[1].at(-1)}
                userID={userID}
                people={props.people}
                newFrom={has(newFrom) ? newFrom : undefined}
                active={has(active) ? active : undefined}
                editing={has(editing.value?.id) ? editing.value : undefined}
                onEdit={change}
                onEditEnd={end}
                marksOf={props.marksOf}
                acts={props.acts}
                pendingWord={those.some(({ pending }) => pending)
                  ? props.pendingWord
                  : undefined}
                mayDeleteAll={props.mayDeleteAll}
                local={props.local}
                news={news}
                lean={messages.length > MANY}
              />
            );
          })}
          {props.failures}
        </div>
      </div>
      {away && (
        <button
          type="button"
          class="newest"
          onClick={() => {
            toNewest();
            // The button goes; who came by keyboard goes on in the log.
            scroller.current?.focus();
          }}
        >
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

/**
 * Messages by their `seq`, in blocks that stay the same whatever comes before or
 * behind them, each with its key. With 5,000 on the page, one more then costs a
 * block and not all: in Preact, in layout, and in what the browser asks of each
 * element that it may leave undrawn.
 */
function blocksOf(messages: Entry[]): [key: number, messages: Entry[]][] {
  const blocks: [number, Entry[]][] = [];
  for (const message of messages) {
    const key = Math.floor(message.seq / BLOCK);
    const last = blocks.at(-1);
    // What is unsent counts from an older room, and stands behind all the same.
    if (last && key <= last[0]) last[1].push(message);
    else blocks.push([key, [message]]);
  }
  return blocks;
}
