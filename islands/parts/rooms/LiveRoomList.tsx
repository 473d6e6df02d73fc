// Brings the list of rooms to life in the page's HTML: up to date, in the order of use, with what one can set for each room.
import { useSignal } from "@preact/signals";
import { hydrate, render } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { isListed } from "../../../lib/chat/direct.ts";
import { inboxIn, unreadOf } from "../../../lib/chat/inbox.ts";
import type { RoomSummary } from "../../../lib/chat/views.ts";
import { onKnown } from "../shared/on_known.ts";
import { isElsewhere, openRoomID } from "../shared/room_navigation.ts";
import {
  asSet,
  onRoomSettings,
  type SettingsByID,
} from "../shared/room_settings.ts";
import {
  fedRooms,
  listedRooms,
  readSeqs,
  roomNames,
  userReplica,
} from "../shared/room_store.ts";
import { NewMessageDialog } from "./NewMessageDialog.tsx";
import { NewRoomDialog } from "./NewRoomDialog.tsx";
import { NextUnread } from "./NextUnread.tsx";
import { RoomList, type RoomListProps } from "./RoomList.tsx";
import { RoomOptions } from "./RoomOptions.tsx";
import { useListOrder } from "./useListOrder.ts";
import { useOnline } from "./useOnline.ts";

/** The list as the page's HTML has it, and what comes alive with it. */
export type LiveList = RoomListProps & {
  /** Whether it opens the person's own replica: on pages where no room does. */
  opensOwn?: boolean;
  /** Has that replica opened, however often it takes; returns the end of trying. */
  keepOpening: (userID: string) => () => void;
};

let isShown = false;

/** Shows the list alive, in the place of the page's HTML; does nothing the second time. */
export function showRoomList(list: LiveList): void {
  if (isShown) return;
  isShown = true;
  const element = document.querySelector<HTMLElement>("#rooms")!;
  hydrate(<LiveRoomList {...list} element={element} />, element);
}

type LiveRoomListProps = LiveList & { element: HTMLElement };

function LiveRoomList(props: LiveRoomListProps) {
  const { userID, rooms: html, current, element } = props;
  const open = openRoomID.value ?? current;
  const settings = useSettings();
  const fed = fedRooms.value ?? html;
  const names = roomNames.value;
  const known = useMemo(() => asKnown(fed, settings, names), [
    fed,
    settings,
    names,
  ]);
  const rooms = useListOrder(element, html, known, open);
  useEffect(() => {
    listedRooms.value = rooms.filter((it) => isListed(it, userID, open));
  }, [rooms, open]);

  /** Whether it has taken over the page's HTML, for which it has to be the same at first. */
  const isAlive = useSignal(false);
  /** The open room that the list has shown last. */
  const shownAt = useRef(current);
  useEffect(() => {
    const wasAlive = isAlive.value;
    isAlive.value = true;
    if (!wasAlive || shownAt.current === open) return;
    shownAt.current = open;
    element.hidePopover?.();
    element.querySelector("[aria-current]")
      ?.scrollIntoView({ block: "nearest", behavior: "instant" });
  }, [open, isAlive.value]);
  useEffect(() => listenForClicks(element, userID), []);
  useEffect(() => props.opensOwn ? props.keepOpening(userID) : undefined, []);
  const online = useOnline(userID, rooms);
  const inboxUnread = useInboxUnread(props.inboxUnread);

  if (!isAlive.value) return <RoomList {...props} />;
  return (
    <RoomList
      {...props}
      rooms={rooms}
      current={open}
      reads={readSeqs.value}
      inboxUnread={inboxUnread}
      nextUnread={<NextUnread />}
      online={online}
      optionsOf={(room) => <RoomOptions room={room} />}
    />
  );
}

/** What is set for the rooms, as the person's replica knows it; undefined until it does. */
function useSettings(): SettingsByID | undefined {
  const settings = useSignal<SettingsByID | undefined>(undefined);
  const replica = userReplica.value;
  useEffect(
    () => replica && onRoomSettings(replica, (all) => settings.value = all),
    [replica],
  );
  return settings.value;
}

/** How much of the inbox is unread: as the page's HTML has it, then as the person's replica does. */
function useInboxUnread(html: number): number {
  const unread = useSignal(html);
  const replica = userReplica.value;
  useEffect(
    () =>
      replica &&
      onKnown(replica, inboxIn, (all) => unread.value = unreadOf(all)),
    [replica],
  );
  return unread.value;
}

/** Rooms as their person has set them, and as they are called by now: the list may not know it yet. It alone tells direct messages apart that look the same. */
function asKnown(
  rooms: readonly RoomSummary[],
  settings: SettingsByID | undefined,
  names: ReadonlyMap<string, string>,
): RoomSummary[] {
  return rooms.map((room) => {
    const name = !room.direct && names.get(room.roomID) || room.name;
    return { ...settings ? asSet(room, settings) : room, name };
  });
}

/** What is a page without script, by the link to it. */
const DIALOGS = { "a.new": NewRoomDialog, "a.write": NewMessageDialog };

/** Has the links to these pages open dialogs instead, and that to the open room close the list; returns the end of it. */
function listenForClicks(element: HTMLElement, userID: string): () => void {
  const onClick = (event: MouseEvent) => {
    const target = event.target as Element;
    const open = target.closest<HTMLAnchorElement>("a[aria-current]");
    if (open && !isElsewhere(event, open)) element.hidePopover?.();
    for (const [selector, Dialog] of Object.entries(DIALOGS)) {
      const link = target.closest<HTMLAnchorElement>(selector);
      if (!link || event.defaultPrevented || isElsewhere(event, link)) continue;
      event.preventDefault();
      element.hidePopover?.();
      // Outside of the list: what is in a popover that is closed is not shown.
      const place = document.createElement("div");
      element.after(place);
      const close = () => {
        render(null, place);
        place.remove();
      };
      render(<Dialog userID={userID} onClose={close} />, place);
    }
  };
  element.addEventListener("click", onClick);
  return () => element.removeEventListener("click", onClick);
}
