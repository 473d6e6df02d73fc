// A person's inbox, and what they have saved for later: as the page's HTML has it, then as their own copy does.
import "./parts/shared/shared_chunk.ts";
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { inboxIn, type InboxItem, type SavedItem } from "../lib/chat/inbox.ts";
import type { RoomSummary } from "../lib/chat/views.ts";
import type { MessageCopy } from "../lib/chat/schema.ts";
import { fileCount } from "../lib/chat/strings/files.ts";
import { inboxStrings } from "../lib/chat/strings/inbox.ts";
import { setSaved } from "./parts/message/save_for_later.ts";
import { Avatar } from "./parts/shared/Avatar.tsx";
import { errorWords } from "./parts/shared/error_words.ts";
import { initiallyChecked } from "./parts/shared/initial_value.ts";
import { elementIDOf } from "./parts/shared/message_link.ts";
import { onKnown } from "./parts/shared/on_known.ts";
import { userReplica } from "./parts/shared/room_store.ts";
import { dayInWords, Timestamp, useToday } from "./parts/shared/Timestamp.tsx";

const words = inboxStrings;

type InboxProps = {
  inbox: InboxItem[];
  saved: SavedItem[];
  /** What rooms of direct messages are called to this person. */
  directRooms: Pick<RoomSummary, "roomID" | "name">[];
};

export default function Inbox(props: InboxProps) {
  const directNames = new Map(
    props.directRooms.map(({ roomID, name }) => [roomID, name]),
  );
  const known = useSignal<Pick<InboxProps, "inbox" | "saved">>(props);
  const problem = useSignal("");
  const today = useToday();
  const replica = userReplica.value;
  useEffect(
    () => replica && onKnown(replica, inboxIn, (all) => known.value = all),
    [replica],
  );

  const { inbox, saved } = known.value;
  const savedKeys = new Set(saved.map(keyOf));

  async function toggle(item: InboxItem | SavedItem) {
    problem.value = "";
    try {
      const { room: _, unread: _1, why: _2, ...copy } = item as InboxItem;
      const isSaved = savedKeys.has(keyOf(item));
      await setSaved(replica!, copy, !isSaved, savedKeys.size);
    } catch (error) {
      problem.value = errorWords(error);
    }
  }

  const list = (items: (InboxItem | SavedItem)[]) => (
    <ul>
      {items.map((item) => {
        const isSaved = savedKeys.has(keyOf(item));
        const isUnread = "unread" in item && item.unread;
        const label = isSaved ? words.unsave : words.save;
        return (
          <li key={keyOf(item)} class={isUnread ? "unread" : undefined}>
            <Item
              item={item}
              today={today}
              directName={directNames.get(item.roomID)}
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
          </li>
        );
      })}
    </ul>
  );
  return (
    <>
      <fieldset class="row which">
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
      {problem.value && <p class="refusal" role="alert">{problem.value}</p>}
      <section class="for-you" aria-label={words.inbox}>
        {inbox.length > 0
          ? list(inbox)
          : <p class="empty">{words.noneForYou}</p>}
      </section>
      <section class="kept" aria-label={words.saved}>
        {saved.length > 0
          ? list(saved)
          : <p class="empty">{words.noneSaved}</p>}
      </section>
    </>
  );
}

const keyOf = ({ roomID, id }: MessageCopy) => `${roomID}/${id}`;

type ItemProps = {
  item: InboxItem | SavedItem;
  /** When today began; undefined until hydration. */
  today: number | undefined;
  /** What its room of direct messages is called, if it is in one that is known. */
  directName: string | undefined;
};

/** Who wrote what where, and why it is here: a link to it. */
function Item({ item, today, directName = words.direct }: ItemProps) {
  const { id, roomID, authorID, from, content, createdAt, fileCount: n } = item;
  const why = "why" in item ? item.why : undefined;
  return (
    <a href={`/rooms/${roomID}#${elementIDOf(id)}`}>
      <Avatar id={authorID} name={from} />
      <span class="by">
        {"unread" in item && item.unread && (
          <span class="hidden">{words.unread}</span>
        )}
        <strong dir="auto">{from}</strong> {why && words.why[why]}{" "}
        {why !== "direct" && <bdi>{item.room ?? directName}</bdi>}
      </span>
      <span class="when">
        {today !== undefined && createdAt >= today
          ? <Timestamp at={createdAt} local />
          : dayInWords(createdAt, today)}
      </span>
      <span class="text" dir="auto">{content || fileCount(n)}</span>
    </a>
  );
}
