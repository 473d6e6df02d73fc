// The search: a box, and below it the rooms, people and messages that were found, all by keyboard.
import "../shared/shared_chunk.ts";
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { isListed } from "../../../lib/chat/direct.ts";
import { roomFinder } from "../../../lib/chat/room_finder.ts";
import {
  hasFilters,
  MAX_QUERY,
  parseQuery,
} from "../../../lib/chat/search_query.ts";
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
import { Avatar } from "../shared/Avatar.tsx";
import { showDirect } from "../shared/direct_messages.ts";
import { isComposing } from "../shared/keys.ts";
import { mentionHash } from "../shared/mention_link.ts";
import { elementIDOf } from "../shared/message_link.ts";
import { openRoomID } from "../shared/room_navigation.ts";
import { listedRooms } from "../shared/room_store.ts";
import {
  type Found,
  type FoundPerson,
  openSearch,
  openServerSearch,
  type Search,
} from "./search_index.ts";
import { type ServerFound, useServerSearch } from "./server_search.ts";

const words = deviceStrings.search;

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
      async (error) => {
        failed.value = true;
        console.error(error);
        search.value = await openServerSearch(userID);
      },
    );
  }, []);

  const query = useMemo(() => parseQuery(text.value), [text.value]);
  const server = useServerSearch(query);
  const onServer = server.found;
  const found = useMemo(() => search.value?.(query, onServer.messages), [
    search.value,
    query,
    onServer.messages,
  ]);
  const rooms = useMemo(
    () =>
      hasFilters(query)
        ? { count: 0, best: [] }
        : roomsWith(query.terms.join(" "), allRooms.value, userID),
    [allRooms.value, query],
  );
  const isEverywhere = onServer.state === "done";
  const next = onServer.page?.next;
  const isFailed = onServer.state === "failed";
  const status = found
    ? words.found({ ...found, rooms }, isEverywhere, Boolean(next))
    : words.hint;
  const about = [
    failed.value && words.failed,
    found && wordsAbout(onServer),
  ].filter(Boolean).join(" ");

  /** The arrows move through the results, and back to the box. */
  function onKeyDown(event: KeyboardEvent) {
    if (isComposing(event)) return;
    // In a search box the browser's own Escape only empties it.
    if (event.key === "Escape") dialog.current?.close();
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const stops = [
      ...dialog.current!.querySelectorAll<HTMLElement>(
        "input, li :is(a, button), .more",
      ),
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
      <div class="found hint">
        <p role="status">{status}</p>
        {/* That it goes on is not worth being told with each letter. */}
        <p aria-live={onServer.state === "asking" ? "off" : "polite"}>
          {about}
        </p>
      </div>
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
            <PersonResult key={person.id} {...person} />
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
        {(next || isFailed) && (
          <button
            type="button"
            class="quiet more"
            onClick={() => {
              server.more();
              // Until there is an answer there is no such button.
              if (!next) dialog.current?.querySelector("input")?.focus();
            }}
          >
            {isFailed ? words.again : words.more}
          </button>
        )}
      </div>
    </dialog>
  );

  function closeAtLink({ target }: MouseEvent) {
    if ((target as Element).closest("li :is(a, button)")) {
      dialog.current?.close();
    }
  }
}

/** How far the server has been asked, where that is not all. */
function wordsAbout({ state, page }: ServerFound): string {
  if (state === "asking") return words.asking;
  if (state === "failed") return page ? words.notNow : words.onlyDevice;
  return [
    page?.until !== undefined && words.until(new Date(page.until)),
    page?.incomplete && words.incomplete,
  ].filter(Boolean).join(" ");
}

/** The rooms to go to: those whose names begin with the words first, else in the order of the list. */
function roomsWith(
  query: string,
  all: readonly RoomSummary[],
  userID: string,
): { count: number; best: RoomSummary[] } {
  const terms = termsOf(query);
  const found = all.filter(({ roomID }) => roomID !== openRoomID.peek())
    .filter((room) => isListed(room, userID, undefined))
    .filter(roomFinder(query))
    .map((room) => ({ room, rank: relevance(searchable(room.name), terms) }))
    .sort((a, b) => (b.rank ?? 0) - (a.rank ?? 0));
  const best = found.slice(0, MAX_ROOMS).map(({ room }) => room);
  return { count: found.length, best };
}

type GroupProps = { title: string; items: VNode[] | undefined };

function Group({ title, items = [] }: GroupProps) {
  if (items.length === 0) return null;
  return (
    <section>
      <h3>{title}</h3>
      <ul aria-label={title}>
        {items.map((item) => <li key={item.key}>{item}</li>)}
      </ul>
    </section>
  );
}

function RoomResult(room: RoomSummary) {
  const { roomID, name, topic, visibility, people } = room;
  return (
    <a href={`/rooms/${roomID}`}>
      {people?.length === 1 && <Avatar {...people[0]} />}
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

function PersonResult(person: FoundPerson) {
  const { id, name, tag, roomID, room } = person;
  const peoplePage = `/rooms/${roomID}/people#person-${id}`;
  return (
    <>
      <a href={`/rooms/${roomID}#${mentionHash(id)}`}>
        <Avatar {...person} />
        <span class="where">
          <strong dir="auto">{name}</strong>
          {tag && <span class="name-tag">{tag}</span>}{" "}
          <span dir="auto">{room}</span>
        </span>
      </a>
      <button
        type="button"
        class="quiet to-person"
        onClick={() =>
          showDirect([person])
            // Where one can try it again, and is told why not.
            .catch(() => location.assign(peoplePage))}
      >
        {words.message}
        <span class="hidden">{` ${name}`}</span>
      </button>
    </>
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
