// The rooms one can see, kept fresh while the page is open.
import { type Signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { DIRECTORY, userSpace } from "../../lib/chat/spaces.ts";
import type { RoomSummary } from "../../lib/chat/views.ts";

/** At most one question to the server in so many milliseconds. */
const PAUSE = 1_000;

/** The rooms: first those of the HTML, then the server's after every poke. */
export function useRooms(
  userID: string,
  html: RoomSummary[],
): Signal<RoomSummary[]> {
  const rooms = useSignal(html);

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let last = 0;
    async function refresh() {
      timer = undefined;
      last = Date.now();
      // Without an answer the list stays as it was, until the next poke.
      const answer = await fetch("/api/rooms").catch(() => undefined);
      if (answer?.ok) rooms.value = (await answer.json()).rooms;
    }
    function onPoke() {
      timer ??= setTimeout(refresh, Math.max(0, last + PAUSE - Date.now()));
    }

    const spaces = [DIRECTORY, userSpace(userID)];
    const where = new URLSearchParams(spaces.map((space) => ["space", space]));
    const stream = new EventSource(`/api/replicache/poke?${where}`);
    stream.addEventListener("poke", onPoke);
    return () => {
      stream.close();
      clearTimeout(timer);
    };
  }, []);

  return rooms;
}
