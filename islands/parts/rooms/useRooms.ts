// The list of rooms, brought up to date while the page is open.
import { type Signal, useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { DIRECTORY, userSpace } from "../../../lib/chat/spaces.ts";
import type { RoomSummary } from "../../../lib/chat/views.ts";
import { coalesce } from "../../../lib/replica/coalesce.ts";
import { listen } from "../../../lib/replica/poke/listen.ts";
import { chatServer } from "../shared/chat_server.ts";

/** In milliseconds, between two requests. */
const MIN_INTERVAL = 1_000;

/**
 * First the rooms of the HTML, then after each poke of one of them the server's
 * list, or that of this device's copies when the server does not answer.
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

  const refresh = useMemo(() => {
    async function readCopies() {
      const { offlineRooms } = await import("./offline_rooms.ts");
      return await offlineRooms(userID, rooms.peek());
    }
    return coalesce(async () => {
      // If both fail the list stays as it was, until the next poke.
      const news = await fetchRooms().catch(() => readCopies())
        .catch(console.warn);
      if (news) rooms.value = news;
    }, MIN_INTERVAL);
  }, []);

  useEffect(() => {
    const ends = spaces.map((space) =>
      listen(chatServer, userID, space, { onPoke: refresh, onBroken: refresh })
    );
    return () => ends.forEach((end) => end());
  }, [spaces.sort().join()]);

  return rooms;
}

/** The server's list; undefined when it refuses, throws without a network. */
async function fetchRooms(): Promise<RoomSummary[] | undefined> {
  const answer = await fetch("/api/rooms");
  return answer.ok ? (await answer.json()).rooms : undefined;
}
