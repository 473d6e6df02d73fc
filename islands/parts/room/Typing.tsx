// Who else is typing in the room just now, and who is online, which is shown in its header. Typing is not read aloud: it would talk all the time.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { roomOnUseStrings } from "../../../lib/chat/strings/room_on_use.ts";
import { listen, type Presence } from "../../../lib/replica/poke/listen.ts";
import { online } from "../shared/room_store.ts";
import type { People } from "../shared/usePeople.ts";

/** Without news of them nobody is typing any more after so many milliseconds. */
const SILENCE = 9_000;

type TypingProps = {
  space: string;
  userID: string;
  people: People;
  /** What was told before this was here. */
  first: Presence | undefined;
};

export function Typing({ space, userID, people, first }: TypingProps) {
  const typing = useSignal<readonly string[]>([]);

  useEffect(() => {
    const timers = new Map<string, ReturnType<typeof setTimeout>>();
    const show = () => typing.value = [...timers.keys()];
    const end = (who: string) => {
      clearTimeout(timers.get(who));
      if (timers.delete(who)) show();
    };
    const onPresence = (news: Presence) => {
      if (news.userID === userID) return; // another device of one's own
      end(news.userID);
      if (!news.typing) return;
      const timer = setTimeout(() => end(news.userID), SILENCE);
      timers.set(news.userID, timer);
      show();
    };
    if (first) onPresence(first);
    const unlisten = listen(userID, space, {
      onOnline: (userIDs) => online.value = userIDs,
      onBroken: () => online.value = [],
      onPresence,
    });
    return () => {
      unlisten();
      online.value = [];
      for (const timer of timers.values()) clearTimeout(timer);
    };
  }, [space]);

  const names = typing.value.flatMap((id) => people.byID.get(id)?.name ?? []);
  if (names.length === 0) return null;
  return <p class="typing" dir="auto">{roomOnUseStrings.typing(names)}</p>;
}
