// The navigation between rooms, with the number of unread messages: in the list, and in the title.
import { useEffect, useRef } from "preact/hooks";
import { roomStrings } from "../../../lib/chat/strings/room.ts";
import { unreadAfter } from "../../../lib/chat/read_state.ts";
import type { RoomSummary } from "../../../lib/chat/views.ts";
import { openRoomID } from "../shared/room_navigation.ts";
import { listedRooms, readSeqs, roomNames } from "../shared/room_store.ts";
import { shortly, UnreadCount } from "../shared/UnreadCount.tsx";
import { useRoomKeys } from "./useRoomKeys.ts";

const words = roomStrings.rooms;

type RoomNavProps = {
  rooms: RoomSummary[];
  /** The room of the address; undefined where none is chosen. */
  current?: string;
};

// On a narrow screen the list is a popover behind the button; on a wide one
// the stylesheet shows it beside the room. Neither needs a script.
export function RoomNav({ rooms: html, current }: RoomNavProps) {
  const isOfHTML = useRef(true);
  const listed = listedRooms.value;
  const rooms = isOfHTML.current ? html : listed;
  const unread = (room: RoomSummary) =>
    unreadAfter(room, readSeqs.value.get(room.roomID) ?? 0);
  const all = rooms.reduce((sum, room) => sum + unread(room), 0);

  useEffect(() => {
    const title = document.title.replace(/^\(\d+\+?\) /, "");
    document.title = all > 0 ? `(${shortly(all)}) ${title}` : title;
  }, [all]);
  useEffect(() => {
    isOfHTML.current = false;
    listedRooms.value = html;
  }, []);

  useRoomKeys();

  const list = useRef<HTMLDivElement>(null);
  const open = openRoomID.value ?? current;
  useEffect(() => {
    list.current?.hidePopover?.();
    list.current?.querySelector("[aria-current]")
      ?.scrollIntoView({ block: "nearest", behavior: "instant" });
  }, [open]);

  return (
    <>
      <button type="button" class="quiet" popovertarget="rooms">
        {words.label}
        {all > 0 && <span class="hidden">{words.unread(all)}</span>}
      </button>
      {all > 0 && <span class="some-unread" aria-hidden="true" />}
      <div id="rooms" ref={list} popover="auto">
        <ul>
          {rooms.map((room) => (
            <li key={room.roomID}>
              <RoomLink
                room={room}
                current={room.roomID === open}
                unread={unread(room)}
              />
            </li>
          ))}
        </ul>
        <a class="all" href="/">{words.all}</a>
      </div>
    </>
  );
}

type RoomLinkProps = { room: RoomSummary; current: boolean; unread: number };

function RoomLink({ room, current, unread }: RoomLinkProps) {
  const classes = [room.visibility, unread > 0 && "unread"];
  return (
    <a
      href={`/rooms/${room.roomID}`}
      class={classes.filter(Boolean).join(" ")}
      aria-current={current ? "page" : undefined}
    >
      <span class="name" dir="auto">
        {roomNames.value.get(room.roomID) ?? room.name}
      </span>
      {room.visibility === "private" && (
        <span class="hidden">{words.private}</span>
      )}
      {unread > 0 && <UnreadCount unread={unread} mention={room.mention} />}
    </a>
  );
}
