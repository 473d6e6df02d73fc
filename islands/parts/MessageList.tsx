// The log of a room, newest at the bottom, which stays in sight unless the reader scrolled away.
import { useEffect } from "preact/hooks";
import type { Message as Entry } from "../../lib/chat/schema.ts";
import { texts } from "../../lib/chat/texts.ts";
import { Message } from "./Message.tsx";
import { usePlace } from "./usePlace.ts";

type MessageListProps = {
  room: string;
  userID: string;
  messages: Entry[];
  /** Whether the page is alive, so that times can be the reader's own. */
  local: boolean;
  /** Whether what appears now is news; what was there before is not read aloud. */
  news: boolean;
};

/** Messages of one author closer than this are one group. */
const GROUP = 5 * 60_000;

export function MessageList(props: MessageListProps) {
  const { room, userID, messages, local, news } = props;
  const last = messages.at(-1);
  const { scroller, away, onScroll, toNewest } = usePlace(last?.id);

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
        tabIndex={0}
        onScroll={onScroll}
      >
        <div class="messages">
          {messages.length === 0 && (
            <div class="empty">
              <p class="title" dir="auto">{texts.messages.emptyTitle(room)}</p>
              <p>{texts.messages.empty}</p>
            </div>
          )}
          {messages.map((message, i) => (
            <Message
              key={message.id}
              message={message}
              own={message.authorID === userID}
              follows={closely(messages[i - 1], message)}
              local={local}
            />
          ))}
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

function closely(before: Entry | undefined, message: Entry): boolean {
  return before?.authorID === message.authorID &&
    before.from === message.from &&
    message.createdAt - before.createdAt < GROUP;
}
