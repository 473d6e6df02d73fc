// The focus in the log: the arrow keys move it from message to message, and a tap on a message brings its buttons.
import type { RefObject } from "preact";
import { useEffect } from "preact/hooks";
import { isTouch } from "../shared/writing_focus.ts";

export function useLogFocus(scroller: RefObject<HTMLElement>): void {
  useEffect(() => {
    const { current: log } = scroller;
    const over = new AbortController();
    log?.addEventListener("keydown", moveFocus, over);
    log?.addEventListener("mousedown", keepStill, over);
    log?.addEventListener("click", focusMessage, over);
    return () => over.abort();
  }, []);
}

/** A tap must not move what it is on before it is a click: the focus, which brings buttons, comes with the click. */
function keepStill(event: MouseEvent): void {
  const isText = (event.target as Element).closest("textarea");
  if (isTouch() && !isText) event.preventDefault();
}

/** A tap on a message brings its buttons, where the browser does not focus what is tapped. */
function focusMessage({ target }: MouseEvent): void {
  // What is pressed may have put the focus elsewhere by now.
  if ((target as Element).closest("a, button, textarea")) return;
  const article = (target as Element).closest("article");
  if (!article?.contains(document.activeElement)) {
    article?.focus({ preventScroll: true });
  }
}

/** The arrow keys move the focus from message to message. */
function moveFocus(event: KeyboardEvent): void {
  const article = (event.target as Element).closest("article");
  const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (!article || !step || event.altKey || event.ctrlKey || event.metaKey) {
    return;
  }
  const log = event.currentTarget as Element;
  const all = [...log.querySelectorAll("article")];
  const next = all[all.indexOf(article) + step];
  if (!next) return;
  event.preventDefault();
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest", behavior: "instant" });
}
