// How much of a room's history is on the page.
import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { Message } from "../../../lib/chat/schema.ts";

export type History = ReturnType<typeof useHistory>;

/** How many messages are shown at first: as many as the page has in its HTML, so that it stands still while it comes alive. */
const FIRST_SIZE = 50;
/** How many are shown once the reader has done something, and how many more each time. */
export const PAGE_SIZE = 200;

/** `messages` are those to be shown of `all` that the replica holds; `more` says that there may be older ones. */
export function useHistory(all: Message[], messageCount: number) {
  const shown = useSignal(Math.max(FIRST_SIZE, all.length));
  const loading = useSignal(false);
  const exhausted = useSignal(false);
  const latest = useRef({ all, messageCount });
  latest.current = { all, messageCount };
  const oldest = all[0]?.seq ?? 1;
  return {
    messages: all.length > shown.value ? all.slice(-shown.value) : all,
    more: shown.value < all.length || (oldest > 1 && !exhausted.value),
    /** How many are shown at most; whether the server is asked for more, and has none. */
    shown,
    loading,
    exhausted,
    /** What the replica holds by now, for those who wait for it to change. */
    latest,
  };
}
