// Asks the server for the list of rooms.
import { pagesOfOwn } from "../../../lib/chat/room_pages.ts";
import type { RoomPage } from "../../../lib/chat/views.ts";

/** Which rooms: those that have the words `q`, from a place in the list on. */
export type RoomQuery = { q?: string; after?: string };

/** The server has answered, and gives no list. */
export class ListRefused extends Error {}

/** All rooms of a person and the first public ones. Throws `ListRefused`, or without a network. */
export const fetchRooms = ({ q, after }: RoomQuery = {}): Promise<RoomPage> =>
  pagesOfOwn(async (next = after) => {
    const answer = await fetch(`/api/rooms${searchOf({ q, after: next })}`);
    if (!answer.ok) throw new ListRefused(`Rooms: ${answer.status}`);
    return await answer.json();
  });

/** A query as the end of an address. */
export function searchOf({ q, after }: RoomQuery): string {
  const params = new URLSearchParams({ ...q && { q }, ...after && { after } });
  return params.size > 0 ? `?${params}` : "";
}
