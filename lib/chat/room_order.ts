// The order of rooms in a person's list: by how much they want to be looked at.
import { unreadAfter } from "./read_state.ts";
import type { RoomSummary } from "./views.ts";

/**
 * How much each room wants to be looked at, by roomID: 2 with a mention that is
 * unread, 1 with anything unread, else 0. `reads` has the last `seq` that was
 * read in a room, where that is newer than the list.
 */
export const ranksOf = (
  rooms: readonly RoomSummary[],
  reads: ReadonlyMap<string, number> = new Map(),
): Map<string, number> =>
  new Map(rooms.map((room) => {
    const { roomID, mention } = room;
    const unread = unreadAfter(room, reads.get(roomID) ?? 0);
    return [roomID, unread === 0 ? 0 : mention ? 2 : 1];
  }));

/**
 * A person's rooms in the order of use: favourites first, then those with
 * mentions that are unread, then those with anything unread, then by their last
 * message, newest first. The rooms that they are not in follow, as they came.
 */
export function inOrderOfUse(
  rooms: readonly RoomSummary[],
  ranks: ReadonlyMap<string, number> = ranksOf(rooms),
): RoomSummary[] {
  const first = ({ favourite }: RoomSummary) => favourite ? 1 : 0;
  const rank = ({ roomID }: RoomSummary) => ranks.get(roomID) ?? 0;
  const yours = rooms.filter(({ member }) => member).sort((a, b) =>
    first(b) - first(a) || rank(b) - rank(a) ||
    (b.lastAt ?? 0) - (a.lastAt ?? 0)
  );
  return [...yours, ...rooms.filter(({ member }) => !member)];
}

/** The parts of the list of rooms, in the order in which they stand there, each in that of `rooms`. */
export const asTheyStand = (rooms: readonly RoomSummary[]) => ({
  yours: rooms.filter(({ member, direct }) => member && !direct),
  others: rooms.filter(({ member, direct }) => !member && !direct),
  direct: rooms.filter(({ direct }) => direct),
});

/** Rooms in an order of their IDs that stands; those that are new in it come last. */
export function inStandingOrder(
  rooms: readonly RoomSummary[],
  order: readonly string[],
): RoomSummary[] {
  const places = new Map(order.map((roomID, i) => [roomID, i]));
  const placeOf = ({ roomID }: RoomSummary) =>
    places.get(roomID) ?? order.length;
  return rooms.toSorted((a, b) => placeOf(a) - placeOf(b));
}
