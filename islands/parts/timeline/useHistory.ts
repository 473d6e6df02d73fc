// How much of a room's history is on the page.
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Message } from "../../../lib/chat/schema.ts";

export type History = ReturnType<typeof useHistory>;

/** How many messages are shown at first, and how many more each time. */
export const PAGE_SIZE = 200;
/**
 * While the page comes alive it stands still: what is older than what it shows
 * at first is put above that after so many milliseconds, or as soon as its
 * reader acts.
 */
const STILL_FOR = 3_000;
const ACTS = ["keydown", "pointerdown", "wheel"];

/**
 * `messages` are those to be shown of `all` that the replica holds, at first
 * from the first of `initial` on; `more` says that there may be older ones.
 */
export function useHistory(
  all: Message[],
  messageCount: number,
  initial: readonly Message[],
) {
  const shown = useSignal(Math.max(PAGE_SIZE, initial.length));
  const still = useSignal(true);
  const firstSeq = useRef(initial[0]?.seq ?? 0).current;
  useEffect(() => {
    const end = () => still.value = false;
    const timer = setTimeout(end, STILL_FOR);
    for (const act of ACTS) addEventListener(act, end, { once: true });
    return () => {
      clearTimeout(timer);
      for (const act of ACTS) removeEventListener(act, end);
    };
  }, []);
  const loading = useSignal(false);
  const exhausted = useSignal(false);
  const latest = useRef({ all, messageCount });
  latest.current = { all, messageCount };
  const oldest = all[0]?.seq ?? 1;
  const hidden = Math.max(
    all.length - shown.value,
    still.value ? all.findIndex(({ seq }) => seq >= firstSeq) : 0,
  );
  return {
    messages: hidden > 0 ? all.slice(hidden) : all,
    more: hidden > 0 || (oldest > 1 && !exhausted.value),
    /** Whether what is older than that waits. */
    still,
    /** How many are shown at most; whether the server is asked for more, and has none. */
    shown,
    loading,
    exhausted,
    /** What the replica holds by now, for those who wait for it to change. */
    latest,
  };
}
