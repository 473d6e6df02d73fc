// Tells the others in a room that one is typing, and when one has stopped.
import { effect, type ReadonlySignal } from "@preact/signals";
import { useEffect } from "preact/hooks";

/** The server, which forgets within 8 s, is told again after so many milliseconds of typing. */
const TELL_EVERY = 4_000;
/** A person who has pressed no key for so many milliseconds has stopped typing. */
const STOPPED_AFTER = 6_000;
/**
 * However fast one writes and sends: so many notices at once, then one in so
 * many milliseconds. The server takes 20 in ten seconds of one person.
 */
const AT_ONCE = 4;
const INTERVAL = 1_000;

/** `text` is the composer's: others' devices change it, too, but only its box says that it is typed. */
export function useTellTyping(
  space: string,
  text: ReadonlySignal<string>,
): void {
  useEffect(() => {
    let isTyping = false;
    let told = false;
    let toldAt = -Infinity;
    let due = -Infinity; // when the next notice may go
    let pause: ReturnType<typeof setTimeout> | undefined;
    let next: ReturnType<typeof setTimeout> | undefined;

    function set(typing: boolean) {
      isTyping = typing;
      clearTimeout(pause);
      if (typing) pause = setTimeout(() => set(false), STOPPED_AFTER);
      tell();
    }
    function tell() {
      clearTimeout(next);
      if (!isTyping && !told) return;
      const now = performance.now();
      if (isTyping === told && now < toldAt + TELL_EVERY) return;
      if (now < due) {
        next = setTimeout(tell, due - now);
        return;
      }
      told = isTyping;
      toldAt = now;
      due = Math.max(due, now - (AT_ONCE - 1) * INTERVAL) + INTERVAL;
      post(space, told);
    }

    const box = document.querySelector<HTMLTextAreaElement>(
      ".composer textarea",
    );
    const onInput = () => set(box!.value.trim() !== "");
    box?.addEventListener("input", onInput);
    const unfollow = effect(() => {
      if (text.value === "") set(false); // sent
    });
    return () => {
      box?.removeEventListener("input", onInput);
      unfollow();
      clearTimeout(pause);
      clearTimeout(next);
      if (told) post(space, false);
    };
  }, [space]);
}

function post(space: string, typing: boolean): void {
  const query = new URLSearchParams({ space });
  // Without waiting for an answer: one that is lost is not missed.
  fetch(`/api/typing?${query}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ typing }),
    keepalive: true,
  }).catch(() => {});
}
