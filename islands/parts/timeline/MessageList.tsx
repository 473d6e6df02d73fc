// The log of a room, newest at the bottom, which stays in view unless the reader has scrolled up.
import { useSignal } from "@preact/signals";
import type { ComponentChild } from "preact";
import type { RichNode } from "../../../lib/chat/rich_text.ts";
import type { Message as ChatMessage, Room } from "../../../lib/chat/schema.ts";
import { roomStrings } from "../../../lib/chat/strings/room.ts";
import type { Gap } from "../../../lib/replica/mod.ts";
import type { MessageActions } from "../message/MessageToolbar.tsx";
import type { People } from "../shared/usePeople.ts";
import { MessageGroup } from "./MessageGroup.tsx";
import type { History } from "./useHistory.ts";
import type { ScrollAnchor } from "./useScrollAnchor.ts";

type MessageListProps = {
  room: Room;
  userID: string;
  people: People;
  history: Pick<History, "messages" | "more" | "gaps" | "latest">;
  scroll: ScrollAnchor;
  /** The message above which the line "New messages" belongs, if any. */
  newFrom: string | undefined;
  richTextOf: (content: string) => RichNode[];
  actions: MessageActions;
  /** Why messages that are pending are not sent yet. */
  pendingLabel: string;
  mayDeleteAll: boolean;
  /** The message that is being edited, and what stands in for its text. */
  editedID: string | undefined;
  editBox: ComponentChild;
  /** When today began; undefined until hydration, when times become the reader's own. */
  today: number | undefined;
  /** Whether what appears now is news, to be read aloud. */
  announced: boolean;
  /** Stands above the messages, and brings older ones. */
  older: ComponentChild;
  /** What stands in for the messages of a gap, with a key. */
  missing: (gap: Gap) => ComponentChild;
  /** What the server refused, and files that are on their way, below the messages. */
  failures: ComponentChild;
};

/** Messages, and the gap that is above them, if any. */
type Group = [key: number, messages: ChatMessage[], gap?: Gap];

/** How many messages are painted, or skipped, together. */
const GROUP_SIZE = 50;
/** With more messages than this, those far from the screen have no buttons. */
const MAX_WITH_BUTTONS = 300;

export function MessageList(props: MessageListProps) {
  const { userID, newFrom, announced, editedID } = props;
  const { messages, more, gaps, latest } = props.history;
  const last = messages.at(-1);
  const { scroller, scrolledUp, onScroll, toNewest } = props.scroll;
  const byID = new Map(latest.current.all.map((each) => [each.id, each]));
  // The Tab key stops at one message: the one last focused, the newest before that.
  const focused = useSignal<string | undefined>(undefined);
  const isShown = messages.some(({ id }) => id === focused.value);
  const active = isShown ? focused.value : last?.id;

  return (
    <div class="log-frame">
      <div
        ref={scroller}
        class="log"
        role="log"
        aria-label={roomStrings.messages.label}
        aria-live={announced ? "polite" : "off"}
        aria-relevant="additions"
        tabIndex={messages.length === 0 ? 0 : -1}
        onScroll={onScroll}
        onFocusIn={({ target }) => {
          const article = (target as Element).closest("article");
          if (article) focused.value = article.dataset.messageId;
        }}
      >
        <div class="messages">
          {messages.length === 0 && !more && <Empty room={props.room} />}
          {more && props.older}
          {groupsOf(messages, gaps).flatMap(([key, group, gap], i, groups) => {
            const has = (wanted?: string) =>
              group.some(({ id }) => id === wanted);
            return [
              gap && props.missing(gap),
              <MessageGroup
                key={key}
                messages={group}
                quoted={group.map(({ replyTo }) =>
                  replyTo ? byID.get(replyTo) : undefined
                )}
                before={gap ? undefined : groups[i - 1]?.[1].at(-1)}
                userID={userID}
                people={props.people}
                newFrom={has(newFrom) ? newFrom : undefined}
                active={has(active) ? active : undefined}
                editedID={has(editedID) ? editedID : undefined}
                editBox={has(editedID) && props.editBox}
                richTextOf={props.richTextOf}
                actions={props.actions}
                pendingLabel={group.some(({ pending }) => pending)
                  ? props.pendingLabel
                  : undefined}
                mayDeleteAll={props.mayDeleteAll}
                today={props.today}
                announced={announced}
                buttonsOnlyNear={messages.length > MAX_WITH_BUTTONS}
              />,
            ];
          })}
          {props.failures}
        </div>
      </div>
      {scrolledUp && (
        <button
          type="button"
          class="newest"
          onClick={() => {
            toNewest();
            // The button goes: the focus stays in the log.
            scroller.current?.focus();
          }}
        >
          {roomStrings.messages.newest}
        </button>
      )}
    </div>
  );
}

function Empty({ room }: { room: Room }) {
  const { id, visibility, direct } = room;
  const words = roomStrings.messages;
  return (
    <div class="empty">
      <p class="title" dir="auto">{words.emptyTitle(room)}</p>
      <p>{words.empty}</p>
      {visibility === "private" && !direct && (
        <p>
          {words.emptyPrivate}{" "}
          <a href={`/rooms/${id}/people#invite`}>{words.invite}</a>
        </p>
      )}
    </div>
  );
}

/**
 * Groups messages by their `seq`: a group stays the same whatever comes before
 * or behind it. With 5,000 on the page, one more then costs a group and not
 * all: in Preact, in layout, and in what the browser asks of each element that
 * it may leave unpainted. None goes across a gap.
 */
function groupsOf(messages: ChatMessage[], gaps: readonly Gap[]): Group[] {
  const groups: Group[] = [];
  for (const message of messages) {
    const { seq } = message;
    const [key, group] = groups.at(-1) ?? [-1];
    const gap = group &&
      gaps.find(({ from, to }) => group.at(-1)!.seq <= from! && seq >= to);
    const next = Math.floor(seq / GROUP_SIZE);
    // What is unsent counts from an older room, and stands behind all the same.
    if (group && !gap && next <= key) group.push(message);
    else groups.push([Math.max(next, key + 0.5), [message], gap]);
  }
  return groups;
}
