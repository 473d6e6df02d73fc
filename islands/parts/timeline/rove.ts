// The arrows go from message to message.

/** Takes the arrows that are pressed in a list of articles. */
export function rove(event: KeyboardEvent): void {
  const here = (event.target as Element).closest("article");
  const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (!here || !step || event.altKey || event.ctrlKey || event.metaKey) {
    return;
  }
  const list = event.currentTarget as Element;
  const all = [...list.querySelectorAll("article")];
  const next = all[all.indexOf(here) + step];
  if (!next) return;
  event.preventDefault();
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest", behavior: "instant" });
}
