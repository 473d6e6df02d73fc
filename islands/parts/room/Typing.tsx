// Who is typing in the room. It is not read aloud: that would talk all the time.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { roomOnUseStrings } from "../../../lib/chat/strings/room_on_use.ts";
import { listen } from "../../../lib/replica/poke/listen.ts";
import {
  chatServer,
  type OnlineEvent,
  type TypingEvent,
} from "../shared/chat_server.ts";
import { onlineUserIDs } from "../shared/room_store.ts";
import type { People } from "../shared/usePeople.ts";

/** Without news of them a person counts as typing for so many milliseconds. */
const FORGET_AFTER = 9_000;

type TypingProps = {
  space: string;
  userID: string;
  people: People;
  /** What the server said before this was loaded. */
  first: TypingEvent | undefined;
};

/** Shows who else is typing, and follows who is online, which the room's header shows. */
export function Typing({ space, userID, people, first }: TypingProps) {
  const typing = useSignal<readonly string[]>([]);

  useEffect(() => {
    const timers = new Map<string, ReturnType<typeof setTimeout>>();
    const show = () => typing.value = [...timers.keys()];
    const end = (who: string) => {
      clearTimeout(timers.get(who));
      if (timers.delete(who)) show();
    };
    const onTyping = (news: TypingEvent) => {
      if (news.userID === userID) return; // another device of one's own
      end(news.userID);
      if (!news.typing) return;
      const timer = setTimeout(() => end(news.userID), FORGET_AFTER);
      timers.set(news.userID, timer);
      show();
    };
    if (first) onTyping(first);
    const unlisten = listen(chatServer, userID, space, {
      onBroken: () => onlineUserIDs.value = [],
      events: {
        typing: onTyping,
        online: ({ userIDs }: OnlineEvent) => onlineUserIDs.value = userIDs,
      },
    });
    return () => {
      unlisten();
      onlineUserIDs.value = [];
      for (const timer of timers.values()) clearTimeout(timer);
    };
  }, [space]);

  const names = typing.value.filter((id) => !people.blocked.has(id))
    .flatMap((id) => people.byID.get(id)?.name ?? []);
  if (names.length === 0) return null;
  return <p class="typing" dir="auto">{roomOnUseStrings.typing(names)}</p>;
}
