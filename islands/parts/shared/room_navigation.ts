// Which room the page shows, by its address: another one is shown without loading a page.
import { signal } from "@preact/signals";

// Module state, so written in browsers only: on the server it is everybody's.

/** The room that is shown; undefined on a page that shows none. */
export const openRoomID = signal<string | undefined>(undefined);

/** The roomID in the path of a room's page, if it is one. */
const roomIDIn = (path?: string): string | undefined =>
  path?.match(/^\/rooms\/([\w-]{1,64})$/)?.[1];

/** Shows a room, as a new step in the browser's history; `hash` leads to a message or a person in it. */
export function goToRoom(roomID: string, hash = ""): void {
  history.pushState(null, "", `/rooms/${roomID}${hash}`);
  openRoomID.value = roomID;
}

/**
 * From now on `openRoomID` follows the address, and links to other rooms than
 * that lead there without loading a page; returns the end of it.
 */
export function followAddress(): () => void {
  const onPopState = () => openRoomID.value = roomIDIn(location.pathname);
  const onClick = (event: MouseEvent) => {
    const link = (event.target as Element).closest?.("a");
    if (!link || event.defaultPrevented || isElsewhere(event, link)) return;
    const roomID = roomIDIn(link.pathname);
    const isOpen = roomID === openRoomID.peek();
    // Within the room, where there may be a message to go to, the browser knows.
    if (!roomID || (isOpen && link.hash)) return;
    event.preventDefault();
    if (!isOpen) goToRoom(roomID, link.hash);
  };
  // Of a notification that was clicked.
  const onMessage = ({ data, ports }: MessageEvent) => {
    const roomID = roomIDIn(data.show);
    if (!roomID) return;
    if (roomID !== openRoomID.peek()) goToRoom(roomID);
    if (data.hash) location.replace(data.hash);
    ports[0]?.postMessage("shown");
  };
  onPopState();
  addEventListener("popstate", onPopState);
  document.addEventListener("click", onClick);
  navigator.serviceWorker?.addEventListener("message", onMessage);
  return () => {
    removeEventListener("popstate", onPopState);
    document.removeEventListener("click", onClick);
    navigator.serviceWorker?.removeEventListener("message", onMessage);
  };
}

/** Whether a click opens something beside this page, or of another site. */
export const isElsewhere = (
  event: MouseEvent,
  link: HTMLAnchorElement,
): boolean =>
  event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey ||
  event.altKey || link.origin !== location.origin || link.search !== "" ||
  !["", "_self"].includes(link.target) || link.hasAttribute("download");

/** Puts a room's name where the page says which room it is: in the heading and the title. */
export function showRoomName(name: string): void {
  const heading = document.querySelector("h1.place");
  if (heading) heading.textContent = name;
  // The unread count stands before it, the product behind it.
  document.title = document.title
    .replace(/^(\(\d+\+?\) )?.*(?= · )/s, (_, unread = "") => unread + name);
}
