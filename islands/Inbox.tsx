// A person's inbox, and what they have saved for later: as the page's HTML has it, then as their own copy does.
import "./parts/shared/shared_chunk.ts";
import { useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { inboxIn, type InboxItem, type SavedItem } from "../lib/chat/inbox.ts";
import {
  type Names,
  namesToFind,
  splitAtMentions,
} from "../lib/chat/mentions.ts";
import type { MessageCopy } from "../lib/chat/schema.ts";
import { fileCount } from "../lib/chat/strings/files.ts";
import { inboxStrings } from "../lib/chat/strings/inbox.ts";
import type { Person, RoomSummary, User } from "../lib/chat/views.ts";
import { setSaved } from "./parts/message/save_for_later.ts";
import { Avatar } from "./parts/shared/Avatar.tsx";
import { errorWords } from "./parts/shared/error_words.ts";
import { initiallyChecked } from "./parts/shared/initial_value.ts";
import { useRooms } from "./parts/rooms/useRooms.ts";
import { elementIDOf } from "./parts/shared/message_link.ts";
import { onKnown } from "./parts/shared/on_known.ts";
import { userReplica } from "./parts/shared/room_store.ts";
import {
  dayInWords,
  fullDate,
  Timestamp,
  useToday,
} from "./parts/shared/Timestamp.tsx";
import { Refusal } from "./parts/shared/Refusal.tsx";

const words = inboxStrings;

/** Until the first answer, the list beside it has them in the page's HTML. */
const NO_ROOMS = { rooms: [], next: null };
const ALL_ROOMS = {};

type InboxProps = {
  inbox: InboxItem[];
  saved: SavedItem[];
  user: User;
  /** Their rooms of direct messages, as of when the page was made. */
  directRooms: Pick<RoomSummary, "roomID" | "people">[];
};

export default function Inbox(props: InboxProps) {
  const known = useSignal<Pick<InboxProps, "inbox" | "saved">>(props);
  /** By key, what was taken out of what is saved while one is at the list: it keeps its row, so that nothing moves under the pointer, and can be saved again. */
  const takenOut = useSignal<ReadonlyMap<string, SavedItem>>(new Map());
  /** What did not work, and with which message. */
  const problem = useSignal<{ key: string; text: string } | undefined>(
    undefined,
  );
  const today = useToday();
  const replica = userReplica.value;
  useEffect(
    () => replica && onKnown(replica, inboxIn, (all) => known.value = all),
    [replica],
  );

  const { inbox, saved } = known.value;
  const savedKeys = new Set(saved.map(keyOf));
  const removed = [...takenOut.value]
    .flatMap(([key, item]) => savedKeys.has(key) ? [] : item);
  const rows = [...saved, ...removed].sort((a, b) => b.savedAt - a.savedAt);
  const names = useMemo(
    () => namesToFind([props.user, ...[...inbox, ...rows].map(authorOf)]),
    [known.value],
  );
  const { page } = useRooms(props.user.userID, NO_ROOMS, () => ALL_ROOMS);
  const peopleIn = new Map(
    [...props.directRooms, ...page.value.rooms]
      .map(({ roomID, people }) => [roomID, people]),
  );

  async function toggle(item: InboxItem | SavedItem) {
    const key = keyOf(item);
    const isSaved = savedKeys.has(key);
    problem.value = undefined;
    if (isSaved && "savedAt" in item) {
      takenOut.value = new Map(takenOut.peek()).set(key, item);
    }
    try {
      const { room: _, unread: _1, why: _2, ...copy } = item as InboxItem;
      await setSaved(replica!, copy, !isSaved, savedKeys.size);
    } catch (error) {
      problem.value = { key, text: errorWords(error) };
    }
  }

  function leaveList() {
    takenOut.value = new Map();
    problem.value = undefined;
  }

  const list = (items: (InboxItem | SavedItem)[]) => (
    <ul>
      {items.map((item) => {
        const key = keyOf(item);
        const isSaved = savedKeys.has(key);
        const isUnread = "unread" in item && item.unread;
        const isRemoved = "savedAt" in item && !isSaved;
        const label = isSaved ? words.unsave : words.save;
        return (
          <li
            key={key}
            class={isUnread ? "unread" : isRemoved ? "removed" : undefined}
          >
            <Item
              item={item}
              today={today}
              names={names}
              people={peopleIn.get(item.roomID)}
            />
            {replica && (
              <button
                type="button"
                class={isSaved ? "icon later saved" : "icon later"}
                title={label}
                onClick={() => toggle(item)}
              >
                {label}
              </button>
            )}
            {problem.value?.key === key && (
              <Refusal text={problem.value.text} />
            )}
          </li>
        );
      })}
    </ul>
  );
  return (
    <>
      <fieldset class="row which" onChange={leaveList}>
        <legend class="hidden">{words.which}</legend>
        {(["inbox", "saved"] as const).map((kind) => (
          <label key={kind}>
            <input
              type="radio"
              name="kind"
              value={kind}
              {...initiallyChecked(kind === "inbox")}
            />
            <span>{words[kind]}</span>
          </label>
        ))}
      </fieldset>
      <section class="for-you" aria-label={words.inbox}>
        {inbox.length > 0
          ? list(inbox)
          : <p class="empty">{words.noneForYou}</p>}
      </section>
      <section class="kept" aria-label={words.saved}>
        {rows.length > 0 ? list(rows) : <p class="empty">{words.noneSaved}</p>}
      </section>
    </>
  );
}

const keyOf = ({ roomID, id }: MessageCopy) => `${roomID}/${id}`;
const authorOf = ({ from }: MessageCopy) => ({ name: from });

type ItemProps = {
  item: InboxItem | SavedItem;
  /** When today began; undefined until hydration. */
  today: number | undefined;
  /** Who may be mentioned in it, as far as that is known. */
  names: Names;
  /** The others in its room of direct messages, if it is in one that is known. */
  people: readonly Person[] | undefined;
};

/** Who wrote what where, and why it is here: a link to it. */
function Item({ item, today, names, people = [] }: ItemProps) {
  const { id, roomID, authorID, from, content, createdAt, fileCount: n } = item;
  const others = people.filter((each) => each.id !== authorID)
    .map(({ name }) => name);
  const why = "why" in item && item.why !== "direct"
    ? words.why[item.why]
    : others.length > 0
    ? words.inDirect
    : "·";
  return (
    <a href={`/rooms/${roomID}#${elementIDOf(id)}`}>
      <Avatar id={authorID} name={from} />
      <span class="by">
        {"unread" in item && item.unread && (
          <span class="hidden">{words.unread}</span>
        )}
        <strong dir="auto">{from}</strong> <span class="why">{why}</span>{" "}
        <bdi>{item.room ?? words.direct(others)}</bdi>
      </span>
      <When at={createdAt} today={today} />
      <span class="text" dir="auto">
        {/* As in the room, a name is set apart and does not turn the text round. */}
        {splitAtMentions(content || fileCount(n), names).map((
          { text, mention },
          i,
        ) => mention ? <bdi key={i}>{text}</bdi> : <span key={i}>{text}</span>)}
      </span>
    </a>
  );
}

const dayFormat = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });

/** The time of today or the day, short enough for a line of a phone. */
function When({ at, today }: { at: number; today: number | undefined }) {
  if (today === undefined) {
    return <span class="when">{dayInWords(at, today)}</span>;
  }
  return (
    <span class="when">
      {at >= today
        ? <Timestamp at={at} local />
        : (
          <time dateTime={new Date(at).toISOString()} title={fullDate(at)}>
            {dayFormat.format(at)}
          </time>
        )}
    </span>
  );
}
