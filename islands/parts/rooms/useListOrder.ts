// The order of the list of rooms: that of use, which never changes while one is at the list.
import { useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import {
  inOrderOfUse,
  inStandingOrder,
  ranksOf,
} from "../../../lib/chat/room_order.ts";
import type { RoomSummary } from "../../../lib/chat/views.ts";
import { readSeqs } from "../shared/room_store.ts";

/**
 * The rooms of `fed` as they are to be listed: in the order that stands, at
 * first that of `html`, while one is at the list, else in that of use. `open`
 * is the roomID of the one that is open.
 */
export function useListOrder(
  list: HTMLElement,
  html: readonly RoomSummary[],
  fed: readonly RoomSummary[],
  open: string | undefined,
): RoomSummary[] {
  const order = useSignal(html.map(({ roomID }) => roomID));
  const ranksNow = useRanks(html, open);
  const arrange = () => {
    const next = inOrderOfUse(fed, ranksNow(fed)).map(({ roomID }) => roomID);
    if (next.join() !== order.peek().join()) order.value = next;
  };
  const latest = useRef(arrange);
  latest.current = arrange;
  const isUsed = useAttention(list, () => latest.current());
  const reads = readSeqs.value;
  useEffect(() => {
    if (!isUsed()) arrange();
  }, [fed, reads, open]);
  return useMemo(() => inStandingOrder(fed, order.value), [fed, order.value]);
}

/**
 * Ranks rooms for the order of use. The one that is open keeps the rank that it
 * was opened with: it goes down for having been read only once it is left.
 */
function useRanks(html: readonly RoomSummary[], open: string | undefined) {
  const before = useRef<ReadonlyMap<string, number>>();
  before.current ??= ranksOf(html);
  return (rooms: readonly RoomSummary[]) => {
    const ranks = ranksOf(rooms, readSeqs.peek());
    if (open !== undefined && ranks.has(open)) {
      // By now it may have been read.
      const kept = before.current!.get(open) ?? 0;
      ranks.set(open, Math.max(kept, ranks.get(open)!));
    }
    return before.current = ranks;
  };
}

/**
 * Returns whether one is at the list now, with the pointer, a finger or the
 * focus, or has it open on a narrow screen, and calls `onLeave` at the end of
 * that.
 */
function useAttention(
  list: HTMLElement,
  onLeave: () => void,
): () => boolean {
  const by = useRef({ pointer: false, finger: false, popover: false });
  const isUsed = () =>
    Object.values(by.current).includes(true) ||
    list.contains(document.activeElement);
  useEffect(() => {
    const set = (what: Partial<typeof by.current>) => {
      Object.assign(by.current, what);
      if (!isUsed()) onLeave();
    };
    // A touch leaves a hover behind where it was.
    const canHover = matchMedia("(hover: hover)").matches;
    by.current = {
      pointer: canHover && list.matches(":hover"),
      finger: false,
      popover: "popover" in list && list.matches(":popover-open"),
    };
    const listeners: [string, (event: Event) => void][] = [
      ["pointerenter", () => by.current.pointer = canHover],
      ["pointerleave", () => set({ pointer: false })],
      ["touchstart", () => by.current.finger = true],
      [
        "touchend",
        (event) => set({ finger: (event as TouchEvent).touches.length > 0 }),
      ],
      ["touchcancel", () => set({ finger: false })],
      [
        "toggle",
        (event) => set({ popover: (event as ToggleEvent).newState === "open" }),
      ],
      ["focusout", (event) => {
        const to = (event as FocusEvent).relatedTarget as Node | null;
        if (!list.contains(to)) set({});
      }],
    ];
    for (const [type, listener] of listeners) {
      list.addEventListener(type, listener, { passive: true });
    }
    return () => {
      for (const [type, listener] of listeners) {
        list.removeEventListener(type, listener);
      }
    };
  }, []);
  return isUsed;
}
