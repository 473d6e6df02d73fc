// The rooms: the one that is open, and the way from one to another without loading a page.
import "./parts/shared/shared_chunk.ts";
import { effect, useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { roomStrings } from "../lib/chat/strings/room.ts";
import type { BlockedPerson } from "../lib/chat/schema.ts";
import type { RoomView, User } from "../lib/chat/views.ts";
import { loadParser, type RichTextByID } from "./parts/message/useRichText.ts";
import { firstView, OpenRoom, OpenRooms } from "./parts/room/open_rooms.ts";
import { keepOpening } from "./parts/room/own_replica.ts";
import { Room } from "./parts/room/Room.tsx";
import {
  lazyParts,
  loadLazyParts,
  onFirstInteraction,
} from "./parts/room/lazy.ts";
import { RoomNav as Nav, type RoomNavProps } from "./parts/rooms/RoomNav.tsx";
import { RoomPlaceholder } from "./parts/room/RoomPlaceholder.tsx";
import { useBlocked } from "./parts/room/useBlocked.ts";
import {
  followAddress,
  openRoomID,
  showRoomName,
} from "./parts/shared/room_navigation.ts";
import { nameOfRoom, userReplica } from "./parts/shared/room_store.ts";

// An island, too: two scripts of one page would say much twice.
export const RoomNav = (props: Omit<RoomNavProps, "keepOpening">) => (
  <Nav {...props} keepOpening={keepOpening} />
);

export type RoomOnPage = {
  /** The room of the address; undefined on the page that is stored for all rooms. */
  view?: RoomView;
  /** What the server has parsed of it. */
  richText?: RichTextByID;
  /** Whom the person has blocked, where there is no view that says so. */
  blocked?: readonly BlockedPerson[];
};

type RoomsProps = RoomOnPage & { user: User };

const NOTHING: RichTextByID = new Map();

export default function Rooms(props: RoomsProps) {
  const { user, view, richText = NOTHING } = props;
  const rooms = useMemo(() => new OpenRooms(user), []);
  const shown = useSignal(
    useMemo(() => view && new OpenRoom(user, view.room.id, view), []),
  );
  const announcement = useSignal("");
  /** Whether the room is still the one of the page's HTML, as it was there. */
  const isHTML = useRef(true);

  useEffect(() => {
    if (shown.value) rooms.add(shown.value);
    const end = followAddress();
    return () => {
      end();
      rooms.close();
      userReplica.peek()?.close();
    };
  }, []);

  // At once: `useSignalEffect` waits for a frame, in which keys went to the room before.
  useEffect(() =>
    effect(() => {
      const roomID = openRoomID.value;
      if (roomID === shown.peek()?.roomID) return;
      if (!roomID) {
        shown.value = undefined;
        showRoomName(roomStrings.rooms.label);
        return;
      }
      isHTML.current = false;
      shown.value = rooms.show(roomID);
      announcement.value = nameOfRoom(roomID) ?? roomStrings.room.unknown;
      showRoomName(announcement.value);
      loadParser().catch(() => {}); // until then texts are shown as they were typed
      // So that the composer takes the focus.
      (document.activeElement as HTMLElement | null)?.blur();
    }), []);

  const open = shown.value;
  const isThere = open?.isThere.value;
  const initialView = useMemo(() => {
    if (isHTML.current) return view;
    return isThere && open?.view ? firstView(open.view, open.place) : undefined;
  }, [open, isThere]);

  const blocked = useBlocked(
    view?.blocked ?? props.blocked,
    userReplica.value,
    !view,
  );

  // What matters more comes first: the room that is open, if it comes.
  const isReady = !open || open.readable !== undefined || open.failed ||
    open.status.paused !== undefined || !open.status.online;
  const needsOwn = isReady && !userReplica.value;
  useEffect(() => {
    if (!needsOwn) return;
    // And what an earlier visit has left in rooms that nobody has opened yet.
    return keepOpening(user.userID, () => rooms.openUnsent());
  }, [needsOwn]);

  useEffect(() =>
    onFirstInteraction((retry) => {
      Promise.all([loadLazyParts(), loadParser()]).catch(retry);
    }), []);
  // The rooms beside it, and files that go out: nobody waits for them.
  const workBesides = lazyParts.value?.workBesides;
  useEffect(() => workBesides?.(user, rooms), [workBesides]);

  return (
    <>
      <p class="hidden" role="status" dir="auto">{announcement}</p>
      {open && initialView
        ? (
          <Room
            key={open.roomID}
            user={user}
            open={open}
            initialView={initialView}
            richText={isHTML.current ? richText : NOTHING}
            userReplica={userReplica.value}
            blocked={blocked}
          />
        )
        : <RoomPlaceholder open={open} />}
    </>
  );
}
