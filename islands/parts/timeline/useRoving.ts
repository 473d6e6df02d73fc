// One stop of the Tab key for a long list: the arrows go from message to message.
import { useSignal } from "@preact/signals";
import { extras } from "../room/lazy.ts";

/**
 * `active` is the message that Tab comes to: the one last focused, the newest
 * before that. The rest of what it returns belongs on the list's element.
 */
export function useRoving(
  newest: string | undefined,
  isHere: (id: string) => boolean,
) {
  const chosen = useSignal<string | undefined>(undefined);

  function onFocusIn(event: FocusEvent) {
    const article = (event.target as Element).closest("article");
    if (article) chosen.value = article.dataset.messageId;
  }

  const onKeyDown = (event: KeyboardEvent) => extras.peek()?.rove(event);

  const { value } = chosen;
  const active = value && isHere(value) ? value : newest;
  return { active, onFocusIn, onKeyDown };
}
