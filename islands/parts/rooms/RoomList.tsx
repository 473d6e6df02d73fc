// The list of rooms: one's own, and by a choice that needs no script the others.
import type { ComponentChildren } from "preact";
import { roomListStrings } from "../../../lib/chat/strings/room_list.ts";
import type { RoomSummary } from "../../../lib/chat/views.ts";
import { unreadAfter } from "../../../lib/chat/read_state.ts";
import { initiallyChecked } from "../shared/initial_value.ts";
import { UnreadCount } from "../shared/UnreadCount.tsx";

const words = roomListStrings;

export type RoomListProps = {
  /** One's own in the order of use, then the others. */
  rooms: RoomSummary[];
  /** The roomID of the room of the address; undefined where none is chosen. */
  current?: string;
  mayMakeRooms: boolean;
};

/** What is added once the list is alive: what each row of one's own rooms has at its end, what leads to the next unread one. */
type Additions = {
  /** By roomID, the last `seq` that was read, where that is newer than the list. */
  reads?: ReadonlyMap<string, number>;
  optionsOf?: (room: RoomSummary) => ComponentChildren;
  nextUnread?: ComponentChildren;
};

export function RoomList(props: RoomListProps & Additions) {
  const { rooms, current, mayMakeRooms, optionsOf } = props;
  const readOf = ({ roomID }: RoomSummary) => props.reads?.get(roomID) ?? 0;
  const items = (member: boolean) => {
    const those = rooms.filter((room) => room.member === member);
    if (those.length === 0) {
      return (
        <li class="hint">{member ? words.noneOfYours : words.noOthers}</li>
      );
    }
    return those.map((room) => (
      <li key={room.roomID}>
        <RoomLink
          room={room}
          unread={unreadAfter(room, readOf(room))}
          current={room.roomID === current}
        />
        {member && optionsOf?.(room)}
      </li>
    ));
  };
  return (
    <>
      <p class="row ways">
        {mayMakeRooms && (
          <a class="button quiet new" href="/new">{words.create}</a>
        )}
        <a class="button quiet find" href="/#content">{words.find}</a>
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
      <ul class="yours">{items(true)}</ul>
      <ul class="others">{items(false)}</ul>
    </>
  );
}

type RoomLinkProps = { room: RoomSummary; unread: number; current: boolean };

function RoomLink({ room, unread, current }: RoomLinkProps) {
  const { roomID, name, visibility, favourite, notify, mention } = room;
  const isAbsent = room.onDevice === false;
  const classes = [
    visibility,
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
    >
      <span class="name" dir="auto">{name}</span>
      <span class="hidden">
        {visibility === "private" && words.private}
        {favourite && words.favourite}
        {notify === "muted" && words.muted}
        {isAbsent && words.absent}
      </span>
      {unread > 0 && <UnreadCount unread={unread} mention={mention} />}
    </a>
  );
}
