// Who is online in direct messages.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { RoomSummary } from "../../../lib/chat/views.ts";
import { listen } from "../../../lib/replica/poke/listen.ts";
import { chatServer, type OnlineEvent } from "../shared/chat_server.ts";

/** Rooms that are listened to: a stream takes 100 spaces, and other parts of the page want most of them. */
const MAX_ROOMS = 30;

/** By space, the userIDs of who is online in the direct messages that stand first in a list. */
export function useOnline(
  userID: string,
  rooms: readonly RoomSummary[],
): ReadonlyMap<string, readonly string[]> {
  const online = useSignal<ReadonlyMap<string, readonly string[]>>(new Map());
  const spaces = rooms.filter(({ direct, pending }) => direct && !pending)
    .slice(0, MAX_ROOMS).map(({ space }) => space);
  useEffect(() => {
    const set = (space: string, userIDs: string[]) =>
      online.value = new Map(online.peek()).set(space, userIDs);
    const ends = spaces.map((space) =>
      listen(chatServer, userID, space, {
        onBroken: () => set(space, []),
        events: { online: ({ userIDs }: OnlineEvent) => set(space, userIDs) },
      })
    );
    return () => ends.forEach((end) => end());
  }, [spaces.toSorted().join()]);
  return online.value;
}
