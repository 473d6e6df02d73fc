// The log of a room, newest at the bottom, which stays in sight unless the reader scrolled away.
import { useComputed, useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { Message as Entry } from "../lib/chat/schema.ts";
import { texts } from "../lib/chat/texts.ts";
import { Message } from "./Message.tsx";

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
/** How far from the newest, in pixels, a reader still counts as being there. */
const NEAR = 120;

export function MessageList(props: MessageListProps) {
  const { room, userID, messages, local, news } = props;
  const log = useRef<HTMLDivElement>(null);
  const away = useSignal(0);
  const isAway = useComputed(() => away.value > NEAR);

  // The stylesheet lays the log out from its end: scrollTop is 0 at the newest
  // and negative above, so the newest is in sight before any script has run.
  const measure = () => {
    away.value = -(log.current?.scrollTop ?? 0);
  };
  const toNewest = () => log.current?.scrollTo({ top: 0 });

  const last = messages.at(-1);
  const mine = last?.pending === true && last.authorID === userID;
  useEffect(() => {
    // Who writes wants to see it, wherever they were reading.
    if (mine && last) log.current?.scrollTo({ top: 0, behavior: "instant" });
  }, [mine && last?.id]);
  useLayoutEffect(measure, [messages]);

  return (
    <div class="log-frame">
      <div
        ref={log}
        class="log"
        role="log"
        aria-label={texts.messages.label}
        aria-live={news ? "polite" : "off"}
        aria-relevant="additions"
        tabIndex={0}
        onScroll={measure}
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
      {isAway.value && (
        <button type="button" class="newest" onClick={toNewest}>
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
