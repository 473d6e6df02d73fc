// Stands for the list of rooms until one is at it: the button that opens it on a narrow screen, the number of unread messages in the title, and the keys.
import { useEffect } from "preact/hooks";
import { roomStrings } from "../../../lib/chat/strings/room.ts";
import { shortly } from "../../../lib/chat/read_state.ts";
import type { RoomSummary } from "../../../lib/chat/views.ts";
import { loadScript } from "../../../lib/replica/load_script.ts";
import {
  fedRooms,
  listedRooms,
  roomNames,
  unreadIn,
} from "../shared/room_store.ts";
import type { LiveList } from "./LiveRoomList.tsx";
import { useRoomKeys } from "./useRoomKeys.ts";

const words = roomStrings.rooms;

export type RoomNavProps = LiveList;

// The list itself is plain HTML: it stands beside this, and its script is
// loaded once it is used, or changes.
export function RoomNav(props: RoomNavProps) {
  const { rooms: html, opensOwn } = props;
  const fed = fedRooms.value ?? html;
  const listed = listedRooms.value;
  const all = (listed.length > 0 ? listed : html)
    .reduce((sum, room) => sum + unreadIn(room), 0);

  /** Throws where it can't be loaded now. */
  async function load() {
    const parts = await loadScript(() => import("./list_parts.ts"));
    parts.showRoomList(props);
    return parts;
  }
  // Where that fails the next event tries again.
  const prepare = () => void load().catch(console.warn);
  // Names are known once the room is used.
  const isUsed = opensOwn || roomNames.value.size > 0;
  useEffect(() => {
    if (isUsed || inText(fed) !== inText(html)) prepare();
  }, [isUsed, fed]);
  useEffect(() => {
    listedRooms.value = html;
    const list = document.querySelector("#rooms")!;
    list.querySelector("[aria-current]")
      ?.scrollIntoView({ block: "nearest", behavior: "instant" });
    for (const type of ["pointerenter", "focusin", "toggle"]) {
      list.addEventListener(type, prepare);
    }
  }, []);
  useRoomKeys(load);

  useEffect(() => {
    const title = document.title.replace(/^\(\d+\+?\) /, "");
    document.title = all > 0 ? `(${shortly(all)}) ${title}` : title;
  }, [all]);

  return (
    <>
      <button type="button" class="quiet" popovertarget="rooms">
        {words.label}
        {all > 0 && <span class="hidden">{words.unread(all)}</span>}
      </button>
      {all > 0 && <span class="some-unread" aria-hidden="true" />}
    </>
  );
}

/** What a list says, whatever its order. */
const inText = (rooms: readonly RoomSummary[]): string =>
  rooms.map((room) => JSON.stringify(room)).sort().join();
