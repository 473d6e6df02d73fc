// Notifies of what comes into a room while its tab is hidden.
import { useEffect, useRef } from "preact/hooks";
import { mentions } from "../../../lib/chat/mentions.ts";
import type { Message, Room } from "../../../lib/chat/schema.ts";
import type { User } from "../../../lib/chat/views.ts";
import { wish } from "./wish.ts";

/** More at once would bury the screen; the newest count. */
const AT_ONCE = 3;

type NotifierProps = {
  user: User;
  room: Room;
  messages: Message[];
  /** What is there from then on is news, what was there before is not. */
  live: boolean;
};

export function Notifier({ user, room, messages, live }: NotifierProps) {
  const known = useRef<number | undefined>(undefined);

  useEffect(() => {
    if (!live) return;
    const sent = messages.filter(({ pending }) => !pending);
    const before = known.current;
    known.current = Math.max(before ?? 0, ...sent.map(({ seq }) => seq));
    if (before === undefined || !mayNotify()) return;
    const of = wish();
    const news = sent.filter(({ seq, authorID, content }) =>
      seq > before && authorID !== user.userID &&
      (of === "all" || (of === "mentions" && mentions(content, user.name)))
    );
    for (const message of news.slice(-AT_ONCE)) notify(room, message);
  }, [messages, live]);
  return null;
}

const mayNotify = () =>
  document.hidden && globalThis.Notification?.permission === "granted";

/** By the service worker, as phones want it; its tag makes it one of all tabs. */
async function notify(room: Room, { id, from, content }: Message) {
  const worker = await navigator.serviceWorker?.getRegistration();
  await worker?.showNotification(`${from} · ${room.name}`, {
    body: content,
    tag: id,
    icon: "/icons/192.png",
    data: { url: `/rooms/${room.id}` },
  });
}
