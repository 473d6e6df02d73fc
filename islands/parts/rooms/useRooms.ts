// The rooms one can see, kept fresh while the page is open.
import { type Signal, useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { DIRECTORY, userSpace } from "../../../lib/chat/spaces.ts";
import type { RoomSummary } from "../../../lib/chat/views.ts";
import { listen } from "../../../lib/replica/poke/listen.ts";

/** At most one question to the server in so many milliseconds. */
const PAUSE = 1_000;

/**
 * The rooms: first those of the HTML, then the server's after every poke of one
 * of them, or what this device knows of them when the server does not answer.
 */
export function useRooms(
  userID: string,
  html: RoomSummary[],
): Signal<RoomSummary[]> {
  const rooms = useSignal(html);
  const spaces = [
    DIRECTORY,
    userSpace(userID),
    ...rooms.value.filter(({ member }) => member).map(({ space }) => space),
  ];

  const { refreshSoon, stop } = useMemo(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let last = 0;
    async function refresh() {
      timer = undefined;
      last = Date.now();
      // With neither the list stays as it was, until the next poke.
      const news = await roomsNow().catch(() => here()).catch(console.warn);
      if (news) rooms.value = news;
    }
    async function here() {
      const { offlineRooms } = await import("./offline_rooms.ts");
      return await offlineRooms(userID, rooms.peek());
    }
    return {
      refreshSoon() {
        timer ??= setTimeout(refresh, Math.max(0, last + PAUSE - Date.now()));
      },
      stop: () => clearTimeout(timer),
    };
  }, []);

  useEffect(() => {
    const ends = spaces.map((space) =>
      listen(userID, space, { onPoke: refreshSoon, onBroken: refreshSoon })
    );
    return () => ends.forEach((end) => end());
  }, [spaces.sort().join()]);
  useEffect(() => stop, []);

  return rooms;
}

/** The server's; undefined when it refuses. */
async function roomsNow(): Promise<RoomSummary[] | undefined> {
  const answer = await fetch("/api/rooms");
  return answer.ok ? (await answer.json()).rooms : undefined;
}
