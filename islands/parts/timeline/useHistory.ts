// How much of a room's history is on the page.
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Message } from "../../../lib/chat/schema.ts";
import type { Gap } from "../../../lib/replica/mod.ts";

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
 * `gaps` are what it lacks, undefined until it is open.
 */
export function useHistory(
  all: Message[],
  gaps: readonly Gap[] | undefined,
  messageCount: number,
  initial: readonly Message[],
) {
  const shown = useSignal(Math.max(PAGE_SIZE, initial.length));
  const still = useSignal(true);
  const firstSeq = useRef(initial[0]?.seq ?? 0).current;
  const since = useSignal(firstSeq || Infinity);
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
  // What is in an older part than that which is shown stays hidden.
  const end = gaps?.find(({ from }) => (from ?? 0) < since.value);
  const first = end ? all.filter(({ seq }) => seq < end.to).length : 0;
  const now = { all, gaps, messageCount, first, end };
  const latest = useRef(now);
  latest.current = now;
  const hidden = Math.max(
    first,
    all.length - shown.value,
    still.value ? all.findIndex(({ seq }) => seq >= firstSeq) : 0,
  );
  return {
    messages: hidden > 0 ? all.slice(hidden) : all,
    more: hidden > first ||
      (gaps ? end !== undefined : (all[0]?.seq ?? 1) > 1),
    /** What is missing between them. */
    gaps: gaps?.filter(({ to }) => to > (end?.to ?? 0)) ?? [],
    /** Whether what is older than that waits. */
    still,
    /** How many are shown at most, and from which part on; whether the server is asked for more. */
    shown,
    since,
    loading,
    /** What the replica holds by now, for those who wait for it to change: `first` is where the part begins that is shown, `end` the gap below it. */
    latest,
  };
}
