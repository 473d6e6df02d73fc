// Signals shared by the page's islands: read positions, room names, the list of rooms, who is online.
import { signal } from "@preact/signals";
import type { RoomSummary } from "../../../lib/chat/views.ts";

// Module state, so written in browsers only: on the server it is everybody's.

/** By roomID, the last `seq` that was read. */
export const readSeqs = signal<ReadonlyMap<string, number>>(new Map());

export function noteRead(roomID: string, seq: number): void {
  if (seq <= (readSeqs.peek().get(roomID) ?? 0)) return;
  readSeqs.value = new Map(readSeqs.peek()).set(roomID, seq);
}

/** By roomID, the names of the rooms that are open on this page. */
export const roomNames = signal<ReadonlyMap<string, string>>(new Map());

/** The list of rooms that stands beside the room. */
export const listedRooms = signal<readonly RoomSummary[]>([]);

export const listedRoom = (roomID: string): RoomSummary | undefined =>
  listedRooms.peek().find((each) => each.roomID === roomID);

/** The name of a room, as far as the page knows it. */
export const nameOfRoom = (roomID: string): string | undefined =>
  roomNames.peek().get(roomID) ?? listedRoom(roomID)?.name;

/** The userIDs of who is online in the room. */
export const onlineUserIDs = signal<readonly string[]>([]);
