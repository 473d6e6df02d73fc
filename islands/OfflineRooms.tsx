// The rooms on this device, on the page that the service worker shows for one that is not.
import "./parts/shared/shared_chunk.ts";
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { RoomPage } from "../lib/chat/views.ts";
import Lobby from "./Lobby.tsx";
import { onSignedOut } from "./parts/shared/sign_out_channel.ts";
import { offlineOwner, offlineRooms } from "./parts/rooms/offline_rooms.ts";

type Found = { userID: string; page: RoomPage };

export default function OfflineRooms() {
  const found = useSignal<Found | undefined>(undefined);
  useEffect(() => {
    const unlisten = onSignedOut(() => location.replace("/signin"));
    find().then((rooms) => found.value = rooms, reportError);
    return unlisten;
  }, []);
  return found.value
    ? <Lobby {...found.value} q="" mayMakeRooms={false} />
    : null;
}

async function find(): Promise<Found | undefined> {
  const userID = await offlineOwner();
  if (!userID) return undefined;
  const page = { rooms: await offlineRooms(userID, []), next: null };
  return { userID, page };
}
