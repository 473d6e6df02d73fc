// How far the room has been read: told to the person's own space, and where the line above new messages belongs.
import { useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { Message } from "../../../lib/chat/schema.ts";
import type { RoomView } from "../../../lib/chat/views.ts";
import type { UserReplica } from "../shared/replicas.ts";
import { isLookedAt, onAttention } from "../shared/attention.ts";
import { listedRoom, noteRead } from "../shared/room_store.ts";
import { isScrolledUp } from "./useScrollAnchor.ts";

/** Several reads within so many milliseconds are one mutation. */
const GATHER_FOR = 400;

type ReadMarkerOptions = {
  /** The room as it was opened. */
  initialView: RoomView;
  userReplica: UserReplica | undefined;
  messages: readonly Message[];
  /** The last `seq` that the server has confirmed. */
  confirmed: number;
  /** Whether the reader is above the newest, in `scroller`. */
  scrolledUp: boolean;
  scroller: { readonly current: HTMLElement | null };
};

/**
 * Marks what has been on the screen as read. `newFrom` is the ID of the message
 * above which the line belongs; `onScroll` is to be told of the reader's moves.
 */
export function useReadMarker(options: ReadMarkerOptions) {
  const { initialView, userReplica, messages, confirmed, scrolledUp } = options;
  const { id: roomID } = initialView.room;
  const readSeq = useRef(initialView.readSeq ?? -1);
  const isNew = ({ seq, pending, authorID }: Message, read: number) =>
    seq > read && !pending && authorID !== initialView.me?.id;
  // What was read before, if anything else is there; nothing is new to a
  // person who has never been here.
  const unreadAtFirst = readSeq.current >= 0 &&
    (initialView.messages.some((each) => isNew(each, readSeq.current)) ||
      // A copy of this device that is older than the list of rooms.
      (listedRoom(roomID)?.unread ?? 0) > 0);
  const readBefore = useSignal(unreadAtFirst ? readSeq.current : undefined);
  const latest = useRef(options);
  latest.current = options;

  const { markNow, markSoon } = useMemo(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const markNow = () => {
      if (timer === undefined) return;
      clearTimeout(timer);
      timer = undefined;
      const { userReplica, confirmed, scroller } = latest.current;
      const seq = isScrolledUp(scroller.current)
        ? seqAtEnd(latest.current)
        : confirmed;
      if (seq <= readSeq.current) return;
      readSeq.current = seq;
      userReplica?.mutate.markRead({ roomID, seq }).catch(reportError);
    };
    const markSoon = () => {
      const { userReplica, confirmed, scroller } = latest.current;
      if (!isLookedAt() || !userReplica) return;
      // As it is, and not as it was rendered: it opens at what is unread.
      if (!isScrolledUp(scroller.current)) noteRead(roomID, confirmed);
      timer ??= setTimeout(markNow, GATHER_FOR);
    };
    return { markNow, markSoon };
  }, []);

  useEffect(() => {
    // What comes while nobody looks is new when they come back.
    if (!isLookedAt() && readSeq.current >= 0) {
      readBefore.value = readSeq.current;
    }
    markSoon();
  }, [confirmed, scrolledUp, userReplica]);
  // When the page or the room is left, what waits to be marked was seen.
  useEffect(() => {
    const end = onAttention(() => isLookedAt() ? markSoon() : markNow());
    return () => {
      end();
      markNow();
    };
  }, []);

  const { value: read } = readBefore;
  const firstNew = read === undefined
    ? undefined
    : messages.find((each) => isNew(each, read));
  return { newFrom: firstNew?.id, onScroll: markSoon };
}

/** The `seq` of the last message that is wholly or partly in view; 0 when it has none yet. */
function seqAtEnd({ scroller, messages }: ReadMarkerOptions): number {
  const { left, width, bottom } = scroller.current!.getBoundingClientRect();
  // Between two messages is a gap; a message is not far above it.
  for (const above of [4, 24, 48, 72]) {
    const id = document.elementFromPoint(left + width / 2, bottom - above)
      ?.closest("article")?.dataset.messageId;
    const found = messages.find((message) => message.id === id);
    // The `seq` of a pending one is the browser's guess.
    if (found) return found.pending ? 0 : found.seq;
  }
  return 0;
}
