// Brings older messages onto the page: from this device first, then from the server.
import type { Signal } from "@preact/signals";
import { messagesIn } from "../../../lib/chat/queries.ts";
import type { Message } from "../../../lib/chat/schema.ts";
import type { RoomReplica } from "../room/useRoom.ts";

/** What a page shows of a room's past; `now` is what its copy holds by now. */
export type Shown = {
  shown: Signal<number>;
  loading: Signal<boolean>;
  exhausted: Signal<boolean>;
  now: { readonly current: { all: Message[]; messageCount: number } };
};

/** What came of it: older messages, the end of the past, or no answer. */
export type Came = "some" | "none" | "failed";

/** Brings `step` more, if there are as many. */
export async function bringOlder(
  replica: RoomReplica,
  { shown, loading, exhausted, now }: Shown,
  step: number,
): Promise<Came> {
  if (loading.peek()) return "some"; // it is on its way
  if (shown.value < now.current.all.length) {
    shown.value += step;
    return "some";
  }
  loading.value = true;
  try {
    const before = now.current.all[0]?.seq;
    // The copy may have held more than it does, where much was deleted: then
    // the server has nothing to add until more than that is asked for.
    let window = now.current.all.length;
    let more = step;
    let oldest: Message | undefined;
    let isEnd: boolean;
    do {
      window += more;
      more *= 2;
      await replica.widen(window);
      [oldest] = await replica.query(messagesIn);
      isEnd = oldest?.seq === before;
    } while (isEnd && window < now.current.messageCount);
    exhausted.value = isEnd;
    shown.value += step;
    await until(() => now.current.all[0]?.id === oldest?.id);
    return isEnd ? "none" : "some";
  } catch (error) {
    console.warn("No older messages for now", error);
    return "failed";
  } finally {
    loading.value = false;
  }
}

/** What the copy holds is on the page a moment later; not for ever, should it be deleted just then. */
async function until(there: () => boolean): Promise<void> {
  for (let i = 0; i < 50 && !there(); i++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
