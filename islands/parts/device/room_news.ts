// How many messages of a room it takes to know what is new there for one who is notified.
import type { Wanted } from "../../../lib/chat/news.ts";

/** Of a room's newest messages, those that are looked at: for what is new, for who is mentioned, and for whether what was told of is still there. */
export const MAX_MESSAGES = 50;

type RoomNews = {
  messageCount: number;
  /** The last `seq` that is no news, or was read. */
  known: number;
  wanted: Wanted;
  /** The least `seq` of those of which a notice stands; Infinity without one. */
  oldestNotice: number;
};

/** How many of the newest messages are to be looked at: none where nothing is new that is wanted, and no notice stands. */
export function messagesNeeded(
  { messageCount, known, wanted, oldestNotice }: RoomNews,
): number {
  const fresh = wanted === "nothing" ? 0 : messageCount - known;
  const needed = Math.max(0, fresh, messageCount - oldestNotice + 1);
  return Math.min(needed, MAX_MESSAGES);
}
