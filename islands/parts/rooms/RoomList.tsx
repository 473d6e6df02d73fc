// The list of rooms: one's own, by a choice that needs no script the others, and direct messages.
import type { ComponentChildren } from "preact";
import { isListed } from "../../../lib/chat/direct.ts";
import { roomListStrings } from "../../../lib/chat/strings/room_list.ts";
import type { Person, RoomSummary } from "../../../lib/chat/views.ts";
import { unreadAfter } from "../../../lib/chat/read_state.ts";
import { asTheyStand } from "../../../lib/chat/room_order.ts";
import { Avatar } from "../shared/Avatar.tsx";
import { initiallyChecked } from "../shared/initial_value.ts";
import { UnreadCount } from "../shared/UnreadCount.tsx";

const words = roomListStrings;

export type RoomListProps = {
  userID: string;
  /** One's own in the order of use, then the others. */
  rooms: RoomSummary[];
  /** The roomID of the room of the address; undefined where none is chosen. */
  current?: string;
  mayMakeRooms: boolean;
  /** How much of the inbox is unread. */
  inboxUnread: number;
  /** Whether it is on the page of the inbox. */
  isInbox?: boolean;
};

/** What is added once the list is alive: what each row of one's own rooms has at its end, what leads to the next unread one, who is online. */
type Additions = {
  /** By roomID, the last `seq` that was read, where that is newer than the list. */
  reads?: ReadonlyMap<string, number>;
  /** By space, the userIDs of who is online, as far as that is known. */
  online?: ReadonlyMap<string, readonly string[]>;
  optionsOf?: (room: RoomSummary) => ComponentChildren;
  nextUnread?: ComponentChildren;
};

export function RoomList(props: RoomListProps & Additions) {
  const { userID, current, mayMakeRooms, optionsOf } = props;
  const rooms = props.rooms.filter((it) => isListed(it, userID, current));
  const readOf = ({ roomID }: RoomSummary) => props.reads?.get(roomID) ?? 0;
  const onlineIn = ({ space, people = [] }: RoomSummary) => {
    const online = props.online?.get(space) ?? [];
    return people.some(({ id }) => online.includes(id));
  };
  const items = (some: RoomSummary[]) =>
    some.map((room) => (
      <li key={room.roomID}>
        <RoomLink
          room={room}
          unread={unreadAfter(room, readOf(room))}
          current={room.roomID === current}
          isOnline={onlineIn(room)}
        />
        {room.member && optionsOf?.(room)}
      </li>
    ));
  const { yours, others, direct } = asTheyStand(rooms);
  return (
    <>
      <p class="row ways">
        {mayMakeRooms && (
          <a class="button quiet new" href="/new">{words.create}</a>
        )}
        <a class="button quiet find" href="/#content">{words.find}</a>
        <a
          class="button quiet inbox"
          href="/inbox"
          aria-current={props.isInbox ? "page" : undefined}
        >
          {words.inbox}
          {props.inboxUnread > 0 && (
            // All of it speaks to them, and says so by being there.
            <UnreadCount unread={props.inboxUnread} mention={false} />
          )}
        </a>
      </p>
      <fieldset class="row which">
        <legend class="hidden">{words.which}</legend>
        <label>
          <input
            type="radio"
            name="which"
            value="yours"
            {...initiallyChecked(true)}
          />
          <span>{words.yours}</span>
        </label>
        <label>
          <input type="radio" name="which" value="others" />
          <span>{words.others}</span>
        </label>
        {props.nextUnread}
      </fieldset>
      <ul class="yours">
        {items(yours)}
        {yours.length === 0 && <li class="hint">{words.noneOfYours}</li>}
      </ul>
      <ul class="others">
        {items(others)}
        {others.length === 0 && <li class="hint">{words.noOthers}</li>}
      </ul>
      <section class="direct" aria-labelledby="direct">
        <h2 id="direct">{words.direct}</h2>
        <a class="icon write" href="/messages" title={words.newMessage}>
          {words.newMessage}
        </a>
        <ul>{items(direct)}</ul>
      </section>
    </>
  );
}

type RoomLinkProps = {
  room: RoomSummary;
  unread: number;
  current: boolean;
  isOnline: boolean;
};

function RoomLink({ room, unread, current, isOnline }: RoomLinkProps) {
  const { roomID, name, visibility, favourite, notify, direct } = room;
  const isAbsent = room.onDevice === false;
  const classes = [
    direct ? "to-people" : visibility,
    unread > 0 && "unread",
    favourite && "favourite",
    notify,
    isAbsent && "absent",
  ];
  return (
    <a
      href={`/rooms/${roomID}`}
      class={classes.filter(Boolean).join(" ")}
      aria-current={current ? "page" : undefined}
      title={direct && room.topic}
    >
      {direct && <Faces people={room.people ?? []} isOnline={isOnline} />}
      <span class="name" dir="auto">{name}</span>
      <span class="hidden">
        {visibility === "private" && !direct && words.private}
        {isOnline && words.online}
        {favourite && words.favourite}
        {notify === "muted" && words.muted}
        {isAbsent && words.absent}
      </span>
      {unread > 0 && (
        // Each direct message counts as a mention, and says so by being one.
        <UnreadCount unread={unread} mention={room.mention && !direct} />
      )}
    </a>
  );
}

type FacesProps = { people: readonly Person[]; isOnline: boolean };

/** The face of the one other, or how many they all are. */
function Faces({ people, isOnline }: FacesProps) {
  const [one] = people;
  return (
    <span class={isOnline ? "face online" : "face"} aria-hidden="true">
      {people.length === 1
        ? <Avatar {...one} />
        : <span class="avatar several">{people.length + 1}</span>}
    </span>
  );
}
