// Brings older messages onto the page: from this device first, then from the server. By a button, or by itself as the reader comes near.
import { useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { messagesIn } from "../../../lib/chat/queries.ts";
import type { Message } from "../../../lib/chat/schema.ts";
import { roomOnUseStrings } from "../../../lib/chat/strings/room_on_use.ts";
import type { RoomReplica } from "../shared/replicas.ts";
import { type History, PAGE_SIZE } from "./useHistory.ts";

const words = roomOnUseStrings.history;

type OlderMessagesProps = {
  history: History;
  /** Undefined until what is shown is what it holds. */
  replica: RoomReplica | undefined;
  scroller: RefObject<HTMLElement>;
};

export function OlderMessages(props: OlderMessagesProps) {
  const { history, replica, scroller } = props;
  const root = useRef<HTMLDivElement>(null);
  const failed = useSignal(false);
  const loading = history.loading.value;

  async function load() {
    failed.value = false;
    failed.value = await showOlder(replica, history, PAGE_SIZE) === "failed";
  }

  useEffect(() => {
    // Once it has failed, it is for a person to try again.
    if (loading || failed.value) return;
    const observer = new IntersectionObserver((entries) => {
      const { scrollTop = 0 } = scroller.current ?? {};
      // Where all fits on the screen, nobody has asked for more yet.
      const isNear = entries.some(({ isIntersecting }) => isIntersecting);
      if (isNear && scrollTop < 0) load();
    }, { root: scroller.current, rootMargin: "600px 0px 0px 0px" });
    observer.observe(root.current!);
    return () => observer.disconnect();
  }, [replica, loading, failed.value, history.messages[0]?.id]);

  return (
    <div ref={root} class="older">
      <button type="button" class="quiet" disabled={loading} onClick={load}>
        {loading ? words.loading : words.older}
      </button>
      {failed.value && !loading && <p class="hint">{words.failed}</p>}
    </div>
  );
}

/** Shows `count` older messages, if there are as many: tells whether some came, none is left, or there was no answer. */
export async function showOlder(
  replica: RoomReplica | undefined,
  { still, shown, loading, exhausted, latest }: History,
  count: number,
): Promise<"some" | "none" | "failed"> {
  if (!replica) return "failed";
  still.value = false;
  if (loading.peek()) return "some"; // it is on its way
  if (shown.value < latest.current.all.length) {
    shown.value += count;
    return "some";
  }
  loading.value = true;
  try {
    const before = latest.current.all[0]?.seq;
    // The replica may have held more than it does, where much was deleted: then
    // the server has nothing to add until more than that is asked for.
    let window = latest.current.all.length;
    let step = count;
    let oldest: Message | undefined;
    let isEnd: boolean;
    do {
      window += step;
      step *= 2;
      await replica.widen(window);
      [oldest] = await replica.query(messagesIn);
      isEnd = oldest?.seq === before;
    } while (isEnd && window < latest.current.messageCount);
    exhausted.value = isEnd;
    shown.value += count;
    await until(() => latest.current.all[0]?.id === oldest?.id);
    return isEnd ? "none" : "some";
  } catch (error) {
    console.warn("No older messages for now", error);
    return "failed";
  } finally {
    loading.value = false;
  }
}

/** What the replica holds is on the page a moment later; not for ever, should it be deleted just then. */
async function until(isTrue: () => boolean): Promise<void> {
  for (let i = 0; i < 50 && !isTrue(); i++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
