// Goes to a message: from a quote, from a link, from the address bar.
import type { Signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { roomOnUseStrings } from "../../../lib/chat/strings/room_on_use.ts";
import type { Came } from "../timeline/bringOlder.ts";
import { idOf, messageIn } from "../message/address.ts";

/** How many messages are fetched at once on the way to one that is far back. */
const STRIDE = 1_000;

type JumpProps = {
  /** The ID of the message to go to, until it is reached or given up. */
  wanted: Signal<string | undefined>;
  /** Whether there is a past to fetch. */
  ready: boolean;
  past: {
    more: boolean;
    loading: boolean;
    older: (step: number) => Promise<Came>;
  };
  /** Told of a message that is nowhere, or out of reach. */
  say: (text: string) => void;
};

/** Goes to the message that is wanted, fetching the past until it is there. */
export function Jump({ wanted, ready, past, say }: JumpProps) {
  useEffect(() => {
    const follow = () => {
      wanted.value = messageIn(location.hash) ?? wanted.value;
    };
    wanted.value ??= messageIn(location.hash);
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);

  // After each drawing: the message may be on the page now.
  const id = wanted.value;
  useEffect(() => {
    if (!id || past.loading) return;
    const giveUp = (why: string) => {
      wanted.value = undefined;
      say(why);
    };
    const { links, past: words } = roomOnUseStrings;
    if (show(id)) wanted.value = undefined;
    else if (ready && !past.more) giveUp(links.gone);
    else if (ready) {
      past.older(STRIDE).then((came) => {
        if (came === "failed") giveUp(words.failed);
        else if (came === "none") giveUp(links.gone);
      });
    }
  });

  return null;
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
