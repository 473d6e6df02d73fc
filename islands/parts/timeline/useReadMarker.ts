// How far the room has been read: told to the person's own space, and the line above what is new.
import { useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { Message } from "../../../lib/chat/schema.ts";
import type { RoomView } from "../../../lib/chat/views.ts";
import { noteSeen } from "../shared/room_store.ts";
import { extras } from "../room/lazy.ts";
import type { OwnReplica } from "../shared/useOwnSpace.ts";

/** Marks wait so long for the next one, in milliseconds. */
const GATHER = 400;

type Reading = {
  /** The room as it was opened. */
  html: RoomView;
  own: OwnReplica | undefined;
  messages: readonly Message[];
  /** The last `seq` that the server has confirmed. */
  confirmed: number;
  /** Whether the reader is above the newest, in `scroller`. */
  away: boolean;
  scroller: { readonly current: HTMLElement | null };
};

/**
 * Marks what has been on the screen as read. `newFrom` is the message above
 * which the line belongs; `onScroll` is to be told of the reader's moves.
 */
export function useReadMarker(reading: Reading) {
  const { html, own, messages, confirmed, away } = reading;
  const { id: roomID, messageCount } = html.room;
  const marked = useRef(html.readSeq ?? -1);
  const unreadAtFirst = marked.current >= 0 && marked.current < messageCount;
  // What was read before; nothing is new to who has never been here.
  const boundary = useSignal(unreadAtFirst ? marked.current : undefined);
  const now = useRef(reading);
  now.current = reading;

  const { mark, soon } = useMemo(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const mark = () => {
      if (timer === undefined) return;
      clearTimeout(timer);
      timer = undefined;
      const { own, confirmed, away, scroller, messages } = now.current;
      const id = away
        ? extras.peek()?.messageAtEnd(scroller.current)
        : undefined;
      const last = messages.find((message) => message.id === id);
      // Not what is only optimistic: its `seq` is not its own yet.
      const seq = away ? last?.pending ? 0 : last?.seq ?? 0 : confirmed;
      if (seq <= marked.current) return;
      marked.current = seq;
      own?.mutate.markRead({ roomID, seq }).catch(reportError);
    };
    const soon = () => {
      if (document.hidden || !now.current.own) return;
      if (!now.current.away) noteSeen(roomID, now.current.confirmed);
      timer ??= setTimeout(mark, GATHER);
    };
    return { mark, soon };
  }, []);

  useEffect(() => {
    // What comes while nobody looks is new when they come back.
    if (document.hidden && marked.current >= 0) boundary.value = marked.current;
    soon();
  }, [confirmed, away, own, extras.value]);
  useEffect(() => {
    // Going: what is waiting to be marked was seen.
    const onVisible = () => document.hidden ? mark() : soon();
    document.addEventListener("visibilitychange", onVisible);
    return () => document.removeEventListener("visibilitychange", onVisible);
  }, []);

  const { value: read } = boundary;
  const newest = read === undefined
    ? undefined
    : messages.find((message) =>
      message.seq > read && !message.pending &&
      message.authorID !== html.me?.id
    );
  return { newFrom: newest?.id, onScroll: soon };
}
