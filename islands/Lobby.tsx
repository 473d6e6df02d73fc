// The rooms that one can look at, and a search among them and one's own.
import "./parts/shared/shared_chunk.ts";
import { useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { cutText } from "../lib/chat/graphemes.ts";
import { MAX_TOPIC } from "../lib/chat/lengths.ts";
import { roomFinder } from "../lib/chat/room_finder.ts";
import { fileCount } from "../lib/chat/strings/files.ts";
import { lobbyStrings } from "../lib/chat/strings/lobby.ts";
import { roomStrings } from "../lib/chat/strings/room.ts";
import type { RoomPage, RoomSummary } from "../lib/chat/views.ts";
import { coalesce } from "../lib/replica/coalesce.ts";
import { dayInWords, Timestamp, useToday } from "./parts/shared/Timestamp.tsx";
import { initialValue } from "./parts/shared/initial_value.ts";
import { unreadIn } from "./parts/shared/room_store.ts";
import { UnreadCount } from "./parts/shared/UnreadCount.tsx";
import { useRooms } from "./parts/rooms/useRooms.ts";
import {
  fetchRooms,
  type RoomQuery,
  searchOf,
} from "./parts/shared/fetch_rooms.ts";

const words = lobbyStrings;

/** In milliseconds, between two searches while somebody types. */
const MIN_SEARCH_INTERVAL = 200;
/** Of a last message, in graphemes: what a card has room for. */
const MAX_LAST = 100;

export type LobbyProps = {
  userID: string;
  page: RoomPage;
  /** What is sought, and where the page begins in the list, if it is not the first. */
  q: string;
  after?: string;
  mayMakeRooms: boolean;
  /** Whether one's own rooms stand beside it: then they are here only where they are sought. */
  isBesideList?: boolean;
};

export default function Lobby(props: LobbyProps) {
  const query = useRef<RoomQuery>({ q: props.q, after: props.after });
  const { page, look } = useRooms(
    props.userID,
    props.page,
    () => query.current,
  );
  const field = useRef<HTMLInputElement>(null);
  const today = useToday();
  const sought = useSignal(props.q);
  /** The pages that were asked for behind the first. */
  const more = useSignal<RoomPage | undefined>(undefined);
  const search = useMemo(() => coalesce(look, MIN_SEARCH_INTERVAL), []);

  const { next } = more.value ?? page.value;
  const first = new Set(page.value.rooms.map(({ roomID }) => roomID));
  const rest = more.value?.rooms.filter(({ roomID }) => !first.has(roomID));
  // At once, and without a network; the server knows more of them.
  const found = [...page.value.rooms, ...rest ?? []]
    .filter(roomFinder(sought.value));
  const yours = found.filter(({ member }) => member);
  const others = found.filter(({ member }) => !member);
  const isFirst = sought.value === "" && !query.current.after;
  const showsYours = !props.isBesideList || sought.value !== "";

  function find() {
    const { value } = field.current!;
    sought.value = value;
    query.current = { q: value };
    more.value = undefined;
    search();
  }
  useEffect(() => {
    if (field.current!.value !== props.q) find(); // typed before
  }, []);

  async function showMore(after: string) {
    const { q } = query.current;
    const news = await fetchRooms({ q, after });
    if (q !== query.current.q) return;
    const before = more.peek()?.rooms ?? [];
    more.value = { rooms: [...before, ...news.rooms], next: news.next };
  }

  return (
    <>
      <form
        class="filter"
        role="search"
        action="/"
        onSubmit={(event) => event.preventDefault()}
      >
        <input
          ref={field}
          type="search"
          name="q"
          dir="auto"
          aria-label={words.find}
          placeholder={words.find}
          {...initialValue(props.q)}
          maxLength={MAX_TOPIC}
          autocomplete="off"
          enterkeyhint="search"
          onInput={find}
        />
      </form>
      {isFirst && yours.length === 0 && (
        <p class="empty">
          {props.mayMakeRooms ? words.noneOfYours : words.noneOfYoursToJoin}
        </p>
      )}
      {showsYours && yours.length > 0 && (
        <section>
          <h2>{words.yours}</h2>
          <RoomCards rooms={yours} today={today} />
        </section>
      )}
      {others.length > 0 && (
        <section>
          <h2>{words.others}</h2>
          <p class="hint">{words.joining}</p>
          <RoomCards rooms={others} today={today} />
        </section>
      )}
      {props.isBesideList && isFirst && !next && others.length === 0 && (
        <p class="empty">{words.noOthers}</p>
      )}
      <p class="none-found" role="status">
        {sought.value !== "" && found.length === 0 &&
          (next ? words.noneFoundYet : words.noneFound)}
      </p>
      {next && (
        <a
          class="button quiet"
          href={`/${searchOf({ q: sought.value, after: next })}`}
          onClick={(event) => {
            event.preventDefault();
            const { href } = event.currentTarget;
            // Then as without a script: what is wrong there is said there.
            showMore(next).catch(() => location.assign(href));
          }}
        >
          {words.more}
        </a>
      )}
    </>
  );
}

type RoomCardsProps = {
  rooms: RoomSummary[];
  /** When today began; undefined until hydration. */
  today: number | undefined;
};

function RoomCards({ rooms, today }: RoomCardsProps) {
  return (
    <ul class="room-cards">
      {rooms.map((room) => (
        <li key={room.roomID}>
          <a href={`/rooms/${room.roomID}`}>
            <strong dir="auto">{room.name}</strong>
            {room.visibility === "private" && (
              <span class="badge">{words.private}</span>
            )}
            <span class="when">{whenOf(room, today)}</span>
            {!(room.member && room.last) && (
              <span class="topic" dir="auto">{room.topic}</span>
            )}
            <span class="last">{lastOf(room)}</span>
            {unreadIn(room) > 0 && (
              <UnreadCount unread={unreadIn(room)} mention={room.mention} />
            )}
          </a>
        </li>
      ))}
    </ul>
  );
}

function whenOf({ onDevice, lastAt }: RoomSummary, today: number | undefined) {
  if (onDevice === false) return words.notOnDevice;
  if (lastAt === null) return null;
  return today !== undefined && lastAt >= today
    ? <Timestamp at={lastAt} local />
    : dayInWords(lastAt, today);
}

/** Who wrote what last. */
function lastOf({ last, onDevice }: RoomSummary) {
  if (last?.from === "") return roomStrings.messages.blocked;
  if (last) {
    // Each in its own direction: a name does not turn the line round.
    return (
      <>
        <bdi>{last.from}</bdi>:{" "}
        <bdi>
          {cutText(last.content, MAX_LAST) || fileCount(last.fileCount)}
        </bdi>
      </>
    );
  }
  return onDevice === false ? "" : words.noMessages;
}
