// Links to messages: goes to the message that one leads to, and copies one.
import type { Signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { roomOnUseStrings } from "../../../lib/chat/strings/room_on_use.ts";
import { copyText } from "../shared/copy_text.ts";
import { elementIDOf, messageIDIn } from "../shared/message_link.ts";
import type { RoomReplica } from "../shared/replicas.ts";
import { showMessage } from "../timeline/OlderMessages.tsx";
import type { History } from "../timeline/useHistory.ts";

/**
 * Puts a message's link on the clipboard; where a page may not do that
 * (without https), into the address bar. Says which.
 */
export async function copyMessageLink(messageID: string): Promise<string> {
  const link = new URL(location.href);
  link.hash = elementIDOf(messageID);
  if (await copyText(link.href)) return roomOnUseStrings.links.copied;
  history.replaceState(history.state, "", link);
  return roomOnUseStrings.links.inAddress;
}

/**
 * Goes to the message whose ID is `target`, or the address bar's, and brings it
 * with those around it where it is not there. `replica` is undefined until the
 * history is what it holds. `onMissing` is told where it is gone, or cannot be
 * brought now.
 */
export function useJumpTarget(
  target: Signal<string | undefined>,
  replica: RoomReplica | undefined,
  history: History,
  onMissing: (id: string, isGone: boolean) => void,
): void {
  useEffect(() => {
    const follow = () => {
      target.value = messageIDIn(location.hash) ?? target.value;
    };
    target.value ??= messageIDIn(location.hash);
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);

  // After each rendering: the message may be on the page now.
  const id = target.value;
  const loading = history.loading.value;
  useEffect(() => {
    // It may be given up by now: effects run a moment after they are due.
    if (!id || loading || target.peek() !== id) return;
    if (focusMessage(id)) target.value = undefined;
    else if (replica) {
      showMessage(replica, history, id).then((result) => {
        if (result === "some" || target.value !== id) return;
        target.value = undefined;
        onMissing(id, result === "none");
      });
    }
  });
}

/** Brings a message into view and focuses it; false when it is not on the page. */
function focusMessage(id: string): boolean {
  const element = document.getElementById(elementIDOf(id));
  if (!element) return false;
  element.scrollIntoView({ block: "center", behavior: "instant" });
  element.focus({ preventScroll: true });
  element.classList.remove("found");
  // Reading it flushes the style, so that the animation starts again.
  void element.offsetWidth;
  element.classList.add("found");
  return true;
}
