// Goes to a message: from a quote, from a link, from the address bar.
import { useSignal } from "@preact/signals";
import { useCallback, useEffect } from "preact/hooks";
import { idOf, messageIn } from "./address.ts";

/** How many messages are fetched at once on the way to one that is far back. */
const STRIDE = 1_000;

type Past = {
  more: boolean;
  loading: boolean;
  older: (step: number) => Promise<boolean>;
};

/**
 * Goes to a message by its ID, fetching the past until it is there. `missing`
 * is called for one that is nowhere. `ready`: whether there is a past to fetch.
 */
export function useJump(
  ready: boolean,
  past: Past,
  missing: () => void,
): (id: string) => void {
  const wanted = useSignal<string | undefined>(undefined);

  useEffect(() => {
    const follow = () => {
      wanted.value = messageIn(location.hash) ?? wanted.value;
    };
    follow();
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);

  // After each drawing: the message may be on the page now.
  const id = wanted.value;
  useEffect(() => {
    if (!id || past.loading) return;
    const give = () => {
      wanted.value = undefined;
      missing();
    };
    if (show(id)) wanted.value = undefined;
    else if (ready && !past.more) give();
    else if (ready) past.older(STRIDE).then((came) => came || give());
  });

  return useCallback((id) => {
    wanted.value = undefined; // the same one again is a jump as well
    wanted.value = id;
  }, []);
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
