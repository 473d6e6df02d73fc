// At the top of what is loaded: brings older messages, by itself when the reader comes near.
import { useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { roomOnUseStrings } from "../../../lib/chat/strings/room_on_use.ts";
import type { useHistory } from "./useHistory.ts";

const words = roomOnUseStrings.past;

type OlderMessagesProps = {
  past: ReturnType<typeof useHistory>;
  scroller: RefObject<HTMLElement>;
};

export function OlderMessages({ past, scroller }: OlderMessagesProps) {
  const line = useRef<HTMLDivElement>(null);
  const failed = useSignal(false);
  const { loading, older } = past;

  async function load() {
    failed.value = false;
    failed.value = await older() === "failed";
  }

  useEffect(() => {
    // Once it has failed, it is for a person to try again.
    if (loading || failed.value) return;
    const watch = new IntersectionObserver((entries) => {
      const { scrollTop = 0 } = scroller.current ?? {};
      // Where all fits on the screen, nobody has asked for more yet.
      const near = entries.some(({ isIntersecting }) => isIntersecting);
      if (near && scrollTop < 0) load();
    }, { root: scroller.current, rootMargin: "600px 0px 0px 0px" });
    watch.observe(line.current!);
    return () => watch.disconnect();
  }, [loading, failed.value, past.messages[0]?.id]);

  return (
    <div ref={line} class="older">
      <button type="button" class="quiet" disabled={loading} onClick={load}>
        {loading ? words.loading : words.older}
      </button>
      {failed.value && !loading && <p class="hint">{words.failed}</p>}
    </div>
  );
}
