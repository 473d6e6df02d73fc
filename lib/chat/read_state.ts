// How far a person has read: also past what they wrote themselves, which the room's runs tell; and what is unread.
import type { Room, Run } from "./schema.ts";
import type { RoomSummary } from "./views.ts";

/** A list says no more of unread messages than that there are so many. */
export const MAX_UNREAD = 99;

/** How many runs a room keeps: each message sends them to every replica. */
const MAX_RUNS = 3;

/** How many messages of a room the server has counted, as far as a copy of it knows. */
export const confirmedCount = (
  { messageCount, pendingCount = 0 }: Room,
): number => messageCount - pendingCount;

/** The runs of a room once `by` has written the message `seq`. */
export function withRun(runs: Run[] = [], by: string, seq: number): Run[] {
  const last = runs.at(-1);
  return last?.by === by
    ? [...runs.slice(0, -1), { ...last, to: seq }]
    : [...runs, { by, from: seq, to: seq }].slice(-MAX_RUNS);
}

/** The last `seq` that a person has read in a room, when their entry `read/…` says `marked`: own messages that follow count as read. */
export const readSeqIn = (
  { runs = [] }: Pick<Room, "runs">,
  userID: string,
  marked: number,
): number =>
  runs.reduce(
    (read, { by, from, to }) =>
      by === userID && read >= from - 1 ? Math.max(read, to) : read,
    marked,
  );

/**
 * How many messages of a room in a list are unread and count, as its person has
 * set it, when this page knows that they have been read up to `read`.
 */
export function unreadAfter(room: RoomSummary, read: number): number {
  const { notify, messageCount } = room;
  if (notify === "muted") return 0;
  const unread = notify === "mentions" ? room.mentions ?? 0 : room.unread;
  return read <= room.readSeq
    ? unread
    : Math.min(unread, Math.max(0, messageCount - read));
}

/** Short enough for a badge. From the most on that the server counts there may be more. */
export const shortly = (n: number): string =>
  n >= MAX_UNREAD ? `${MAX_UNREAD}+` : String(n);
