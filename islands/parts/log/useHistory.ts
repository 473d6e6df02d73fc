// How much of a room's past is on the page: more on demand, from this device first, then from the server.
import { useSignal } from "@preact/signals";
import { useCallback, useRef } from "preact/hooks";
import { messagesIn } from "../../../lib/chat/queries.ts";
import type { Message } from "../../../lib/chat/schema.ts";
import type { RoomReplica } from "../useRoom.ts";

/** How many more messages one step brings. */
const STEP = 200;

/**
 * `messages` is what is to be shown of `all`. `more` says that there may be
 * older ones; `older` brings some, and says whether it did.
 */
export function useHistory(
  replica: RoomReplica | undefined,
  all: Message[],
  messageCount: number,
) {
  const shown = useSignal(Math.max(STEP, all.length));
  const loading = useSignal(false);
  const exhausted = useSignal(false);
  const now = useRef({ all, messageCount });
  now.current = { all, messageCount };

  const older = useCallback(async (step = STEP): Promise<boolean> => {
    if (!replica) return false;
    if (loading.peek()) return true; // it is on its way
    if (shown.value < now.current.all.length) {
      shown.value += step;
      return true;
    }
    loading.value = true;
    try {
      const before = now.current.all[0]?.seq;
      // The copy may have held more than it does, where much was deleted: then
      // the server has nothing to add until more than that is asked for.
      let window = now.current.all.length;
      let more = step;
      let oldest: Message | undefined;
      do {
        window += more;
        more *= 2;
        await replica.widen(window);
        [oldest] = await replica.query(messagesIn);
        exhausted.value = oldest?.seq === before;
      } while (exhausted.value && window < now.current.messageCount);
      shown.value += step;
      await until(() => now.current.all[0]?.id === oldest?.id);
      return !exhausted.value;
    } catch (error) {
      console.warn("No older messages for now", error);
      return false;
    } finally {
      loading.value = false;
    }
  }, [replica]);

  const oldest = all[0]?.seq ?? 1;
  const more = shown.value < all.length || (oldest > 1 && !exhausted.value);
  return {
    messages: all.length > shown.value ? all.slice(-shown.value) : all,
    more,
    loading: loading.value,
    older,
  };
}

/** What the copy holds is on the page a moment later; not for ever, should it be deleted just then. */
async function until(there: () => boolean): Promise<void> {
  for (let i = 0; i < 50 && !there(); i++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
