// The list of rooms, brought up to date while the page is open.
import { useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { toldApart } from "../../../lib/chat/direct.ts";
import { DIRECTORY, userSpace } from "../../../lib/chat/spaces.ts";
import type { RoomPage } from "../../../lib/chat/views.ts";
import { coalesce } from "../../../lib/replica/coalesce.ts";
import { listen } from "../../../lib/replica/poke/listen.ts";
import { loadScript } from "../../../lib/replica/load_script.ts";
import { chatServer } from "../shared/chat_server.ts";
import {
  fetchRooms,
  ListRefused,
  type RoomQuery,
} from "../shared/fetch_rooms.ts";
import { fedRooms, listedRooms } from "../shared/room_store.ts";

/** In milliseconds, between two requests. */
const MIN_INTERVAL = 1_000;

/**
 * First the rooms of the HTML, then after each poke of one of them the server's
 * list of those that are wanted then, or that of this device's copies when the
 * server does not answer. The list that stands beside them follows. `look` asks
 * for it at once.
 */
export function useRooms(
  userID: string,
  html: RoomPage,
  wanted: () => RoomQuery,
) {
  const page = useSignal(html);
  const spaces = [
    DIRECTORY,
    userSpace(userID),
    ...page.value.rooms.filter(({ member }) => member)
      .map(({ space }) => space),
  ];

  const { look, refresh } = useMemo(() => {
    async function readCopies(): Promise<RoomPage> {
      const { offlineRooms } = await loadScript(() =>
        import("./offline_rooms.ts")
      );
      const beside = fedRooms.peek() ?? listedRooms.peek();
      const known = [...beside, ...page.peek().rooms];
      return { rooms: await offlineRooms(userID, known), next: null };
    }
    async function look() {
      const query = wanted();
      let isOfAll = !query.q && !query.after;
      // If both fail the list stays as it was, until the next poke.
      const news = await fetchRooms(query)
        .catch((error) => {
          if (error instanceof ListRefused) return undefined;
          isOfAll = true;
          return readCopies();
        })
        .catch(console.warn);
      if (news && query === wanted()) page.value = news;
      // The list beside it is of all rooms.
      const all = isOfAll ? news : await fetchRooms().catch(() => undefined);
      if (all) fedRooms.value = toldApart(all.rooms);
    }
    return { look, refresh: coalesce(look, MIN_INTERVAL) };
  }, []);

  useEffect(() => {
    const ends = spaces.map((space) =>
      listen(chatServer, userID, space, { onPoke: refresh, onBroken: refresh })
    );
    return () => ends.forEach((end) => end());
  }, [spaces.sort().join()]);

  return { page, look };
}
