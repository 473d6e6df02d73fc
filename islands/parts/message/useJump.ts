// Goes to a message: from a quote, from a link, from the address bar.
import { useEffect, useMemo } from "preact/hooks";
import { idOf, messageIn } from "./address.ts";

/**
 * `find` brings a message onto the page that is not there yet, and says
 * whether it is then. `missing` is called for one that is nowhere.
 */
export function useJump(
  ready: boolean,
  find: (id: string) => Promise<boolean>,
  missing: () => void,
): (id: string) => void {
  const jump = useMemo(() => async (id: string) => {
    if (!show(id) && !(await find(id) && show(id))) missing();
  }, [find]);

  useEffect(() => {
    if (!ready) return;
    const follow = () => {
      const id = messageIn(location.hash);
      if (id) jump(id);
    };
    follow();
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, [ready, jump]);

  return jump;
}

/** Brings a message into view and gives it the keys; false when it is not on the page. */
function show(id: string): boolean {
  const element = document.getElementById(idOf(id));
  if (!element) return false;
  element.scrollIntoView({ block: "center", behavior: "instant" });
  element.focus({ preventScroll: true });
  element.classList.remove("found");
  // Read, so that the style is let go and the animation starts anew.
  void element.offsetWidth;
  element.classList.add("found");
  return true;
}
