// The rooms of whoever this device keeps pages of, on a page that is nobody's.
import "./parts/shared/common.ts";
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { RoomSummary } from "../lib/chat/views.ts";
import Lobby from "./Lobby.tsx";
import { onSignedOut } from "./parts/shared/signed_out.ts";
import { offlineOwner, offlineRooms } from "./parts/rooms/offline_rooms.ts";

type Found = { userID: string; rooms: RoomSummary[] };

export default function OfflineRooms() {
  const found = useSignal<Found | undefined>(undefined);
  useEffect(() => {
    const unlisten = onSignedOut(() => location.replace("/signin"));
    find().then((those) => found.value = those, reportError);
    return unlisten;
  }, []);
  return found.value ? <Lobby {...found.value} /> : null;
}

async function find(): Promise<Found | undefined> {
  const userID = await offlineOwner();
  return userID ? { userID, rooms: await offlineRooms(userID, []) } : undefined;
}
