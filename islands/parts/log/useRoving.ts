// One stop of the Tab key for a long list: the arrows go from message to message.
import { useSignal } from "@preact/signals";

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

  function onKeyDown(event: KeyboardEvent) {
    const articles =
      () => [...(event.currentTarget as Element).querySelectorAll("article")];
    const here = (event.target as Element).closest("article");
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!here || !step || event.altKey || event.ctrlKey || event.metaKey) {
      return;
    }
    const all = articles();
    const next = all[all.indexOf(here) + step];
    if (!next) return;
    event.preventDefault();
    next.focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest", behavior: "instant" });
  }

  const { value } = chosen;
  const active = value && isHere(value) ? value : newest;
  return { active, onFocusIn, onKeyDown };
}
