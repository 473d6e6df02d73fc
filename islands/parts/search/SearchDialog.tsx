// The search: a box, and below it the rooms, people and messages that were found, all by keyboard.
import "../shared/shared_chunk.ts";
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect, useId, useMemo, useRef } from "preact/hooks";
import { roomFinder } from "../../../lib/chat/room_finder.ts";
import { deviceStrings } from "../../../lib/chat/strings/device.ts";
import { roomListStrings } from "../../../lib/chat/strings/room_list.ts";
import {
  type ExcerptPiece,
  relevance,
  searchable,
  termsOf,
} from "../../../lib/chat/text_search.ts";
import type { RoomSummary } from "../../../lib/chat/views.ts";
import { fetchRooms } from "../shared/fetch_rooms.ts";
import { isComposing } from "../shared/keys.ts";
import { mentionHash } from "../shared/mention_link.ts";
import { elementIDOf } from "../shared/message_link.ts";
import { openRoomID } from "../shared/room_navigation.ts";
import { listedRooms } from "../shared/room_store.ts";
import {
  type Found,
  type FoundPerson,
  openSearch,
  type Search,
} from "./search_index.ts";

const words = deviceStrings.search;

/** In UTF-16 units. Each word of a query is looked for in each message. */
const MAX_QUERY = 200;
const MAX_ROOMS = 7;

type SearchDialogProps = { userID: string; onClose: () => void };

export function SearchDialog({ userID, onClose }: SearchDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const text = useSignal("");
  const search = useSignal<Search | undefined>(undefined);
  const failed = useSignal(false);
  // A page with a room has them; elsewhere they come.
  const allRooms = useSignal<readonly RoomSummary[]>(listedRooms.peek());

  useEffect(() => {
    dialog.current?.showModal();
    if (allRooms.peek().length === 0) {
      fetchRooms().then(({ rooms }) => allRooms.value = rooms, () => {});
    }
    openSearch(userID).then(
      (opened) => search.value = opened,
      (error) => {
        failed.value = true;
        console.error(error);
      },
    );
  }, []);

  const found = useMemo(() => search.value?.(text.value), [
    search.value,
    text.value,
  ]);
  const rooms = useMemo(
    () => roomsWith(text.value, allRooms.value),
    [allRooms.value, text.value],
  );
  const status = failed.value
    ? words.failed
    : found
    ? words.found({ ...found, rooms })
    : words.hint;

  /** The arrows move through the results, and back to the box. */
  function onKeyDown(event: KeyboardEvent) {
    if (isComposing(event)) return;
    // In a search box the browser's own Escape only empties it.
    if (event.key === "Escape") dialog.current?.close();
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const stops = [
      ...dialog.current!.querySelectorAll<HTMLElement>("input, li a"),
    ];
    const at = stops.indexOf(document.activeElement as HTMLElement) + step;
    stops[Math.max(0, Math.min(at, stops.length - 1))].focus();
  }

  return (
    <dialog
      ref={dialog}
      class="search"
      aria-label={words.title}
      onClose={onClose}
      onKeyDown={onKeyDown}
      // A click outside of it.
      onClick={(event) =>
        event.target === dialog.current && dialog.current?.close()}
    >
      <form
        role="search"
        onSubmit={(event) => {
          event.preventDefault();
          dialog.current?.querySelector<HTMLElement>("li a")?.click();
        }}
      >
        <input
          type="search"
          aria-label={words.box}
          placeholder={words.placeholder}
          autocomplete="off"
          enterkeyhint="search"
          dir="auto"
          maxLength={MAX_QUERY}
          autofocus
          onInput={(event) => text.value = event.currentTarget.value}
        />
        <button
          type="button"
          class="quiet"
          onClick={() => dialog.current?.close()}
        >
          {words.close}
        </button>
      </form>
      <p class="hint" role="status">{status}</p>
      {/* What is followed leads away from here. */}
      <div class="results" onClick={closeAtLink}>
        <Group
          title={words.rooms}
          items={rooms.best.map((room) => (
            <RoomResult
              key={room.roomID}
              {...room}
            />
          ))}
        />
        <Group
          title={words.people}
          items={found?.people.best.map((person) => (
            <PersonResult key={person.userID} {...person} />
          ))}
        />
        <Group
          title={words.messages}
          items={found?.messages.best.map((each) => (
            <Result
              key={each.id}
              found={each}
            />
          ))}
        />
      </div>
    </dialog>
  );

  function closeAtLink({ target }: MouseEvent) {
    if ((target as Element).closest("a")) dialog.current?.close();
  }
}

/** The rooms to go to: those whose names begin with the words first, else in the order of the list. */
function roomsWith(
  query: string,
  all: readonly RoomSummary[],
): { count: number; best: RoomSummary[] } {
  const terms = termsOf(query);
  const found = all.filter(({ roomID }) => roomID !== openRoomID.peek())
    .filter(roomFinder(query))
    .map((room) => ({ room, rank: relevance(searchable(room.name), terms) }))
    .sort((a, b) => (b.rank ?? 0) - (a.rank ?? 0));
  const best = found.slice(0, MAX_ROOMS).map(({ room }) => room);
  return { count: found.length, best };
}

type GroupProps = { title: string; items: VNode[] | undefined };

function Group({ title, items = [] }: GroupProps) {
  const id = useId();
  if (items.length === 0) return null;
  return (
    <section>
      <h3 id={id}>{title}</h3>
      <ul aria-labelledby={id}>
        {items.map((item) => <li key={item.key}>{item}</li>)}
      </ul>
    </section>
  );
}

function RoomResult({ roomID, name, topic, visibility }: RoomSummary) {
  return (
    <a href={`/rooms/${roomID}`}>
      <span class="where">
        <strong dir="auto">{name}</strong>
        {visibility === "private" && (
          <span class="hidden">{roomListStrings.private}</span>
        )}
        {topic && " "}
        {topic && <span dir="auto">{topic}</span>}
      </span>
    </a>
  );
}

function PersonResult({ userID, name, tag, roomID, room }: FoundPerson) {
  return (
    <a href={`/rooms/${roomID}#${mentionHash(userID)}`}>
      <span class="where">
        <strong dir="auto">{name}</strong>
        {tag && <span class="name-tag">{tag}</span>}{" "}
        <span dir="auto">{room}</span>
      </span>
    </a>
  );
}

function Result({ found }: { found: Found }) {
  const { id, roomID, room, from, content, createdAt } = found;
  const time = new Date(createdAt);
  return (
    <a href={`/rooms/${roomID}#${elementIDOf(id)}`}>
      <span class="where">
        <strong dir="auto">
          <Excerpt pieces={from} />
        </strong>{" "}
        <span dir="auto">{room}</span>{" "}
        <time dateTime={time.toISOString()}>
          {time.toLocaleString(undefined, {
            dateStyle: "medium",
            timeStyle: "short",
          })}
        </time>
      </span>
      <span class="text" dir="auto">
        <Excerpt pieces={content} />
      </span>
    </a>
  );
}

function Excerpt({ pieces }: { pieces: readonly ExcerptPiece[] }) {
  return (
    <>
      {pieces.map(({ text, marked }, i) =>
        marked ? <mark key={i}>{text}</mark> : text
      )}
    </>
  );
}
