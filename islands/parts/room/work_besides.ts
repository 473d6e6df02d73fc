// What a page does besides the room that it shows: keeps the list of rooms up to date, uploads files, begins direct messages.
import { directRoomID, namesOf } from "../../../lib/chat/direct.ts";
import type { Person, User } from "../../../lib/chat/views.ts";
import { Sha256 } from "../files/sha256.ts";
import { startUploads } from "../files/uploads.ts";
import { feedRooms } from "../rooms/room_feed.ts";
import { offerDirect } from "../shared/direct_messages.ts";
import { goToRoom } from "../shared/room_navigation.ts";
import { listedRoom, roomNames } from "../shared/room_store.ts";
import type { OpenRooms } from "./open_rooms.ts";

/** Begins; returns the end of it. */
export function workBesides(user: User, rooms: OpenRooms): () => void {
  const ends = [
    feedRooms(user, rooms),
    startUploads(user, rooms),
    offerDirect((others) => showDirectHere(user, rooms, others)),
  ];
  return () => ends.forEach((end) => end());
}

const sha256 = (text: string): string =>
  new Sha256().update(new TextEncoder().encode(text)).digest();

/** Shows the room of direct messages with others at once; one that is not known is begun, without a network, too. */
function showDirectHere(
  { userID, name }: User,
  rooms: OpenRooms,
  others: readonly Person[],
): void {
  const people: Person[] = [{ id: userID, name }, ...others];
  const roomID = directRoomID(people.map(({ id }) => id), sha256);
  if (!listedRoom(roomID)) {
    roomNames.value = new Map(roomNames.peek()).set(roomID, namesOf(others));
    rooms.take(roomID, people);
  }
  goToRoom(roomID);
}
