// The navigation between rooms, as pages have it in their HTML.
import type { ComponentChildren } from "preact";
import { roomStrings } from "../../../lib/chat/strings/room.ts";
import { RoomList, type RoomListProps } from "./RoomList.tsx";

type RoomsNavigationProps = RoomListProps & {
  /** The island that brings it to life. */
  children: ComponentChildren;
};

// In a room on a narrow screen the list is a popover behind the island's
// button; else the stylesheet shows it. Neither needs a script.
export const RoomsNavigation = (
  { children, ...list }: RoomsNavigationProps,
) => (
  <nav class="rooms" aria-label={roomStrings.rooms.label}>
    {children}
    <div id="rooms" popover="auto">
      <RoomList {...list} />
    </div>
  </nav>
);
