// How much of a room's past is on the page: more on demand, from this device first, then from the server.
import { useSignal } from "@preact/signals";
import { useCallback, useRef } from "preact/hooks";
import type { Message } from "../../../lib/chat/schema.ts";
import type { bringOlder, Came } from "./bringOlder.ts";
import type { RoomReplica } from "../room/useRoom.ts";

/** How many more messages one step brings. */
const STEP = 200;

/**
 * `messages` is what is to be shown of `all`. `more` says that there may be
 * older ones; `older` brings some, and says what came of it.
 */
export function useHistory(
  replica: RoomReplica | undefined,
  all: Message[],
  messageCount: number,
  bring: typeof bringOlder | undefined,
) {
  const shown = useSignal(Math.max(STEP, all.length));
  const loading = useSignal(false);
  const exhausted = useSignal(false);
  const now = useRef({ all, messageCount });
  now.current = { all, messageCount };

  const older = useCallback(async (step = STEP): Promise<Came> => {
    if (!replica || !bring) return "failed";
    return await bring(replica, { shown, loading, exhausted, now }, step);
  }, [replica, bring]);

  const oldest = all[0]?.seq ?? 1;
  const more = shown.value < all.length || (oldest > 1 && !exhausted.value);
  return {
    messages: all.length > shown.value ? all.slice(-shown.value) : all,
    more,
    loading: loading.value,
    older,
  };
}
